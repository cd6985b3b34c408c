import type { Counted } from './tally.js';

/** One audit, as metrics see it. Everything but `backlog` is in memory. */
export interface Measured {
  /** Becomes the attribute `audit.name`. */
  readonly name: string;
  counts(): Counts;
  /** Of this process: what waits in memory and, where there is a spool, on disk. */
  queue(): {
    readonly waiting: number;
    readonly spooled?: number | undefined;
    readonly spoolBytes?: number | undefined;
  };
  /** Asks the database, once for each collection; nothing if it cannot be asked. MUST resolve in bounded time, MUST NOT reject. */
  backlog(): Promise<Backlog | undefined>;
  /** As `backlog`: of the followers that this process runs, or waits to run. Absent: there are none. */
  followers?(): Promise<readonly Followed[] | undefined>;
}

/** How far a follower is behind, whichever process runs it. */
export interface Followed {
  readonly name: string;
  readonly lag: number;
  readonly lagMs: number | null;
  readonly dead: number;
  readonly failures: number;
}

export interface Counts {
  readonly entries: readonly Counted[];
  readonly denied: number;
  readonly lost: number;
  readonly failedAttempts: number;
  readonly callbacksFailed: number;
  readonly folded: number;
}

export interface Backlog {
  readonly unsealed: number;
  readonly oldestMs: number | null;
  readonly lagMs: number | null;
  readonly anchoredMs?: number | null | undefined;
}

/** Several audits of one name, one after the other or at once, as one. */
export function sumOf(all: readonly Counts[]): Counts {
  const entries = new Map<string, Counted>();
  for (const each of all.flatMap((counts) => counts.entries)) {
    const key = `${each.source} ${each.outcome}`;
    entries.set(key, { ...each, count: each.count + (entries.get(key)?.count ?? 0) });
  }
  const sum = (name: Exclude<keyof Counts, 'entries'>): number => all.reduce((total, each) => total + each[name], 0);
  return {
    entries: [...entries.values()],
    denied: sum('denied'),
    lost: sum('lost'),
    failedAttempts: sum('failedAttempts'),
    callbacksFailed: sum('callbacksFailed'),
    folded: sum('folded'),
  };
}
