import { readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Captured } from './engine.js';

export interface Witnessed extends Omit<Captured, 'context' | 'flags' | 'everything'> {
  /** One for all the changes that one statement caused. */
  readonly statement: string;
}

export async function installWitness(pool: pg.Pool): Promise<void> {
  await pool.query(readFileSync(new URL('witness.sql', import.meta.url), 'utf8'));
}

/** What really changed since the witness was last cleared. */
export async function witnessed(pool: pg.Pool): Promise<Witnessed[]> {
  const { rows } = await pool.query<Witnessed>(
    `select op, tbl as table, case op when 'truncate' then old else witness.blank(tbl, old) end as old,
            witness.blank(tbl, new) as new, xid, said::text as statement
       from witness.change order by n`,
  );
  return rows;
}

/** The secrets that the witness saw in a row, old or new; the only column with some is `people.password`. */
export async function secretsSeen(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ secret: string }>(
    `select distinct (regexp_matches(concat(old, new), 'hush-[a-z]+', 'g'))[1] as secret from witness.change`,
  );
  return rows.map(({ secret }) => secret);
}

/** `insert Tag ×2` for each kind of change. */
export function summary(changes: readonly Pick<Captured, 'op' | 'table'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { op, table } of changes) counts.set(`${op} ${table}`, (counts.get(`${op} ${table}`) ?? 0) + 1);
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind} ×${count}`)).sort();
}

type Change = Pick<Captured, 'op' | 'table' | 'old' | 'new' | 'xid'>;

/**
 * Both lists as texts, in the order of the statements; what one statement changed is sorted, since an engine may write
 * the cascades of a row before the row. Behind them the histories of the rows that changed more than once, whose order
 * holds within a statement too.
 */
export function sideBySide(seen: readonly Witnessed[], caught: readonly Captured[]): [string[], string[]] {
  const text = ({ op, table, old, new: now, xid }: Change): string =>
    `${op} ${table}: ${old ?? '-'} => ${now ?? '-'} in ${xid}`;
  const left: string[] = [];
  const right: string[] = [];
  for (let from = 0; from < seen.length;) {
    let to = from;
    while (seen[to]?.statement === seen[from]!.statement) to++;
    left.push(
      ...seen
        .slice(from, to)
        .map((change) => text(change))
        .sort(),
    );
    right.push(
      ...caught
        .slice(from, to)
        .map((change) => text(change))
        .sort(),
    );
    from = to;
  }
  right.push(...caught.slice(seen.length).map((change) => text(change)));
  return [
    [...left, ...histories(seen)],
    [...right, ...histories(caught)],
  ];
}

/** Each row that changed more than once, as `table: old => new => newer`: a change goes on where an earlier one ended. */
function histories(changes: readonly Change[]): string[] {
  const open = new Map<string, string[]>();
  const all: string[][] = [];
  for (const { table, old, new: now, op } of changes) {
    if (op === 'truncate') continue;
    const from = `${table}: ${old}`;
    let history = open.get(from);
    if (!history || old === null) all.push((history = [from]));
    open.delete(from);
    history.push(now ?? 'gone');
    if (now !== null) open.set(`${table}: ${now}`, history);
  }
  return all
    .filter(({ length }) => length > 2)
    .map((history) => history.join(' => '))
    .toSorted();
}
