import type { Audit } from '../compose/create-audit.js';
import type { AuditLog } from './audit-log.js';

// Captured at import: fake timers must not hold back a shutdown.
const { setTimeout, clearTimeout, setImmediate } = globalThis;

/** Long enough for whatever a bootstrap does after `listen()`. */
const LOOK_AFTER_MS = 1_000;

/**
 * Writes what waits and lets go of the database, within the audit's deadline. Never rejects: Nest swallows what a hook throws,
 * or ends the others; what stayed is said in the log.
 */
export async function shutDown(audit: Audit, log: AuditLog): Promise<void> {
  try {
    // Connections that Nest has cut by force (`forceCloseConnections`) end their requests some turns later.
    for (let turn = 0; turn < 3; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    const { lost, spooled } = await audit.close();
    if (lost > 0) log.error(`${lost} events could not be written before shutdown and are lost`, { lost, spooled });
    if (spooled > 0)
      log.error(`${spooled} events stay in the spool: the next process with this spool writes them`, { spooled });
  } catch (error) {
    log.warn(error);
  }
}

/**
 * Without `enableShutdownHooks()` SIGTERM ends the process at once, and what waited in memory is lost. Says so once, if a
 * server is listening and nobody listens to the signal. Returns the way to stop looking.
 */
export function warnWithoutHooks(isListening: () => boolean, log: AuditLog, afterMs = LOOK_AFTER_MS): () => void {
  if (process.env['NODE_ENV'] === 'test') return () => undefined;
  const timer = setTimeout(() => {
    if (process.listenerCount('SIGTERM') > 0 || !isListening()) return;
    log.warn(
      'nobody listens to SIGTERM: it ends the process at once, with events that are still in memory. Call app.enableShutdownHooks()',
      { code: 'AUDIT_NO_SHUTDOWN_HOOKS' },
    );
  }, afterMs).unref();
  return () => clearTimeout(timer);
}
