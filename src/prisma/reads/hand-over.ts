import { AuditError } from '../../event/errors.js';
import { readRecorder, readsOf, refusedRead, type ReadFact, type ReadReceipt } from '../../recorder/read.port.js';

/** Hands accesses to the audit that runs in this process, or that will. */
export class HandOver {
  readonly #schema: string;
  /** How far an entry has to come before the caller gets his rows. */
  readonly mode: 'async' | 'strict';

  constructor(schema: string, mode: HandOver['mode']) {
    this.#schema = schema;
    this.mode = mode;
  }

  /** Before a call that may go no further unless it is recorded. @throws AuditError `AUDIT_NOT_DURABLE` */
  require(): void {
    if (readRecorder(this.#schema) !== undefined) return;
    throw new AuditError(
      'AUDIT_NOT_DURABLE',
      `reads: "strict" needs a running audit, and in this process there is none for the schema ${JSON.stringify(this.#schema)}, so nothing was read: start the module (AuditModule.forRoot) or createAudit() before the first query, or write reads: "async"`,
      { schema: this.#schema },
    );
  }

  /** Total: by its contract the recorder is, and one that is not must not take the caller's rows from him. */
  give(facts: readonly ReadFact[]): readonly ReadReceipt[] {
    const recorder = readsOf(this.#schema);
    return facts.map((fact) => {
      try {
        return recorder.read(fact);
      } catch (error) {
        return refusedRead(error);
      }
    });
  }
}
