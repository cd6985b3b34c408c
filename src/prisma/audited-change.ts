import type { CutValue, Sides } from '../event/changes.js';
import type { RecordChange } from '../event/record-change.js';
import type { JsonNullValue } from '../event/values.js';
import type { ModelName, Scalars } from './model-types.js';

/** A document may be a JSON null, which is not the database's. */
type Read<T> = { a: 1 } extends T ? T | JsonNullValue : T;

type Image<S> = { readonly [F in keyof S]?: Read<S[F]> };

/** Text that stands for values of some fields. */
type Texts<S> = Sides<{ readonly [F in keyof S]?: string }>;

/**
 * A change of one record of model `M`, typed by the client `C` alone. `old` and `new` have the values that were logged;
 * what became of the others, the other members say.
 */
export interface AuditedChange<C, M extends ModelName<C>> {
  readonly model: M;
  readonly operation: RecordChange['operation'];
  /** Absent for a record that was created. */
  readonly old?: Image<Scalars<C, M>>;
  /** Absent for a record that was deleted. */
  readonly new?: Image<Scalars<C, M>>;
  /** Fields whose values were not logged; with a path, a place inside of a document that holds `[redacted]`. */
  readonly redacted: readonly (Extract<keyof Scalars<C, M>, string> | `${string}.${string}`)[];
  /** What the mask left of values. */
  readonly masked: Texts<Scalars<C, M>>;
  /** Values beyond 1 MiB, which are not logged: their length in bytes and their SHA-256. */
  readonly cut: Sides<{ readonly [F in keyof Scalars<C, M>]?: CutValue }>;
  /** Fields that are never logged. */
  readonly ignored: readonly Extract<keyof Scalars<C, M>, string>[];
  /** Values that the field's type cannot hold, as the database's text: `infinity` as a Date, or a column whose type has changed. */
  readonly asText: Texts<Scalars<C, M>>;
}

/**
 * The change that an entry tells of, with the types of its model; `undefined` if the entry is not a change of that model. The
 * entry must have been read with the catalogue of the same schema.
 *
 * @example const change = changeOf<PrismaClient, 'Invoice'>(entry, 'Invoice');
 */
export function changeOf<C, M extends ModelName<C>>(
  entry: { readonly change?: RecordChange },
  model: M,
): AuditedChange<C, M> | undefined {
  // The reader made every value by its field's type, and put those that have none elsewhere; the types say the same.
  return entry.change?.model === model ? (entry.change as unknown as AuditedChange<C, M>) : undefined;
}
