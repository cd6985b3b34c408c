/** What a thread of the viewer runs: the whole log is verified, and that it was is left in the log. */
import { parentPort, workerData } from 'node:worker_threads';
import type { VerifyMessage, VerifyOrder } from '../compose/verify-run.js';
import type { JsonObject } from '../event/types.js';
import { createPool, recordVerified, withLogSource } from '../store/postgres/index.js';
import { verify } from '../verify/index.js';

/** Milliseconds between two messages of how far it is. */
const EACH_MS = 250;

const { databaseUrl, schema } = workerData as VerifyOrder; // of `VerifyRun`, which starts it
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const send = (message: VerifyMessage): void => parentPort?.postMessage(message);

const pool = createPool(databaseUrl, { max: 2, applicationName: 'nestjs-prisma-audit viewer verify' });
try {
  let last = 0;
  const onProgress = (read: number, of: number): void => {
    const now = performance.now();
    if (now - last < EACH_MS) return;
    last = now;
    send({ read, of });
  };
  const report = await withLogSource(pool, schema, (source) => verify(source, { onProgress }));
  const { verdict, level, entries, findingCount, coverage } = report;
  const details = { verdict, level, entries, findings: findingCount, evidence: coverage.evidence, options: ['viewer'] };
  // What fails of that takes nothing from the verdict.
  await recordVerified(pool, schema, details).catch(() => undefined);
  send({ report: JSON.parse(JSON.stringify(report)) as JsonObject }); // plain values, as `--json` prints them
} finally {
  await pool.end();
}
