import type { Micros } from '../event/clock.js';
import type { Source } from '../event/types.js';

/** One event on its way into `content`: sections as JSON text, the rest as the columns that the sealer needs. */
export interface ContentRow {
  readonly source: Source;
  readonly at: Micros;
  /** UUID of the unit of work. */
  readonly group: string | null;
  readonly tenant: string | null;
  /** Idempotence key, unique for a tenant. */
  readonly eventKey: string | null;
  /** Type of the resource. */
  readonly model: string | null;
  /** Id of the resource, whole; it becomes a member of the `data` section. */
  readonly resourceId: string | null;
  /** JSON: action, outcome, severity, durationMs. */
  readonly header: string;
  /** JSON of the `actor` section. */
  readonly actor: string;
  /** JSON of the `data` section but for the id. */
  readonly data: string | null;
  /** Comma-separated. */
  readonly flags: string | null;
}

/** The unsealed tail as seen by a look of bounded cost. */
export interface Pending {
  /** A sealer, of whichever process, holds the lease. */
  readonly sealerAlive: boolean;
  /** Committed rows without an entry. */
  readonly unsealed: number;
  /** There may be more than `unsealed` says: the look ended at its bound. */
  readonly atLeast: boolean;
  /** Age of the oldest of them that was seen, in milliseconds. */
  readonly oldestMs: number | null;
  /** From the capture of the last sealed row to its entry, in milliseconds; `null` as long as nothing was sealed. */
  readonly lagMs: number | null;
  /** False: the database is read-only for this connection. */
  readonly writable?: boolean | undefined;
  /** The sequence of positions was behind what is there, so audited writes failed. It has been raised, if it could be. */
  readonly behind?: boolean | undefined;
  /** By how much the last batch is sealed after now, in milliseconds. */
  readonly aheadMs?: number | undefined;
  /** Age of the newest signed checkpoint of the registry, and of the newest that an anchor has taken, in milliseconds; `null`: there is none. */
  readonly signedMs?: number | null | undefined;
  readonly anchoredMs?: number | null | undefined;
}

/** Where recorded events go. Implementations MUST write a batch whole or not at all. */
export interface ContentStore {
  /**
   * Resolves when the batch is committed. MUST write nothing, and succeed, if a batch of this name was committed before:
   * that is how a caller repeats a batch whose commit was not acknowledged. What has an `eventKey` is known by that instead: it is
   * written by a second call if it is not there. MUST throw `AUDIT_EVENT_HELD`, and write nothing, where an open transaction holds
   * such a key for longer than a moment. MUST throw `AUDIT_EVENT_INVALID` if repeating
   * is of no use because a row can never be stored; any other error is taken as passing.
   */
  append(batch: string, rows: readonly ContentRow[]): Promise<void>;
  /** The greatest position handed out so far. */
  position(): Promise<number>;
  /** How many committed rows up to `position` have no entry yet. */
  unsealed(position: number): Promise<number>;
  /** What waits for its entry. MUST be cheap however much that is: it is asked by health checks and metrics. */
  pending(): Promise<Pending>;
}

/** A call of `audit.record()`, the database's own interface, for whoever has a connection: our pool or a Prisma transaction. */
export function recordStatement(
  schema: string,
  batch: string | null,
  rows: readonly ContentRow[],
): { text: string; values: unknown[] } {
  const column = <K extends keyof ContentRow>(name: K): ContentRow[K][] => rows.map((row) => row[name]);
  return {
    text: `select "${schema}".record($1::text, $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[]) as written`,
    values: [
      batch,
      column('source'),
      column('at').map(String),
      column('group'),
      column('tenant'),
      column('eventKey'),
      column('model'),
      column('resourceId'),
      column('header'),
      column('actor').map((json) => Buffer.from(json).toString('hex')),
      column('data'),
      column('flags'),
    ],
  };
}
