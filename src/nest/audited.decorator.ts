import { SetMetadata } from '@nestjs/common';
import { currentContext } from '../context/context.js';
import { ACTION_RULE, isAction, type ActionName } from '../event/action.js';
import { AuditError } from '../event/errors.js';
import { recordOf, type AuditedOptions, type AuditedRoute } from '../http/request-record.js';

// Strings, not symbols of this module: both module formats of this package can be loaded at once.
export const AUDITED = 'nestjs-prisma-audit:audited';
export const SKIPPED = 'nestjs-prisma-audit:skipped';

type Handler = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Every call of this handler, or of each handler of this class, leaves one entry: who, with what outcome, how long.
 *
 * @param action dotted name, e.g. `invoice.approve`; with a registered catalogue (`AuditRegister`) one of its own
 * @throws AuditError `AUDIT_OPTIONS_INVALID` when the class is defined, if the action is not well-formed
 * @example
 * ```ts
 * @Audited('invoice.approve', { resource: ({ params }) => ({ type: 'Invoice', id: params.id }) })
 * @Post(':id/approve') approve(@Param('id') id: string) {}
 * ```
 */
export function Audited(action: ActionName, options: AuditedOptions = {}): MethodDecorator & ClassDecorator {
  if (!isAction(action)) {
    throw new AuditError('AUDIT_OPTIONS_INVALID', `@Audited(${JSON.stringify(action)}): the action ${ACTION_RULE}`);
  }
  const route: AuditedRoute = { ...options, action };
  const mark = SetMetadata(AUDITED, route);
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key === undefined || descriptor === undefined) {
      mark(target as () => void);
      return;
    }
    mark(target, key, descriptor);
    if (typeof descriptor.value === 'function') descriptor.value = notingArguments(descriptor.value as Handler);
  };
}

/** No entry for this handler, although its class is `@Audited`. Its database writes are logged all the same. */
export function SkipAudit(): MethodDecorator & ClassDecorator {
  return SetMetadata(SKIPPED, true);
}

/**
 * The handler, noting what it is called with: Nest resolves the arguments behind all interceptors. It keeps its name, its
 * length and whatever decorators below this one have written on it.
 */
function notingArguments(handler: Handler): Handler {
  const audited: Handler = function (...args) {
    const record = recordOf(currentContext());
    if (record) record.args ??= args; // the first call is the route's own
    return Reflect.apply(handler, this, args);
  };
  for (const key of Reflect.getMetadataKeys(handler) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), audited);
  }
  Object.defineProperty(audited, 'name', { value: handler.name, configurable: true });
  Object.defineProperty(audited, 'length', { value: handler.length, configurable: true });
  return audited;
}
