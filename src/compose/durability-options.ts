import { AuditError } from '../event/errors.js';
import { DURABILITIES, type Durability } from '../event/types.js';
import type { SpoolOptions } from '../recorder/index.js';

/** How far events have to come, and what becomes of them while the database is away. docs/durability.md says what each choice survives. */
export interface DurabilityOptions {
  /**
   * How far an event has to come before whoever awaits it goes on, where neither the call nor the action says it. `async`: into
   * memory; `committed`: into the database; `sealed`: into the chain. Each step is safer and slower. @defaultValue `'async'`
   */
  readonly durability?: Durability | undefined;
  /** How long whoever awaits an event waits at most, before `AUDIT_NOT_DURABLE`. Milliseconds, default 5,000. */
  readonly durabilityTimeoutMs?: number | undefined;
  /** Recorded events that may wait in memory, about, in bytes. Default 64 MiB. */
  readonly maxQueueBytes?: number | undefined;
  /**
   * What the recorder does with events that the database does not take: keeps them on disk (`spool`), or in memory up to
   * `maxQueue`, beyond which `record()` throws (`fail`). @defaultValue `'spool'` if there is a `spool`, else `'fail'`
   */
  readonly onFailure?: 'spool' | 'fail' | undefined;
  /** Where on disk, and how much. What is written there is redacted as the log is, and readable for the process's own user alone. */
  readonly spool?: SpoolOptions | undefined;
}

export interface CheckedDurability {
  readonly durability: Durability;
  readonly durabilityTimeoutMs: number;
  readonly maxQueueBytes: number;
  readonly spool: SpoolOptions | undefined;
}

export const DURABILITY_KNOWN: readonly (keyof DurabilityOptions)[] = [
  'durability',
  'durabilityTimeoutMs',
  'maxQueueBytes',
  'onFailure',
  'spool',
];
const SPOOL_KNOWN: readonly (keyof SpoolOptions)[] = ['directory', 'maxBytes', 'atBound'];

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead */
export function checkDurability(options: DurabilityOptions): CheckedDurability {
  const { durability = 'async', spool, onFailure = spool === undefined ? 'fail' : 'spool' } = options;
  if (!DURABILITIES.includes(durability)) throw invalid(`durability must be one of ${DURABILITIES.join(', ')}`);
  if (onFailure !== 'spool' && onFailure !== 'fail') throw invalid("onFailure must be 'spool' or 'fail'");
  if (onFailure === 'spool' && spool === undefined)
    throw invalid("onFailure 'spool' needs a place: spool: { directory: '/var/lib/my-app/audit-spool' }");
  if (onFailure === 'fail' && spool !== undefined)
    throw invalid("spool is of no use with onFailure 'fail': leave one of the two out");
  return {
    durability,
    durabilityTimeoutMs: whole('durabilityTimeoutMs', options.durabilityTimeoutMs, 10, 600_000) ?? 5_000,
    maxQueueBytes: whole('maxQueueBytes', options.maxQueueBytes, 64 * 1024, 2 ** 40) ?? 64 * 1024 * 1024,
    spool: spool === undefined ? undefined : checkSpool(spool),
  };
}

function checkSpool(spool: SpoolOptions): SpoolOptions {
  if (typeof spool !== 'object' || spool === null)
    throw invalid("spool must be an object: { directory: '/var/lib/my-app/audit-spool' }");
  for (const name of Object.keys(spool)) {
    if (!SPOOL_KNOWN.some((known) => known === name))
      throw invalid(
        `there is no option ${JSON.stringify(`spool.${name}`)}; there are ${SPOOL_KNOWN.map((known) => `spool.${known}`).join(', ')}`,
      );
  }
  if (typeof spool.directory !== 'string' || spool.directory === '')
    throw invalid("spool.directory must be the path of a directory on a local disk: '/var/lib/my-app/audit-spool'");
  whole('spool.maxBytes', spool.maxBytes, 64 * 1024, 2 ** 40);
  if (spool.atBound !== undefined && spool.atBound !== 'fail' && spool.atBound !== 'shed')
    throw invalid("spool.atBound must be 'fail' or 'shed'");
  return spool;
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function whole(name: string, value: number | undefined, least: number, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalid(`${name} must be a whole number from ${least} to ${most}, not ${String(value)}`);
  return value;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
