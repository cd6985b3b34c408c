import { AuditError } from '../../event/errors.js';
import { readRecorder, type ReadFact, type ReadReceipt, type ReadRecorder } from '../../recorder/read.port.js';

/** How far an entry has to come before the caller gets his rows. */
export type ReadsMode = 'async' | 'strict';

/** Hands accesses to the recorder of the audit that runs in this process. */
export class HandOver {
  readonly #schema: string;
  readonly mode: ReadsMode;

  constructor(schema: string, mode: ReadsMode) {
    this.#schema = schema;
    this.mode = mode;
  }

  /** Before a call that has to be recorded. @throws AuditError `AUDIT_NOT_DURABLE` when it is strict and could not be */
  require(): void {
    if (this.mode === 'async' || readRecorder(this.#schema) !== undefined) return;
    throw new AuditError(
      'AUDIT_NOT_DURABLE',
      `reads: "strict" needs a running audit, and in this process there is none for the schema ${JSON.stringify(this.#schema)}, so nothing was read: start the module (AuditModule.forRoot) or createAudit() before the first query, or write reads: "async"`,
      { schema: this.#schema },
    );
  }

  /** Total. */
  give(facts: readonly ReadFact[]): readonly ReadReceipt[] {
    const recorder = readRecorder(this.#schema);
    if (recorder === undefined) return [];
    return facts.flatMap((fact) => recorded(recorder, fact));
  }

  /** In mode `strict`: resolves when all of them are durable. @throws AuditError that of the first which is not */
  async durable(receipts: readonly ReadReceipt[]): Promise<void> {
    if (this.mode === 'strict') await Promise.all(receipts.map((receipt) => receipt.durable()));
  }
}

function recorded(recorder: ReadRecorder, fact: ReadFact): readonly ReadReceipt[] {
  try {
    return [recorder.read(fact)];
  } catch (error) {
    return [{ durable: () => Promise.reject(asAuditError(error)) }];
  }
}

function asAuditError(error: unknown): AuditError {
  return new AuditError('AUDIT_NOT_DURABLE', 'the read could not be recorded', {}, error);
}
