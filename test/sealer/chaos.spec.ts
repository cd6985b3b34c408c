import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { full } from '../support/full.js';
import { createLog, sealAll, type TestLog } from '../support/log.js';
import { readLog } from './read-log.js';

const CHILD = fileURLToPath(new URL('chaos-child.mjs', import.meta.url));
const PROCESSES = 4;
const WRITERS = 8;
const KILLS = full ? 20 : 3;
const BETWEEN_KILLS_MS = full ? 3_000 : 1_800;

let log: TestLog;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  log = await createLog();
  await log.pool.query('create table item (id uuid primary key, tenant text); create table ledger (written integer)');
  await reconcileTriggers(log.pool, { tenantColumn: 'tenant', models: { ledger: false } });
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await log.close();
});

function startChild(): void {
  // Its input is a pipe from here: when this process is gone, however that came, the child reads the end of it.
  const child = spawn(process.execPath, [CHILD, log.url, String(WRITERS)], { stdio: ['pipe', 'ignore', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Kills the process that holds the lease, and starts another one in its place. */
async function killLeader(): Promise<number | undefined> {
  const { rows } = await log.pool.query<{ holder: string | null }>('select holder from audit.sealer');
  const pid = Number(rows[0]?.holder?.split('-')[0]);
  const leader = [...children].find((child) => child.pid === pid);
  if (!leader) return undefined;
  leader.kill('SIGKILL');
  await once(leader, 'exit');
  startChild();
  return pid;
}

async function endChildren(): Promise<void> {
  const ends = [...children].map(async (child) => {
    child.stdin?.end();
    await once(child, 'exit');
  });
  await Promise.all(ends);
  // The server may still be at their last statements.
  while (await connected()) await sleep(10);
}

function connected(): Promise<boolean> {
  return one<boolean>(
    `select count(*) > 0 as value from pg_stat_activity where application_name = 'chaos' and datname = current_database()`,
  );
}

async function one<T>(sql: string): Promise<T> {
  return (await log.pool.query<{ value: T }>(sql)).rows[0]?.value as T;
}

describe('many processes, of which the leader is killed again and again', () => {
  it(
    'seal every committed write once, in chains without a break',
    async () => {
      for (let i = 0; i < PROCESSES; i += 1) startChild();
      const killed: number[] = [];
      while (killed.length < KILLS) {
        await sleep(BETWEEN_KILLS_MS * (0.5 + Math.random()));
        const pid = await killLeader();
        if (pid !== undefined) killed.push(pid);
        if (children.size < PROCESSES) throw new Error('a child has ended by itself');
      }
      await sleep(BETWEEN_KILLS_MS);
      const sealedBefore = await one<number>('select count(*)::integer as value from audit.entry');
      const epochs = await one<number>('select epoch::integer as value from audit.sealer');
      await endChildren(); // no farewell: transactions and batches break off where they are
      await log.pool.query(`update audit.sealer set lease_until = '-infinity'`);
      await sealAll({ ...log.store, overlooked: async () => [] });

      const { entries, problems } = await readLog(log.pool);
      expect(problems).toEqual([]);
      const events = entries.filter(({ action }) => action !== 'chain.open');
      const written = await one<number>('select sum(written)::integer as value from ledger');
      expect(events.length).toBe(written);
      expect(new Set(entries.map(({ pos }) => pos)).size).toBe(entries.length);
      expect(entries.filter(({ flags }) => flags.includes('malformed'))).toEqual([]);
      const ids = await one<string[]>('select array_agg(id::text order by id) as value from item');
      const logged = events
        .filter(({ action }) => action === 'item.create')
        .map(({ resourceId }) => String(resourceId));
      expect(logged.toSorted()).toEqual(ids);
      expect(await one<number>('select count(*)::integer as value from audit.chain')).toBe(4);

      // It was chaos: much was sealed on the way, by several leaders, around rolled-back positions.
      expect(sealedBefore).toBeGreaterThan(100);
      expect(epochs).toBeGreaterThan(KILLS);
      expect(await one<number>('select max(pos)::integer as value from audit.entry')).toBeGreaterThan(entries.length);
    },
    full ? 300_000 : 60_000,
  );

  it('end when the process that started them is killed', async () => {
    const program = `
      const { spawn } = await import('node:child_process');
      spawn(process.execPath, ${JSON.stringify([CHILD, log.url, '2'])}, { stdio: ['pipe', 'ignore', 'ignore'] });`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    while (!(await connected())) await sleep(20);
    parent.kill('SIGKILL');
    // Not by its process number: where nobody collects orphans, it stays as a zombie.
    while (await connected()) await sleep(20);
  });
});
