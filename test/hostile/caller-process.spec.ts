import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { hostile } from '../support/hostile.js';
import { createLog, type TestLog } from '../support/log.js';

const run = promisify(execFile);

let log: TestLog;
beforeAll(async () => void (log = await createLog()));
afterAll(() => log?.close());

hostile('a process that does nothing else', (holds) => {
  for (const whose of ['own', 'external'] as const)
    for (const how of ['wrapped', 'bare'] as const)
      holds(`ends behind the probe of a client with a pool that is ${whose}, ${how}`, async () => {
        const child = new URL('exit-child.mjs', import.meta.url);
        const { stdout } = await run(process.execPath, [child.pathname, log.url, whose, how]);
        const { ms, ...seen } = JSON.parse(stdout) as { ms: number };
        expect(seen).toEqual({ comment: how === 'wrapped' ? 'ok' : 'fail', used: 0 });
        expect(ms).toBeLessThan(8_000); // a pool of the driver's keeps a process alive for ten seconds
      });
});
