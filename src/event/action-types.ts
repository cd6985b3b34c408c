import type { ActionCatalogue } from './actions.js';
import type { InputOf } from './standard-schema.js';
import type { AuditEvent, Resource } from './types.js';

/**
 * Where an application says which catalogue is its own, once for decorator, service, module, `createAudit()` and Prisma
 * client. As long as it does not, every action is a string.
 *
 * @example
 * ```ts
 * declare module 'nestjs-prisma-audit' {
 *   interface AuditRegister { actions: typeof actions }
 * }
 * ```
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled by whoever registers
export interface AuditRegister {}

/** `undefined` as long as nobody registers. */
type Registered = AuditRegister extends { readonly actions: infer A } ? A : undefined;

/** Those of this package that an application may write itself; a catalogue can define them anew. */
type Provided = 'auth.login';

/** The names of a catalogue's actions, and those of ours; any string without a catalogue. */
export type NameIn<A> = [A] extends [undefined] ? string : (keyof A & string) | Provided;

/** An event whose action is of catalogue `A`: with that action's details and resource. */
export type EventIn<A, N extends NameIn<A>> = [A] extends [undefined]
  ? AuditEvent
  : Omit<AuditEvent, 'action' | 'details' | 'resource'> & { readonly action: N } & Particulars<
        N extends keyof A ? A[N] : unknown
      >;

/** Of each action its own: a union of actions has a union of these. */
type Particulars<D> = D extends unknown ? ResourcePart<D> & DetailsPart<D> : never;

type ResourcePart<D> = D extends { readonly resource: infer T extends string }
  ? { readonly resource?: Resource & { readonly type: T } }
  : Pick<AuditEvent, 'resource'>;

/** What the schema takes; needed, unless it takes an object without members. */
type DetailsPart<D> = D extends { readonly details: infer S }
  ? object extends InputOf<S>
    ? { readonly details?: Members<InputOf<S>> }
    : { readonly details: Members<InputOf<S>> }
  : Pick<AuditEvent, 'details'>;

/** An interface, which others may add to, is no record; what has its members is. So each of these events is an `AuditEvent`. */
type Members<I> = { readonly [M in keyof I]: I[M] };

/** What `@Audited` and `record()` take as an action. */
export type ActionName = NameIn<Registered>;

/** What `record()` takes, by its action. */
export type AuditEventOf<N extends ActionName = ActionName> = EventIn<Registered, N>;

/** For those who put catalogues together. */
export type { ActionCatalogue };
