import { readFailure } from './read-failure.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';

/** An entry that a follower has set aside. */
export interface DeadLetter {
  readonly id: string;
  readonly chain: number;
  readonly seq: string;
  /** RFC 3339. */
  readonly sealedAt: string;
  readonly state: 'dead' | 'replay' | 'replayed' | 'skipped';
  readonly tries: number;
  /** What the handler said. */
  readonly reason: string;
  readonly at: string;
  /** Who asked for it to be replayed or skipped. */
  readonly setBy: string | null;
}

const utc = (column: string): string =>
  `case when isfinite(${column}) then to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') else ${column}::text end`;

const DEAD_LETTERS = `
select d.id::text as id, d.chain, d.seq::text as seq, ${utc('d.sealed_at')} as "sealedAt", d.state, d.tries, d.reason, ${utc('d.at')} as at, d.set_by as "setBy"
  from "audit".follower_dead d where d.name = $1 and ($2 or d.state in ('dead', 'replay')) order by d.sealed_at, d.chain, d.seq limit $3`;
const ERRORS = `select f.name, f.error, f.set_by as "setBy", ${utc('f.set_at')} as "setAt" from "audit".follower f`;
const SETTLE = `select "audit".follower_settle($1, $2::uuid[], $3) as done`;
const RESET = `select "audit".follower_reset($1, e.chain, e.seq) as done from (select 1) one left join "audit".entry e on e.id = $2::uuid where $2 is null or e.id is not null`;
const SKIP = `select "audit".follower_skip($1, $2)::text as done`;

/** What somebody says of a follower by hand. Everything changes by functions that put down who it was. */
export function followerAdmin(pool: Pool, schema: string) {
  const ask = async <R extends object>(text: string, values: readonly unknown[]): Promise<R[]> => {
    try {
      return (await pool.query<R>(inSchema(schema, text), [...values])).rows;
    } catch (error) {
      throw readFailure(schema, error);
    }
  };
  return {
    /** @param all those that were replayed or skipped too */
    deadLetters: (name: string, all: boolean, limit: number) => ask<DeadLetter>(DEAD_LETTERS, [name, all, limit]),
    /** Why the last attempt of each follower failed, and who moved it by hand. */
    errors: () => ask<{ name: string; error: string | null; setBy: string | null; setAt: string | null }>(ERRORS, []),
    /** @param ids absent: all that wait. Resolves with how many there were */
    async settle(name: string, ids: readonly string[] | undefined, state: 'replay' | 'skipped'): Promise<number> {
      return (await ask<{ done: number }>(SETTLE, [name, ids ?? null, state]))[0]?.done ?? 0;
    },
    /** @param behind id of an entry; absent: to the beginning. False: there is no such follower, or no such entry */
    async reset(name: string, behind: string | undefined): Promise<boolean> {
      return (await ask<{ done: boolean }>(RESET, [name, behind ?? null]))[0]?.done === true;
    },
    /** Resolves with the id of the entry that was skipped; nothing: there is none, or the cursor must be looked at first. */
    async skip(name: string, reason: string): Promise<string | undefined> {
      return (await ask<{ done: string | null }>(SKIP, [name, reason]))[0]?.done ?? undefined;
    },
  };
}
