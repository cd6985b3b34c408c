import { setTimeout as sleep } from 'node:timers/promises';
import { AuditError, isAuditError } from '../event/errors.js';
import type { AuditEntry } from '../query/read-entry.js';
import type { EntryPages } from './entries.js';

/** Milliseconds after which a database that did not answer is asked again. An answer in between, and they begin anew. */
const WAITS = [100, 1_000, 5_000, 15_000, 30_000];

export interface GoingOnOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onInterrupted?: ((error: Error, againInMs: number) => void) | undefined;
}

/** All entries, over the end of connections: a server that restarts does not end an export of an hour. What the log itself refuses does. */
export async function* goingOn(
  pages: EntryPages,
  { signal, onInterrupted }: GoingOnOptions,
): AsyncGenerator<AuditEntry> {
  let [failed, given] = [0, 0];
  for (;;) {
    try {
      yield* pages;
      return;
    } catch (error) {
      if (!isAuditError(error, 'AUDIT_EXPORT_INTERRUPTED')) throw error;
      failed = pages.count > given ? 0 : failed;
      given = pages.count;
      const wait = isAuditError(error.cause) ? undefined : WAITS[failed];
      if (wait === undefined) throw ended(error);
      failed += 1;
      onInterrupted?.(error, wait);
      await sleep(wait, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function ended(error: AuditError): AuditError {
  const why = error.cause instanceof Error ? error.cause.message : 'something that is no error was thrown';
  return new AuditError(
    'AUDIT_EXPORT_INTERRUPTED',
    `the export ended after ${String(error.facts['count'])} entries: ${why}. What was written is a part, and verify-export says so: go on with --continue, or begin anew`,
    error.facts,
    error.cause,
  );
}
