import type { CutValue, Sides } from './changes.js';
import type { FieldValue } from './values.js';

/** What a change did to one record, by the names of the model's fields. */
export interface RecordChange {
  readonly model: string;
  readonly operation: 'create' | 'update' | 'delete';
  /** The record before; absent for one that was created. Without the fields that the members below tell of. */
  readonly old?: Readonly<Record<string, FieldValue>>;
  /** The record after; absent for one that was deleted. */
  readonly new?: Readonly<Record<string, FieldValue>>;
  /** Fields whose values were not logged; with a path, a place inside of a document that holds `[redacted]`. */
  readonly redacted: readonly string[];
  /** What the mask left of values. */
  readonly masked: Sides<Readonly<Record<string, string>>>;
  /** Values that were too large to be logged. */
  readonly cut: Sides<Readonly<Record<string, CutValue>>>;
  /** Fields that are never logged. */
  readonly ignored: readonly string[];
  /** Values that the field's type cannot hold (`infinity` as a Date), as the database's text. */
  readonly asText: Sides<Readonly<Record<string, string>>>;
}
