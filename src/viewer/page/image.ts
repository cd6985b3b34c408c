import type { ShownEntry } from '../answers.js';
import { bytesOf } from './binary.js';

/** A value as it can be shown. */
export type Shown =
  | { readonly kind: 'text' | 'plain' | 'masked'; readonly text: string }
  | { readonly kind: 'null' | 'json-null' }
  | { readonly kind: 'json'; readonly value: object }
  | { readonly kind: 'bytes'; readonly bytes: number; readonly hex: string }
  | { readonly kind: 'cut'; readonly bytes: number; readonly sha256: string }
  /** It was not logged: not even whether it is empty is known. */
  | { readonly kind: 'hidden'; readonly why: 'redacted' | 'ignored' };

export type Side = 'old' | 'new';

/** Values of a record by the client's names of their fields. */
export type Image = ReadonlyMap<string, Shown>;

/** Fields by the names of their columns, of those that are called otherwise. */
export type Columns = Readonly<Record<string, string>> | undefined;

/** One side of an entry as it was sealed, with what the log says of values that are not in it; `undefined`: there is none. */
export function imageOf(entry: ShownEntry, side: Side, columns: Columns): Image | undefined {
  const sealed = entry[side];
  if (sealed === undefined) return undefined;
  const { change } = entry;
  const hidden = new Map<string, Shown>();
  for (const field of change?.ignored ?? []) hidden.set(field, { kind: 'hidden', why: 'ignored' });
  for (const field of change?.redacted ?? []) hidden.set(field, { kind: 'hidden', why: 'redacted' });
  const jsonNulls = new Set(entry.changes.filter((each) => each.jsonNull?.includes(side)).map(({ field }) => field));
  const image = new Map<string, Shown>();
  for (const [column, value] of Object.entries(sealed)) {
    const field = fieldOf(columns, column);
    image.set(
      field,
      hidden.get(field) ??
        leftOf(entry, side, field) ??
        (jsonNulls.has(field) ? { kind: 'json-null' } : shownOf(value)),
    );
  }
  return image;
}

export const fieldOf = (columns: Columns, column: string): string =>
  columns !== undefined && Object.hasOwn(columns, column) ? (columns[column] ?? column) : column;

/** What is left of a value that was masked, or too large. */
function leftOf({ change, changes }: ShownEntry, side: Side, field: string): Shown | undefined {
  const masked = own(change?.masked[side], field);
  if (typeof masked === 'string') return { kind: 'masked', text: masked };
  const cut = own(change?.cut[side], field) ?? changes.find((each) => each.field === field)?.cut?.[side];
  if (typeof cut !== 'object' || cut === null) return undefined;
  const { bytes, sha256 } = cut as { readonly bytes?: unknown; readonly sha256?: unknown };
  return { kind: 'cut', bytes: Number(bytes), sha256: String(sha256) };
}

const own = (of: Readonly<Record<string, unknown>> | undefined, name: string): unknown =>
  of !== undefined && Object.hasOwn(of, name) ? of[name] : undefined;

/** Any value of a section. */
export function shownOf(value: unknown): Shown {
  if (value === null || value === undefined) return { kind: 'null' };
  if (value === '[redacted]') return { kind: 'hidden', why: 'redacted' };
  if (typeof value === 'object') return { kind: 'json', value };
  if (typeof value !== 'string') return { kind: 'plain', text: Object.is(value, -0) ? '-0' : String(value) };
  const bytes = bytesOf(value);
  return bytes === undefined ? { kind: 'text', text: value } : { kind: 'bytes', bytes, hex: value.slice(2) };
}

/** Whether they say the same; of what is hidden nobody knows. */
export function sameShown(a: Shown | undefined, b: Shown | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
