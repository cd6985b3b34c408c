import type { AuditContext } from '../context/context.js';
import type { AuditEvent } from '../event/types.js';
import { EarlyReads } from './early-reads.js';
import type { Gap } from './gap.js';
import type { Reached } from './port.js';

export { forReads, likeness, readRow } from './read-row.js';
export { refusedRead } from './refused-read.js';

/** One read of one model, as the client saw it. */
export interface ReadFact {
  /** `Model.read` with outcome, resource and details; `occurredAt` is the moment of the read. */
  readonly event: AuditEvent;
  /** That of the caller, at the call. */
  readonly context: AuditContext | undefined;
  /** What was read is not known: raw SQL that names the table. */
  readonly gap?: true;
  /** The `actor` section, where it was made before. @defaultValue that of `context`, now */
  readonly section?: string;
}

/**
 * Where audited reads go. One for each audit of the process; a client finds it by the schema of the log.
 *
 * - It MUST NOT throw, and MUST NOT wait: a read is over when the client has its rows.
 * - Reads that are the same in all but their moment, in one unit of work, it folds into one entry with their number
 *   (`details.reads`), within a bounded time.
 * - It MUST keep nothing of the caller's by reference.
 */
export interface ReadRecorder {
  read(fact: ReadFact): ReadReceipt;
}

export interface ReadReceipt {
  /**
   * Resolves when an entry that stands for this read is committed, or on this machine's disk where the database is away.
   * @throws AuditError `AUDIT_NOT_DURABLE`, or the error that kept the read from being recorded
   */
  durable(): Promise<Reached>;
}

interface Registry {
  /** By the schema of the log; of several the last acts. */
  readonly takers: Map<string, ReadRecorder[]>;
  readonly early: Map<string, ReadRecorder & Pick<EarlyReads, 'take' | 'warn'>>;
}

/** One registry for the process, since the ESM and the CJS build can both be loaded. */
const KEY = Symbol.for('nestjs-prisma-audit.reads');
const { takers, early }: Registry = ((globalThis as { [KEY]?: Registry })[KEY] ??= {
  takers: new Map(),
  early: new Map(),
});

/** The recorder of an audit that runs in this process; `undefined` before it starts, or where there is none. */
export function readRecorder(schema: string): ReadRecorder | undefined {
  return takers.get(schema)?.at(-1);
}

/**
 * Where the reads of a client go whose log is in `schema`: to the audit that runs when they come; before one starts into memory,
 * for it to take. Callers that wait for `durable()` SHOULD ask `readRecorder()` before they read: nothing is durable there.
 */
export function readsOf(schema: string): ReadRecorder {
  return { read: (fact) => (readRecorder(schema) ?? earlyReads(schema)).read(fact) };
}

/**
 * Takes the reads of all clients whose log is in `schema`, from now on, and those that came before there was anybody. Returns
 * the way to stop: whoever took them before has them again.
 * @param onMissed told of reads that could not be kept until now
 */
export function takeReads(
  schema: string,
  recorder: ReadRecorder,
  onMissed: (gap: Gap) => void = () => undefined,
): () => void {
  const all = takers.get(schema) ?? [];
  takers.set(schema, all);
  all.push(recorder);
  const { facts = [], missed } = early.get(schema)?.take() ?? {};
  for (const fact of facts) recorder.read(fact);
  if (missed) onMissed(missed);
  return () => {
    const at = all.lastIndexOf(recorder);
    if (at >= 0) all.splice(at, 1);
  };
}

function earlyReads(schema: string): ReadRecorder {
  let reads = early.get(schema);
  if (reads === undefined) {
    // A process that ends before the time for a warning has come is told at its end.
    if (early.size === 0) process.once('beforeExit', () => early.forEach((each) => each.warn()));
    early.set(schema, (reads = new EarlyReads(schema)));
  }
  return reads;
}
