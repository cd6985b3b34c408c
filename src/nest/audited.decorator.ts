import { SetMetadata } from '@nestjs/common';
import { currentContext } from '../context/context.js';
import type { ActionName } from '../event/action.js';
import { asksForCall, type AuditedOptions } from '../http/audited-options.js';
import { recordOf } from '../http/request-record.js';
import { checkMark } from '../http/check-mark.js';
import { AUDITED, SKIPPED } from './audited-mark.js';

type Handler = (this: unknown, ...args: unknown[]) => unknown;
// Parameters of a method are contravariant: `never` is what every method can be given.
type Method = (...args: never[]) => unknown;

/** What a handler gives in the end: what its promise resolves with, or an element of its observable. */
export type Given<Result> = [Result] extends [{ subscribe(...args: never[]): unknown; pipe(...args: never[]): unknown }]
  ? Result extends { forEach(next: (value: infer Element) => void): unknown }
    ? Element
    : unknown
  : Awaited<Result>;

/** Options whose callbacks know the parameters and the result of one method. */
export type AuditedOptionsOf<M extends Method> = AuditedOptions<Parameters<M>, Given<ReturnType<M>>>;

/** Fits a method of exactly this type. */
export type DecoratorOf<M extends Method> = (
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Every call of this handler, or of each handler of this class, leaves one entry: who, with what outcome, how long. What a
 * class says is the default of its methods, and of the classes that extend it.
 *
 * With a method's type, `@Audited<InvoicesController['approve']>(…)`, the callbacks know its parameters and its result, and
 * it compiles on no method of another type.
 *
 * @param action dotted name, e.g. `invoice.approve`; with a registered catalogue (`AuditRegister`) one of its own.
 *   @defaultValue the one that method and route give: `POST /invoices/:id/approve` is `invoices.approve`
 * @throws AuditError `AUDIT_OPTIONS_INVALID` when the class is defined, if the action is not well-formed, or an option is
 *   not what it should be
 * @example
 * ```ts
 * @Audited('invoice.approve', { resource: ({ params }) => ({ type: 'Invoice', id: params.id }) })
 * @Post(':id/approve') approve(@Param('id') id: string) {}
 * ```
 */
export function Audited(action?: ActionName, options?: AuditedOptions): MethodDecorator & ClassDecorator;
export function Audited<M extends Method>(action?: ActionName, options?: AuditedOptionsOf<M>): DecoratorOf<M>;
export function Audited(action?: ActionName, options: object = {}): MethodDecorator & ClassDecorator {
  const said = checkMark('@Audited', action, options);
  const mark = SetMetadata(AUDITED, said);
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
    // The first call is the route's own.
    if (record && record.ended !== true && asksForCall(record.route)) record.args ??= args;
    return Reflect.apply(handler, this, args);
  };
  for (const key of Reflect.getMetadataKeys(handler) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), audited);
  }
  Object.defineProperty(audited, 'name', { value: handler.name, configurable: true });
  Object.defineProperty(audited, 'length', { value: handler.length, configurable: true });
  return audited;
}
