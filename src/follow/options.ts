import { AuditError } from '../event/errors.js';
import type { FollowTransaction } from '../store/follow.port.js';
import type { FollowedEntry } from './followed-entry.js';

export interface FollowBatch {
  /** How many. @defaultValue 500 */
  readonly entries?: number | undefined;
  /** Of their sections and bodies; an entry that is larger comes alone. @defaultValue 4 MiB */
  readonly bytes?: number | undefined;
  /** How long one that is not full is given to become so. Milliseconds, default 200; more makes batches fuller, and entries later. */
  readonly waitMs?: number | undefined;
}

export interface FollowOptions {
  /** Where a follower begins that is not there yet: with the first entry of the log, or behind the last. @defaultValue `'start'` */
  readonly from?: 'start' | 'now' | undefined;
  /**
   * The handler writes with `tx`, in the transaction that moves the cursor: each entry exactly once, in the tables of this database. The role of
   * `followerUrl` needs rights on them. @defaultValue `false`: at least once
   */
  readonly exactlyOnce?: boolean | undefined;
  /** What a batch has at most, and how long it may wait to be full. */
  readonly batch?: FollowBatch | undefined;
  /** Attempts at one entry, before it is set aside, if others pass. @defaultValue 5 */
  readonly attempts?: number | undefined;
  /** Between two attempts: doubled from the least to the most, with jitter. Milliseconds, default 200 and 30,000. */
  readonly retry?: { readonly minMs?: number | undefined; readonly maxMs?: number | undefined } | undefined;
  /** An attempt that takes longer has failed, and its signal is aborted. Milliseconds, default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** How long a process that died keeps others out. Milliseconds, default 10,000. */
  readonly leaseMs?: number | undefined;
  /** Between two looks at a log where nothing is new. Milliseconds, default 1,000. */
  readonly pollMs?: number | undefined;
  /** The entries of the registry too, which tell of all chains and of keys. @defaultValue `false` */
  readonly registry?: boolean | undefined;
}

export interface FollowContext {
  /** Aborted when the attempt takes too long, another process has taken over, or this one ends: what is not done by then is delivered again. */
  readonly signal: AbortSignal;
  /** With `exactlyOnce`. Nothing else may use it, and not after the handler. */
  readonly tx?: FollowTransaction;
  /** These were set aside, and are delivered behind later ones of their chains. */
  readonly replayed: boolean;
}

/** What can never be taken, with the reason: set aside at once, and not tried again. */
export interface Rejected {
  readonly rejected?: readonly { readonly id: string; readonly reason: string }[] | undefined;
}

/**
 * Gets the entries of the log in order, batch after batch: the next when its promise has been fulfilled. When it throws the batch is delivered
 * again, perhaps in parts.
 */
export type FollowHandler = (
  batch: readonly FollowedEntry[],
  context: FollowContext,
) => Promise<Rejected | void> | Rejected | void;

export interface CheckedFollow {
  readonly name: string;
  readonly handler: FollowHandler;
  readonly from: 'start' | 'now';
  readonly exactlyOnce: boolean;
  readonly batch: { readonly entries: number; readonly bytes: number; readonly waitMs: number };
  readonly attempts: number;
  readonly retry: { readonly minMs: number; readonly maxMs: number };
  readonly timeoutMs: number;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly registry: boolean;
}

const KNOWN: readonly (keyof FollowOptions)[] = [
  'from',
  'exactlyOnce',
  'batch',
  'attempts',
  'retry',
  'timeoutMs',
  'leaseMs',
  'pollMs',
  'registry',
];

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead */
export function checkFollow(name: unknown, handler: unknown, options: FollowOptions = {}): CheckedFollow {
  if (typeof name !== 'string' || !/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name))
    throw invalid("the name of a follower is 1-63 letters, digits, '_' or '-', and begins with a letter: follow('siem', …)"); // prettier-ignore
  if (typeof handler !== 'function') throw invalid(`follow('${name}', handler): the handler is a function of a batch`);
  only('', options, KNOWN);
  const { from = 'start', exactlyOnce = false, registry = false, batch = {}, retry = {} } = options;
  if (from !== 'start' && from !== 'now') throw invalid("from must be 'start' or 'now'");
  for (const [option, value] of Object.entries({ exactlyOnce, registry }))
    if (typeof value !== 'boolean') throw invalid(`${option} must be true or false`);
  only('batch.', batch, ['entries', 'bytes', 'waitMs']);
  only('retry.', retry, ['minMs', 'maxMs']);
  const minMs = whole('retry.minMs', retry.minMs, 200, 1, 600_000);
  return {
    name,
    handler: handler as FollowHandler, // of which only a call tells more
    from,
    exactlyOnce,
    registry,
    batch: {
      entries: whole('batch.entries', batch.entries, 500, 1, 10_000),
      bytes: whole('batch.bytes', batch.bytes, 4 * 1024 * 1024, 1, 256 * 1024 * 1024),
      waitMs: whole('batch.waitMs', batch.waitMs, 200, 0, 600_000),
    },
    attempts: whole('attempts', options.attempts, 5, 1, 1_000),
    retry: { minMs, maxMs: Math.max(minMs, whole('retry.maxMs', retry.maxMs, 30_000, 1, 3_600_000)) },
    timeoutMs: whole('timeoutMs', options.timeoutMs, 60_000, 1, 3_600_000),
    leaseMs: whole('leaseMs', options.leaseMs, 10_000, 500, 600_000),
    pollMs: whole('pollMs', options.pollMs, 1_000, 1, 600_000),
  };
}

function whole(name: string, value: unknown, otherwise: number, least: number, most: number): number {
  if (value === undefined) return otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw invalid(`${name} must be a whole number from ${least} to ${most}`);
  return value;
}

function only(prefix: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalid(`${prefix === '' ? 'the options of a follower' : prefix.slice(0, -1)} must be an object`);
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw invalid(
      `there is no option ${JSON.stringify(prefix + unknown)} of a follower; there are ${known.map((each) => prefix + each).join(', ')}`,
    );
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
