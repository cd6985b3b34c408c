import { isAuditError } from '../event/errors.js';
import { visible } from '../event/visible.js';

const AGAIN_AFTER_MS = 60_000;

/** What is told where nobody listens (no `onError`): a warning of the process, of each kind once a minute. */
export function warnings(): (error: unknown) => void {
  const told = new Map<string, number>();
  return (error) => {
    const kind = isAuditError(error) ? error.code : error instanceof Error ? error.name : typeof error;
    const now = performance.now();
    if (now - (told.get(kind) ?? Number.NEGATIVE_INFINITY) < AGAIN_AFTER_MS) return;
    told.set(kind, now);
    warn(error instanceof Error ? error.message : String(error));
  };
}

export function warn(message: string): void {
  process.emitWarning(visible(message), 'AuditWarning');
}
