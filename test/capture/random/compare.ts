import type { Captured, Change, Witnessed } from '../world/witness.js';
import { withoutMadeUp } from './made-up.js';

export type Rows = ReadonlyMap<string, readonly string[]>;

/** Whose change a witnessed one is. */
export type Owner = (n: number) => { actor: string; group: string | undefined } | undefined;

const textOf = ({ op, table, old, new: now, xid }: Change, actor: unknown, group: unknown): string =>
  `${op} ${table}: ${old ?? '-'} => ${now ?? '-'} in ${xid} by ${String(actor)} of ${String(group)}`;

/** Each change that a witness saw is one entry, in the order of the statements, with its actor and group. */
export function compareLogs(
  seen: readonly Witnessed[],
  caught: readonly Captured[],
  ownerOf: Owner,
  flagsAllowed: readonly string[],
  /** Two changes of one row by one statement (two referential actions) may be one entry, from the first value to the last. */
  summed = false,
): string[] {
  const problems: string[] = [];
  let at = 0;
  for (let from = 0; from < seen.length;) {
    let to = from;
    while (seen[to]?.statement === seen[from]!.statement && seen[to]?.xid === seen[from]!.xid) to++;
    const changes = seen.slice(from, to);
    const expected = (summed ? sum(changes) : changes).map((change) =>
      textOf(change, ownerOf(change.n)?.actor, ownerOf(change.n)?.group),
    );
    // What one statement changed is a set: an engine may write the cascades of a row before the row.
    const gotOf = (count: number): string[] => {
      const logged = caught.slice(at, at + count);
      return (summed ? sum(logged) : logged).map((change) => textOf(change, change.actor['id'], change.group));
    };
    // Some rows of it may have an entry for each change, and others one for all.
    let count = changes.length;
    while (count > expected.length && difference(expected, gotOf(count)).length > 0) count -= 1;
    problems.push(...difference(expected, gotOf(count)));
    at += count;
    from = to;
  }
  for (const change of caught.slice(at))
    problems.push(`logged, but never happened: ${textOf(change, change.actor['id'], change.group)}`);
  for (const { flags, table, op } of caught) {
    const odd = flags.filter((flag) => !flagsAllowed.includes(flag));
    if (odd.length > 0) problems.push(`an entry of ${op} ${table} is flagged ${odd.join()}`);
  }
  return problems;
}

/** What one statement made of each row, in all. */
function sum<C extends Change>(changes: readonly C[]): C[] {
  const rows: C[] = [];
  for (const change of changes) {
    const i = change.old === null ? -1 : rows.findIndex((row) => row.table === change.table && row.new === change.old);
    const first = rows[i];
    if (!first) rows.push(change);
    else if (first.old === null && change.new === null) rows.splice(i, 1);
    else rows[i] = { ...first, new: change.new, op: change.new === null ? 'delete' : first.op };
  }
  return rows;
}

function difference(expected: readonly string[], got: readonly string[]): string[] {
  const left = [...expected].sort();
  const right = [...got].sort();
  if (left.join('\n') === right.join('\n')) return [];
  const missing = without(left, right).map((text) => `happened, but not logged here: ${text}`);
  return [...missing, ...without(right, left).map((text) => `logged here, but did not happen: ${text}`)];
}

function without(all: readonly string[], gone: readonly string[]): string[] {
  const rest = [...gone];
  return all.filter((text) => {
    const found = rest.indexOf(text);
    if (found >= 0) rest.splice(found, 1);
    return found < 0;
  });
}

/** The log replayed over the rows there were gives the rows there are: each `old` is what was there at that moment. */
export function replay(before: Rows, caught: readonly Captured[], after: Rows): string[] {
  const problems: string[] = [];
  const tables = new Map([...before].map(([table, rows]) => [table, [...rows]]));
  for (const change of caught) {
    const rows = tables.get(change.table);
    if (!rows) return [`an entry of a table that is not there: ${change.table}`];
    if (change.old !== null) {
      const found = rows.indexOf(change.old);
      if (found < 0)
        problems.push(`out of order in the log: there was no such row at the moment of ${textOf(change, '', '')}`);
      else rows.splice(found, 1);
    }
    if (change.new !== null) rows.push(change.new);
  }
  for (const [table, rows] of tables) problems.push(...sameRows(table, rows, after.get(table) ?? []));
  return problems;
}

export function compareRows(plain: Rows, audited: Rows): string[] {
  const comparable = (rows: readonly string[] = []): string[] => rows.map((row) => withoutMadeUp(row));
  return [...plain].flatMap(([table, rows]) => sameRows(table, comparable(rows), comparable(audited.get(table))));
}

function sameRows(table: string, expected: readonly string[], got: readonly string[]): string[] {
  const problems = difference(expected, got);
  return problems.length === 0 ? [] : [`rows of ${table} differ`, ...problems];
}
