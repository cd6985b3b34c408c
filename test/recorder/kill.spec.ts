import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { QueueRecorder } from '../../src/recorder/index.js';
import { createPool, migrate, postgresContentStore } from '../../src/store/postgres/index.js';
import { full } from '../support/full.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { scratch } from './spool-world.js';

const CHILD = fileURLToPath(new URL('durable-child.mjs', import.meta.url));
const KILLS = full ? 50 : 2;

let server: PostgresServer;
let directory: ReturnType<typeof scratch>;
let child: ChildProcess | undefined;
beforeAll(async () => {
  server = await startPostgres({ durable: true, own: true });
  const pool = createPool(server.url, { max: 1, applicationName: 'test' });
  await migrate(pool, { schema: 'audit', origin: 'example.com/kill' });
  await pool.end();
  directory = scratch();
}, 60_000);
afterEach(() => void child?.kill('SIGKILL'));
afterAll(async () => {
  await server.stop();
  directory.remove();
});

/** What it was promised: the ids, by how far they came. */
const promised = { committed: new Set<number>(), spooled: new Set<number>(), nothing: new Set<number>() };
let next = 0;

/** Resolves with the process when it has been promised so much of this kind: how long that takes is the machine's affair. */
async function start(wanted: keyof typeof promised, atLeast: number): Promise<ChildProcess> {
  const started = spawn(process.execPath, [CHILD, server.url, directory.path, String(next)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child = started;
  let said = 0;
  await new Promise<void>((resolve) => {
    createInterface({ input: started.stdout }).on('line', (line) => {
      const [how, id] = line.split(' ');
      promised[how as keyof typeof promised].add(Number(id));
      next = Math.max(next, Number(id) + 1_000);
      if (how === wanted && (said += 1) === atLeast) resolve();
    });
  });
  return started;
}

async function kill(victim: ChildProcess): Promise<void> {
  const closed = once(victim, 'close'); // everything it said has been read
  victim.kill('SIGKILL');
  await closed;
}

/** What the log has, after the next process has taken over what is on disk. */
async function written(): Promise<string[]> {
  const pool = createPool(server.url, { max: 1, applicationName: 'test' });
  const heir = new QueueRecorder(postgresContentStore(pool, 'audit'), { spool: { directory: directory.path } });
  await heir.ready();
  await heir.drain();
  expect(await heir.close(1_000)).toEqual({ lost: 0, spooled: 0 });
  const { rows } = await pool.query<{ action: string }>(
    `select header::json ->> 'action' as action from audit.content where source = 'record' order by pos`,
  );
  await pool.end();
  return rows.map(({ action }) => action);
}

async function nothingIsLostOrThereTwice(): Promise<void> {
  const log = await written();
  const there = new Set(log);
  const missing = [...promised.committed, ...promised.spooled].filter((id) => !there.has(`event.${id}`));
  expect(missing).toEqual([]);
  expect(log.length).toBe(there.size);
  expect(log).not.toContain('audit.spool.damaged');
}

describe('a process that is killed at any moment under load', () => {
  it(
    'has lost nothing that it was told is committed, and nothing is there twice',
    async () => {
      for (let i = 0; i < KILLS; i += 1) {
        const victim = await start('committed', 1);
        await sleep(Math.random() * 300);
        await kill(victim);
      }
      await nothingIsLostOrThereTwice();
      expect(promised.committed.size).toBeGreaterThan(KILLS * 10);
    },
    full ? 300_000 : 30_000,
  );

  it(
    'while the database is away, has lost nothing that it was told is spooled',
    async () => {
      await server.kill();
      for (let i = 0; i < (full ? 10 : 1); i += 1) {
        const victim = await start('spooled', i === 0 ? 21 : 1);
        await sleep(Math.random() * 300);
        await kill(victim);
      }
      await server.restart();
      await nothingIsLostOrThereTwice();
      expect(promised.spooled.size).toBeGreaterThan(20);
    },
    full ? 300_000 : 30_000,
  );

  it('and with a database that is killed and comes back as well', async () => {
    const victim = await start('committed', 1);
    await server.kill();
    await sleep(200 + Math.random() * 300);
    await server.restart();
    await sleep(Math.random() * 600); // in the middle of giving back
    await kill(victim);
    await nothingIsLostOrThereTwice();
  }, 30_000);
});
