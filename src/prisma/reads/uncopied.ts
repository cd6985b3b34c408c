import { isObject } from './unknowns.js';

/** Of a Prisma client, the inner parts that are touched; none is documented, and where one is missing nothing is done. */
interface Inner {
  _originalClient?: unknown;
  _request?: unknown;
  readonly _extensions?: { getAllQueryCallbacks?(model: string, operation: string): readonly unknown[] };
}
type Request = (this: Inner, call: Record<string, unknown>) => unknown;

const PASSES = Symbol.for('nestjs-prisma-audit.passes-arguments');
/** Shared by both module formats, as the clients are. */
const HOOKS = Symbol.for('nestjs-prisma-audit.read-hooks');
const STANDS_FOR = Symbol.for('nestjs-prisma-audit.stands-for');
type Registry = { [HOOKS]?: WeakSet<object> };
const hooks: WeakSet<object> = ((globalThis as Registry)[HOOKS] ??= new WeakSet());

/** Says that a hook takes what `givenFor` gives it. */
export function takesUncopied<H extends object>(hook: H): H {
  hooks.add(hook);
  return hook;
}

/**
 * Keeps Prisma from making its copy of the arguments for our hooks, where no other hook looks at them: making it reads each member,
 * runs getters and the traps of proxies, and fails for what cannot be copied. What goes through the hook stands for the
 * arguments, and has no members to read.
 */
export function passUncopied(client: object): void {
  const original = (client as Inner)._originalClient as Inner | undefined;
  if (!isObject(original) || PASSES in original || typeof original._request !== 'function') return;
  const inner = original._request as Request; // just looked at
  const request: Request = function (call) {
    const isOurs = isObject(call) && isObject(call['args']) && call['middlewareArgsMapper'] === undefined;
    return Reflect.apply(inner, this, [
      isOurs && onlyOurs(this, call) ? { ...call, args: standIn(call['args']) } : call,
    ]);
  };
  Object.defineProperty(original, '_request', { value: request, configurable: true, writable: true });
  Object.defineProperty(original, PASSES, { value: true });
}

/** The arguments that came to a hook, or `undefined`. */
export function uncopied(internals: unknown): { readonly args: unknown } | undefined {
  const args = isObject(internals) ? internals['args'] : undefined;
  return isObject(args) && STANDS_FOR in args ? { args: Reflect.get(args, STANDS_FOR) } : undefined;
}

function standIn(args: unknown): object {
  return Object.defineProperty({}, STANDS_FOR, { value: args });
}

function onlyOurs({ _extensions: extensions }: Inner, call: Record<string, unknown>): boolean {
  const { jsModelName, action, clientMethod } = call;
  const operation = jsModelName === undefined ? clientMethod : action;
  if (typeof operation !== 'string' || typeof extensions?.getAllQueryCallbacks !== 'function') return false;
  const all = extensions.getAllQueryCallbacks(typeof jsModelName === 'string' ? jsModelName : '$none', operation);
  return Array.isArray(all) && all.length === 1 && typeof all[0] === 'function' && hooks.has(all[0] as object);
}
