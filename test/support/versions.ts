import { afterAll, beforeAll, describe } from '@jest/globals';
import { full } from './full.js';
import { createLog, type TestLog } from './log.js';
import { startPostgres } from './postgres.mjs';

/** The server of the test run, and in the long run each older one that is supported: where SQL of the log is made otherwise. */
const MAJORS = full ? ([14, 15, 16, 17, 18] as const) : ([18] as const);

/** Runs a battery on an empty log of each version. */
export function onEachVersion(name: string, define: (log: () => TestLog) => void): void {
  describe.each(MAJORS)(`${name}, PostgreSQL %s`, (major) => {
    let log: TestLog;
    let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
    beforeAll(async () => {
      server = major === 18 ? undefined : await startPostgres({ major });
      log = await createLog(server?.url);
    }, 120_000); // the release is fetched
    afterAll(async () => {
      await log?.close();
      await server?.stop();
    });
    define(() => log);
  });
}
