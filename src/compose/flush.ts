import { within } from '../event/deadline.js';
import { AuditError, isAuditError } from '../event/errors.js';
import { wakeSealer } from '../event/wake.js';
import type { ContentStore } from '../store/content.port.js';

// Captured at import, so that fake timers cannot hang a flush.
const { setTimeout } = globalThis;

interface Draining {
  drain(): Promise<void>;
  waiting(): number;
}

/** Resolves when everything recorded or captured so far is sealed. @throws AuditError `AUDIT_FLUSH_TIMEOUT` */
export async function flush(content: ContentStore, recorder: Draining, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  const position = await within(timeoutMs, drained(content, recorder));
  if (position === undefined) {
    const waiting = recorder.waiting();
    throw new AuditError(
      'AUDIT_FLUSH_TIMEOUT',
      `${waiting} events wait for the database after ${timeoutMs} ms: can it be reached, and is the log there (onError tells)?`,
      { waiting },
    );
  }
  for (let wait = 5; ; wait = Math.min(wait * 2, 100)) {
    wakeSealer(true);
    const unsealed = await content.unsealed(position);
    if (unsealed === 0) return;
    if (performance.now() > deadline) {
      throw new AuditError(
        'AUDIT_FLUSH_TIMEOUT',
        `${unsealed} rows are not sealed after ${timeoutMs} ms: is a sealer running (option seal, or the command seal)?`,
        { unsealed },
      );
    }
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** How far positions have been handed out when all that waited is written. A log that is not there is told at once, and not waited for. */
async function drained(content: ContentStore, recorder: Draining): Promise<number> {
  try {
    await content.position();
  } catch (error) {
    if (isAuditError(error)) throw error; // another one may pass
  }
  await recorder.drain();
  return await content.position();
}
