import { saying, type Check } from '../event/check.js';
import { within } from '../event/deadline.js';
import { isAuditError } from '../event/errors.js';
import type { SealerState } from '../sealer/sealer.js';
import type { Pending } from '../store/content.port.js';
import type { FollowerState } from '../store/follow.port.js';
import { behind, followerHealth, type FollowerHealth } from './follower-health.js';

export type HealthStatus = 'up' | 'degraded' | 'down';

/** How an audit is, as plain facts: numbers, names of states and our own sentences, nothing that was logged. */
export interface AuditHealth {
  /**
   * `down`: events are being lost, or cannot be taken (closed, not installed, no right, or the database is away and there is
   * no room left). `degraded`: nothing is lost by it now, and somebody should look. An application works in all three.
   */
  readonly status: HealthStatus;
  /** Why it is not `up`, one sentence each. */
  readonly reasons: readonly string[];
  readonly database: 'up' | 'down';
  /** Committed rows of the whole database without an entry; `null` where it could not be asked. Beyond 10,000 a lower bound. */
  readonly unsealed: number | null;
  /** Milliseconds from the capture of the last sealed row to its entry. */
  readonly sealLagMs: number | null;
  /** Age of the oldest row without an entry, in milliseconds; `null` if there is none. */
  readonly oldestPendingMs: number | null;
  /** Events in this process's memory. */
  readonly waiting: number;
  /** Events in the spool; `null` where there is none. */
  readonly spooled: number | null;
  /** Since this process began: events that will never be written, and entries with the outcome `denied`. */
  readonly lost: number;
  readonly denied: number;
  /** `state`: of this process's sealer. `alive`: one of any process holds the lease; `null` where nobody could be asked. */
  readonly sealer: { readonly state: SealerState | 'off'; readonly alive: boolean | null };
  /** Ages in milliseconds of the newest signed checkpoint, and of the newest that an anchor took; `null`: there is none, or nobody could be asked. */
  readonly evidence: { readonly signedMs: number | null; readonly anchoredMs: number | null };
  /** Followers that this process runs, or waits to run; `null` where they could not be asked. */
  readonly followers: readonly FollowerHealth[] | null;
  /** What the probe at the start found: triggers, rights, clients. `unknown` until it has run, or with `probe: 'off'`. */
  readonly probe: { readonly state: 'ok' | 'warn' | 'fail' | 'unknown'; readonly problems: readonly string[] };
}

/** A row that waits longer than this waits for somebody to look. */
const OLD_MS = 60_000;
/** So many heartbeats may be missed before somebody should look. */
const HEARTBEATS = 3;
/** Clocks of servers that take turns differ by less. */
const AHEAD_MS = 60_000;

export interface Known {
  readonly pending: () => Promise<Pending>;
  readonly facts: { readonly waiting: number; readonly lost: number; readonly spooled?: number | undefined };
  /** For how long the database has taken nothing of what waits, and why. */
  readonly failing?: { readonly forMs: number; readonly why: string } | undefined;
  /** Numbers of the chains that this process's sealer has set aside. */
  readonly chainsAside?: readonly number[] | undefined;
  /** Why this process's sealer signs nothing, although it has a key. */
  readonly unsigned?: string | undefined;
  /** Why this process must not lead: a key is required, and it has none. */
  readonly keptOut?: string | undefined;
  /** Milliseconds between two checkpoints at most, where this process signs and has anchors. */
  readonly heartbeatMs?: number | undefined;
  readonly maxQueue: number;
  readonly denied: number;
  /** Reads through a scope that left no entry. */
  readonly untold?: number | undefined;
  /** Of those that this process runs, or waits to run. */
  readonly followers?: (() => Promise<readonly FollowerState[]>) | undefined;
  readonly sealer: SealerState | 'off';
  readonly closed: boolean;
  readonly checks: readonly Check[] | undefined;
}

