import type { AuditContext } from '../context/context.js';
import type { AuditEvent } from '../event/types.js';
import type { Reached } from './port.js';

/** One read of one model, as the client saw it. */
export interface ReadFact {
  /** `Model.read` with outcome, resource and details; `occurredAt` is the moment of the read. */
  readonly event: AuditEvent;
  /** That of the caller, at the call. */
  readonly context: AuditContext | undefined;
  /** What was read is not known: raw SQL that names the table. */
  readonly gap?: true;
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

/** One registry for the process, since the ESM and the CJS build can both be loaded. By the schema of the log. */
const KEY = Symbol.for('nestjs-prisma-audit.reads');
type Registry = { [KEY]?: Map<string, ReadRecorder> };

const recorders: Map<string, ReadRecorder> = ((globalThis as Registry)[KEY] ??= new Map());

/** The recorder of an audit that runs in this process; `undefined` before it starts, or where there is none. */
export function readRecorder(schema: string): ReadRecorder | undefined {
  return recorders.get(schema);
}

/** Takes the reads of all clients whose log is in `schema`, from now on. Returns the way to stop. */
export function takeReads(schema: string, recorder: ReadRecorder): () => void {
  recorders.set(schema, recorder);
  return () => {
    if (recorders.get(schema) === recorder) recorders.delete(schema);
  };
}
