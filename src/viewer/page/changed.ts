import type { ShownChange, ShownEntry } from '../answers.js';
import { fieldOf, type Columns } from './column-names.js';

/** What the server says of a change, by the name that it gives it. The first of several of one name. */
export function saidOf(entry: ShownEntry, columns: Columns): (column: string) => ShownChange | undefined {
  const said = new Map<string, ShownChange>();
  for (const change of entry.changes) if (!said.has(change.field)) said.set(change.field, change);
  return (column) => said.get(fieldOf(columns, column)) ?? said.get(column);
}

/** Columns that an entry changed, by its own old and new, which its seal covers; of values that are not in these, by what is said of them. */
export function changedColumns(entry: ShownEntry, columns: Columns): ReadonlySet<string> {
  const { old, new: after } = entry;
  const isWhole = old === undefined || after === undefined;
  const changed = new Set<string>();
  const said = saidOf(entry, columns);
  for (const column of [...Object.keys(old ?? {}), ...Object.keys(after ?? {})])
    if (isWhole || !isSame(own(old, column), own(after, column)) || isUnseen(said(column))) changed.add(column);
  return changed;
}

const own = (of: object | undefined, name: string): unknown =>
  of !== undefined && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;

const isSame = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** It changed in what its values do not show. */
const isUnseen = (change: ShownChange | undefined): boolean =>
  change !== undefined && [change.redacted, change.masked, change.cut, change.jsonNull, change.redactedInside].some((mark) => mark !== undefined); // prettier-ignore