/** Resolves within `timeoutMs`, whatever the database does; never rejects. */
export async function health(known: Known, timeoutMs: number): Promise<AuditHealth> {
  const followed = known.closed ? undefined : within(timeoutMs, known.followers?.() ?? Promise.resolve([]));
  const { pending, error } = known.closed ? { error: undefined } : await ask(known.pending, timeoutMs);
  const followers = await followed?.catch(() => undefined);
  const { waiting, lost, spooled } = known.facts;
  const refused = isAuditError(error) ? error.message : undefined;
  const down = [
    known.closed ? 'the audit is closed' : undefined,
    refused,
    (!pending || known.failing) && waiting >= known.maxQueue
      ? `the database takes nothing and ${waiting} events wait: there is no room`
      : undefined,
  ].filter((reason) => reason !== undefined);
  const problems = (known.checks ?? []).filter(({ state }) => state !== 'ok');
  const degraded = [
    !pending && !known.closed && refused === undefined ? `the database gave no answer within ${timeoutMs} ms, or refused` : undefined,
    pending?.writable === false ? 'the database is read-only for this role: events wait, and audited writes fail' : undefined,
    known.failing && !known.closed && waiting + (spooled ?? 0) > 0
      ? `${waiting + (spooled ?? 0)} events wait, and the database has taken none for ${Math.ceil(known.failing.forMs / 1000)} s: ${known.failing.why}`
      : undefined,
    pending?.behind === true
      ? 'the sequence of positions was behind the rows of the log (a restore, or somebody set it back): audited writes failed until it was raised'
      : undefined,
    (pending?.aheadMs ?? 0) > AHEAD_MS
      ? `the last batch is sealed ${Math.round((pending?.aheadMs ?? 0) / 1000)} s after now: the clock of the database was ahead, or was set back`
      : undefined,
    known.chainsAside && known.chainsAside.length > 0
      ? `chain ${known.chainsAside.slice(0, 5).join(', ')}${known.chainsAside.length > 5 ? ' and others' : ''} cannot grow, and their rows wait: somebody changed the log, run "nestjs-prisma-audit verify"`
      : undefined,
    known.unsigned,
    known.keptOut !== undefined && pending !== undefined && !pending.sealerAlive && pending.unsealed > 0
      ? `${pending.unsealed}${pending.atLeast ? ' or more' : ''} rows wait for their entry, nobody seals, and this process must not: ${known.keptOut}`
      : undefined,
    known.heartbeatMs !== undefined && pending?.signedMs != null && (pending.anchoredMs ?? Number.POSITIVE_INFINITY) > HEARTBEATS * known.heartbeatMs
      ? `no anchor has taken a checkpoint for ${pending.anchoredMs == null ? 'as long as there are any' : `${Math.round(pending.anchoredMs / 1000)} s`}: what was sealed since could be cut off unseen`
      : undefined,
    lost > 0 ? `${lost} events were lost since this process began` : undefined,
    spooled ? `${spooled} events wait in the spool` : undefined,
    known.untold ? `${known.untold} reads left no entry since this process began: what they asked is a standby` : undefined,
    pending?.oldestMs != null && pending.oldestMs > OLD_MS
      ? `the oldest of ${pending.unsealed}${pending.atLeast ? ' or more' : ''} rows without an entry is ${Math.round(pending.oldestMs / 1000)} s old${pending.sealerAlive ? '' : ', and no sealer is alive'}`
      : undefined,
    ...behind(followers ?? []),
    ...problems.map((check) => saying(check)),
  ].filter((reason) => reason !== undefined); // prettier-ignore
  return {
    status: down.length > 0 ? 'down' : degraded.length > 0 ? 'degraded' : 'up',
    reasons: [...down, ...degraded],
    database: pending ? 'up' : 'down',
    unsealed: pending?.unsealed ?? null,
    sealLagMs: pending?.lagMs ?? null,
    oldestPendingMs: pending?.oldestMs ?? null,
    waiting,
    spooled: spooled ?? null,
    lost,
    denied: known.denied,
    sealer: { state: known.sealer, alive: pending?.sealerAlive ?? null },
    evidence: { signedMs: pending?.signedMs ?? null, anchoredMs: pending?.anchoredMs ?? null },
    followers: followers?.map((each) => followerHealth(each)) ?? null,
    probe: { state: worst(known.checks), problems: problems.map((check) => saying(check)) },
  };
}

async function ask(
  question: Known['pending'],
  timeoutMs: number,
): Promise<{ pending?: Pending | undefined; error?: unknown }> {
  try {
    return { pending: await within(timeoutMs, question()) };
  } catch (error) {
    return { error };
  }
}

function worst(checks: readonly Check[] | undefined): AuditHealth['probe']['state'] {
  if (checks === undefined) return 'unknown';
  if (checks.some(({ state }) => state === 'fail')) return 'fail';
  return checks.some(({ state }) => state === 'warn') ? 'warn' : 'ok';
}
