import type { ShownEntry } from '../answers.js';
import { bytesOf } from './binary.js';
import { saidOf } from './changed.js';
import { fieldOf, type Columns } from './column-names.js';

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

/** Values of a record by the names of their columns: no two have one name. */
export type Image = ReadonlyMap<string, Shown>;

/** One side of an entry as it was sealed, with what the log says of values that are not in it; `undefined`: there is none. */
export function imageOf(entry: ShownEntry, side: Side, columns: Columns): Image | undefined {
  const sealed = entry[side];
  if (sealed === undefined) return undefined;
  const { change } = entry;
  const hidden = new Map<string, Shown>();
  for (const field of change?.ignored ?? []) hidden.set(field, { kind: 'hidden', why: 'ignored' });
  for (const field of change?.redacted ?? []) hidden.set(field, { kind: 'hidden', why: 'redacted' });
  const said = saidOf(entry, columns);
  const image = new Map<string, Shown>();
  for (const [column, value] of Object.entries(sealed)) {
    const each = said(column);
    const names = [fieldOf(columns, column), column];
    image.set(
      column,
      first(names, (name) => hidden.get(name)) ??
        first(names, (name) => leftOf(entry, side, name)) ??
        cutOf(each?.cut?.[side]) ??
        (each?.jsonNull?.includes(side) && value === null ? { kind: 'json-null' } : shownOf(value)),
    );
  }
  return image;
}

function first<T>(names: readonly string[], of: (name: string) => T | undefined): T | undefined {
  for (const name of names) {
    const found = of(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What is left of a value that was masked, or too large. */
function leftOf({ change }: ShownEntry, side: Side, name: string): Shown | undefined {
  const masked = own(change?.masked[side], name);
  if (typeof masked === 'string') return { kind: 'masked', text: masked };
  return cutOf(own(change?.cut[side], name));
}

function cutOf(cut: unknown): Shown | undefined {
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
  if (typeof value !== 'string') {
    const plain = value as number | boolean; // what else JSON has
    return { kind: 'plain', text: Object.is(plain, -0) ? '-0' : String(plain) };
  }
  const bytes = bytesOf(value);
  return bytes === undefined ? { kind: 'text', text: value } : { kind: 'bytes', bytes, hex: value.slice(2) };
}

/** Whether they say the same; of what is hidden nobody knows. */
export function sameShown(a: Shown | undefined, b: Shown | undefined): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
