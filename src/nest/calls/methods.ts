import { currentContext } from '../../context/context.js';
import { asksForCall } from '../../http/audited-options.js';
import { recordOf } from '../../http/request-record.js';
import { markOf } from '../audited-mark.js';
import { isRoute, kindOf, type CallKind } from './kinds.js';
import { onlyOwner, ownerOf, type Handled } from './owners.js';

type Handler = (this: unknown, ...args: unknown[]) => unknown;

const KEY = Symbol.for('nestjs-prisma-audit.watched');

/**
 * The method, telling the audit when it is called and with what: Nest resolves the arguments behind all interceptors, and some
 * of what calls a method has no hook at all. It keeps its name, its length and whatever decorators below this one have written
 * on it, and where no audit is open it does nothing else.
 */
export function watchedMethod(method: Handler, name: string): Handler {
  if (KEY in method) return method;
  const known = new WeakMap<object, { readonly kind: CallKind; readonly at: Handled }>();
  let route: boolean | undefined; // known when the decorators above have run
  const watched: Handler = function (...args) {
    if ((route ??= isRoute(watched))) {
      const record = recordOf(currentContext());
      // The first call is the route's own.
      if (record && record.ended !== true && asksForCall(record.route)) record.args ??= args;
      return Reflect.apply(method, this, args);
    }
    const body = (): unknown => Reflect.apply(method, this, args);
    const controller = classOf(this);
    const owner = controller && (ownerOf(controller) ?? onlyOwner());
    if (!owner) return body();
    let found = known.get(controller);
    if (!found) {
      const at = { controller, handler: watched, mark: markOf(watched, controller) };
      known.set(controller, (found = { kind: kindOf(controller, name, watched), at }));
    }
    return owner.enter(found.kind, found.at, args, body);
  };
  for (const key of Reflect.getMetadataKeys(method) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, method), watched);
  }
  Object.defineProperty(watched, 'name', { value: method.name, configurable: true });
  Object.defineProperty(watched, 'length', { value: method.length, configurable: true });
  Object.defineProperty(watched, KEY, { value: true });
  return watched;
}

function classOf(instance: unknown): { readonly name: string } | undefined {
  if (typeof instance === 'function') return instance; // a static method
  if (typeof instance !== 'object' || instance === null) return undefined;
  const made: unknown = instance.constructor;
  return typeof made === 'function' ? made : undefined;
}
