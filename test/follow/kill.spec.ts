import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Sealer } from '../../src/sealer/sealer.js';
import { full } from '../support/full.js';
import { followWorld, until, type FollowWorld } from './world.js';

const CHILD = fileURLToPath(new URL('kill-child.mjs', import.meta.url));
const KILLS = full ? 20 : 6;
const ENTRIES = full ? 200_000 : 6_000;
const PROCESSES = 3;

let world: FollowWorld;
let folder: string;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  world = await followWorld();
  folder = mkdtempSync(join(tmpdir(), 'audit-follow-'));
  await world.log.pool.query('create table arrived (place bigserial, id uuid primary key, chain int, seq bigint)');
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await world.close();
  rmSync(folder, { recursive: true });
});

function startChild(file: string): void {
  const child = spawn(process.execPath, [CHILD, world.log.url, file], { stdio: ['pipe', 'ignore', 'inherit'] });
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Kills the process that runs a follower, and starts another in its place. */
async function kill(name: string, file: string): Promise<boolean> {
  const { rows } = await world.log.pool.query<{ holder: string | null }>(`select holder from audit.follower where name = $1`, [name]); // prettier-ignore
  const pid = Number(rows[0]?.holder?.split('-')[0]);
  const leader = [...children].find((child) => child.pid === pid);
  if (!leader) return false;
  leader.kill('SIGKILL');
  await once(leader, 'exit');
  startChild(file);
  return true;
}

interface Arrived {
  readonly id: string;
  readonly chain: string;
  readonly seq: number;
}

/** Of the first delivery of each entry: those that came behind a later one of their chain. */
function outOfOrder(arrived: readonly Arrived[]): readonly Arrived[] {
  const seen = new Set<string>();
  const next = new Map<string, number>();
  return arrived.filter(({ id, chain, seq }) => {
    if (seen.has(id)) return false;
    seen.add(id);
    const expected = next.get(chain) ?? 0;
    next.set(chain, Math.max(expected, seq + 1));
    return seq !== expected;
  });
}

it(`killed ${KILLS} times, followers lose nothing, double with the same id or not at all, and keep the order of each chain`, async () => {
  const file = join(folder, 'arrived.txt');
  for (let i = 0; i < PROCESSES; i += 1) startChild(file);
  const sealer = new Sealer(world.log.store, { minWaitMs: 5, maxWaitMs: 50 });
  sealer.start();
  let written = 0;
  const killing = { isOver: false };
  const writing = (async () => {
    while (written < ENTRIES || !killing.isOver) {
      const count = written < ENTRIES ? Math.min(200, ENTRIES - written) : 5;
      await world.log.pool.query(
        `insert into audit.content (source, op, model, tenant_key, data) select 'change', 'insert', 'Note', 't' || n % 7, '{}' from generate_series(1, $1::int) n`,
        [count],
      );
      written += count;
      await sleep(Math.random() * 20);
    }
  })();
  for (let kills = 0; kills < KILLS;) {
    await sleep(100 + Math.random() * 900);
    if (await kill(kills % 2 === 0 ? 'file' : 'table', file)) kills += 1;
  }
  killing.isOver = true;
  await writing;
  await sealer.stop(60_000);
  const lag = async (): Promise<number> => (await world.store.states(100)).reduce((sum, state) => sum + state.lag, 0);
  await until(async () => (await lag()) === 0, full ? 400_000 : 120_000).catch(async () => {
    throw new Error(`they came to a stop: ${JSON.stringify(await world.store.states(100_000))}`);
  });

  const all = await world.ids();
  const inFile = readFileSync(file, 'utf8').trimEnd().split('\n').map((line): Arrived => {
    const [id = '', chain = '', seq] = line.split(' ');
    return { id, chain, seq: Number(seq) };
  }); // prettier-ignore
  const inTable = (await world.log.pool.query<{ id: string; chain: number; seq: string }>(`select id::text, chain, seq from arrived order by place`)).rows
    .map(({ id, chain, seq }): Arrived => ({ id, chain: String(chain), seq: Number(seq) })); // prettier-ignore
  const ids = (list: readonly Arrived[]): readonly string[] => [...new Set(list.map(({ id }) => id))].toSorted();
  // oxlint-disable-next-line no-console -- what the long run is asked to show
  console.log(`follow · ${all.length} entries, ${KILLS} kills of ${PROCESSES} processes: ${inFile.length - ids(inFile).length} came twice to the file, ${inTable.length - ids(inTable).length} to the table`); // prettier-ignore
  expect(ids(inFile)).toEqual(all.toSorted());
  expect(ids(inTable)).toEqual(all.toSorted());
  expect(outOfOrder(inFile)).toEqual([]);
  expect(inTable).toHaveLength(all.length);
  expect(outOfOrder(inTable)).toEqual([]);
  const { rows } = await world.log.pool.query(`select handled::int from audit.follower`);
  expect(rows).toEqual([{ handled: all.length }, { handled: all.length }]);
}, 600_000);
