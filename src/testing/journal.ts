import type { AuditedEntry } from './audited-entry.js';

interface Line {
  readonly entry: AuditedEntry;
  /** The recorder that took it in. */
  readonly by: object;
}

const KEY = Symbol.for('nestjs-prisma-audit.testing.journal');

/** One for the process, so that both module formats of this package read the same. Of a test file in jest, which has globals of its own. */
export function journal(): Line[] {
  const home = globalThis as { [KEY]?: Line[] };
  return (home[KEY] ??= []);
}

/**
 * Everything that was audited in memory since the start of the test file or the last `clearAudited()`, oldest first. Entries
 * of requests are there once the response has ended: `expectAudited()` waits for them.
 */
export function audited(): AuditedEntry[] {
  return journal().map(({ entry }) => entry);
}

/** Forgets what was audited so far, whichever recorder took it in. For a `beforeEach`. */
export function clearAudited(): void {
  journal().length = 0;
}
