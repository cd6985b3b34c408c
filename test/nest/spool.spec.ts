import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Audit } from '../../src/compose/index.js';
import { createPool, migrate } from '../../src/store/postgres/index.js';
import { scratch } from '../recorder/spool-world.js';
import { full } from '../support/full.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { closeAll, serve } from './app.js';
import { Ping } from './items-app.js';

const PER_SECOND = full ? 200 : 100;
const AWAY_MS = full ? 30_000 : 1_500;
const AROUND_MS = full ? 3_000 : 500;

let server: PostgresServer;
let directory: ReturnType<typeof scratch>;
beforeAll(async () => {
  directory = scratch();
  server = await startPostgres({ durable: true, own: true });
  const pool = createPool(server.url, { max: 1, applicationName: 'test' });
  await migrate(pool, { schema: 'audit', origin: 'example.com/spool' });
  await pool.end();
}, 60_000);
afterAll(async () => {
  await server.stop();
  await closeAll();
  directory.remove();
}, 40_000);

describe('a database that is stopped under load and comes back', () => {
  it(
    'costs no request and no entry, and little memory',
    async () => {
      const served = await serve(
        server.url,
        { controllers: [Ping] },
        {
          audit: {
            actor: () => ({ id: 'ann' }),
            onError: () => undefined,
            spool: { directory: directory.path },
            maxQueue: PER_SECOND * 5,
          },
        },
      );
      const audit = served.app.get(Audit, { strict: false });
      const sent = new Map<string, Promise<string>>();
      let mostWaiting = 0;
      let mostSpooled = 0;
      const load = { going: true };
      let open = 0;
      const loading = (async () => {
        const started = performance.now();
        while (load.going) {
          const due = ((performance.now() - started) / 1_000) * PER_SECOND;
          // A machine that is too busy for them gets fewer, not thousands at once.
          while (sent.size < due && open < PER_SECOND) {
            const id = randomUUID();
            open += 1;
            const answer = served.send('GET', '/ping', { 'x-request-id': id }).finally(() => (open -= 1));
            sent.set(
              id,
              answer.then(({ status, text }) => `${status} ${text}`),
            );
          }
          mostWaiting = Math.max(mostWaiting, audit.facts.waiting);
          mostSpooled = Math.max(mostSpooled, audit.facts.spooled ?? 0);
          await sleep(5);
        }
      })();

      await sleep(AROUND_MS);
      await server.kill('SIGINT');
      await sleep(AWAY_MS);
      expect(audit.facts.spooled).toBeGreaterThan(PER_SECOND / 2);
      await server.restart();
      await sleep(AROUND_MS);
      load.going = false;
      await loading;

      expect(new Set(await Promise.all(sent.values()))).toEqual(new Set(['200 pong']));
      await served.audit.flush({ timeoutMs: 60_000 });
      const pool = createPool(server.url, { max: 1, applicationName: 'test' });
      const { rows } = await pool.query<{ request_id: string; flags: string }>(
        `select request_id, body from audit.entry where action = 'ping'`,
      );
      await pool.end();
      expect(rows.map(({ request_id: id }) => id).toSorted()).toEqual([...sent.keys()].toSorted());
      expect(audit.facts).toMatchObject({ lost: 0, shed: 0, spooled: 0, spoolBytes: 0, waiting: 0 });
      expect(mostWaiting).toBeLessThan(PER_SECOND * 5);
      if (full)
        process.stderr.write(
          `spool: ${sent.size} requests, ${rows.length} entries; at most ${mostWaiting} waited in memory and ${mostSpooled} on disk\n`,
        );
      await served.close();
    },
    full ? 180_000 : 60_000,
  );
});
