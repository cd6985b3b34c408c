import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { captureMany, emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';
import { full } from '../support/full.js';
import { Sealer } from '../../src/sealer/index.js';
import { postgresSealerStore, withLogSource } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';

const COUNT = full ? 50_000 : 10_000;
/** At least. */
const BYTES_OF_ENTRY = 2_000;
let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
  await captureMany(log.pool, COUNT, 2_000);
  await sealAll(log.pool);
});
afterAll(() => log.close());

function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

describe('the verifier', () => {
  it('keeps no more than some pages of a long log in memory', async () => {
    const collect = collector();
    const megabytes: number[] = [];
    const report = await withLogSource(log.pool, 'audit', (source) =>
      verify(source, {
        onProgress() {
          collect();
          const { heapUsed, arrayBuffers } = process.memoryUsage();
          megabytes.push((heapUsed + arrayBuffers) / 1e6);
        },
      }),
    );
    expect(report).toMatchObject({ verdict: 'VERIFIED', entries: COUNT + 1 });
    // A reading holds 400 kB, and two of them are there at a time: one more than the log of a short run has is too many.
    expect(megabytes.length).toBeGreaterThan((COUNT * BYTES_OF_ENTRY) / 800_000);
    const steady = megabytes.slice(3).toSorted((a, b) => a - b);
    const [least, most] = [steady[0] as number, steady.at(-1) as number];
    // From the emptiest moment to the fullest: on a busy machine more waits in the driver, code is compiled meanwhile. A fifth of
    // what all of it would be; measured at 10,000 entries 1.4 MB, at 50,000 9.8 MB.
    expect(most - least).toBeLessThan((COUNT * BYTES_OF_ENTRY) / 5e6);
  });

  it('sees one moment of a log that grows under it', async () => {
    const sealer = new Sealer(postgresSealerStore(log.pool, 'audit'), { minWaitMs: 1, maxWaitMs: 5 });
    sealer.start();
    const controller = new AbortController();
    const writing = (async () => {
      while (!controller.signal.aborted) {
        await log.pool.query(
          `insert into audit.content (source, op, model, tenant_key, data) select 'change', 'insert', 'Note', nullif('t' || i % 4, 't0'), '{}' from generate_series(1, 40) i`,
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const seen: number[] = [];
    for (let i = 0; i < 5; i += 1) {
      const report = await withLogSource(log.pool, 'audit', (source) => verify(source));
      expect(report.findings).toEqual([]);
      expect(report.verdict).toBe('VERIFIED');
      seen.push(report.entries);
    }
    controller.abort();
    await writing;
    await sealer.stop();
    expect(new Set(seen).size).toBeGreaterThan(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });
});
