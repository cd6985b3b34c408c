import { SetMetadata } from '@nestjs/common';
import type { ActionName } from '../event/action.js';
import type { AuditedOptions } from '../http/audited-options.js';
import { checkMark } from '../http/check-mark.js';
import { AUDITED, SKIPPED } from './audited-mark.js';
import { watchedMethod } from './calls/methods.js';

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
// One signature, not two: of overloads the compiler only says that none matches, not which action there is.
export function Audited<M extends Method | undefined = undefined>(
  action?: ActionName,
  options?: M extends Method ? AuditedOptionsOf<M> : AuditedOptions,
): M extends Method ? DecoratorOf<M> : MethodDecorator & ClassDecorator;
export function Audited(action?: ActionName, options: object = {}): MethodDecorator & ClassDecorator {
  const said = checkMark('@Audited', action, options);
  const mark = SetMetadata(AUDITED, said);
  return (target: object, key?: string | symbol, descriptor?: PropertyDescriptor) => {
    if (key === undefined || descriptor === undefined) {
      mark(target as () => void);
      return;
    }
    mark(target, key, descriptor);
    if (typeof descriptor.value === 'function')
      descriptor.value = watchedMethod(descriptor.value as Handler, String(key));
  };
}

/** No entry for this handler, although its class is `@Audited`. Its database writes are logged all the same. */
export function SkipAudit(): MethodDecorator & ClassDecorator {
  return SetMetadata(SKIPPED, true);
}
