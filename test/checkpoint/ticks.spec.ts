import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openCheckpoint } from '../../src/chain/checkpoint.js';
import { Heads, isHeadsMember } from '../../src/chain/heads.js';
import { decodeFrontier, rootOf } from '../../src/chain/merkle.js';
import { parseTold } from '../../src/chain/registry.js';
import { checkKeys } from '../../src/checkpoint/handover.js';
import { Keeper, type KeeperOptions } from '../../src/checkpoint/keeper.js';
import { Sealer } from '../../src/sealer/index.js';
import { postgresCheckpointStore } from '../../src/store/postgres/index.js';
import { copyOf, createLog, write, type TestLog } from '../support/log.js';
import { readLog } from '../sealer/read-log.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from './support/memory.js';

const REGISTRY = 'example.com/test/registry';

let log: TestLog;
let anchor: MemoryAnchor;
let errors: string[];
const sealers: Sealer[] = [];
beforeEach(async () => {
  log = await createLog();
  anchor = new MemoryAnchor();
  errors = [];
});
afterEach(async () => {
  for (const sealer of sealers.splice(0)) await sealer.stop();
  await log.close();
});

function start(options: Partial<KeeperOptions> = {}, store = postgresCheckpointStore(log.pool, 'audit')): Sealer {
  const of = log;
  // What was on its way when its log was closed is told later, and of nobody's concern.
  const onError = (error: unknown): void => void (of === log && errors.push(String(error)));
  const keeper = new Keeper(store, {
    signer: signerOf('one'),
    required: true,
    anchors: [anchor],
    tickMs: 100,
    heartbeatMs: 60_000,
    onError,
    ...options,
  });
  const sealer = new Sealer(log.store, { minWaitMs: 5, maxWaitMs: 20, leaseMs: 1_000, keeper, onError });
  sealers.push(sealer);
  sealer.start();
  return sealer;
}

async function writeFor(tenant: string): Promise<void> {
  await log.pool.query(
    `insert into audit.content (source, op, model, tenant_key, actor, data) values ('change', 'insert', 'Note', $1, '{"id":"ann"}', '{}')`,
    [tenant],
  );
}

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_000; i += 1) {
    if (await is()) return;
    await sleep(10);
  }
  throw new Error(`it never came to that: ${errors.join('\n')}`);
}

const checkpoints = async (): Promise<{ size: number; note: string }[]> =>
  (await log.pool.query(`select size::integer, note from audit.checkpoint order by size`)).rows;

describe('the registry', () => {
  it('tells of every chain, is signed, kept and anchored', async () => {
    for (const tenant of ['', 'acme', 'globex']) await writeFor(tenant);
    await start().stop();
    const { entries, problems } = await readLog(log.pool);
    expect(problems).toEqual([]);
    const registry = entries.filter(({ chain }) => chain === 0);
    expect(registry.map(({ action }) => action)).toEqual(['chain.open', 'heads']);
    const { heads } = registry[1]?.body ?? {};
    expect(isHeadsMember(heads)).toBe(true);
    const { rows } = await log.pool.query(
      `select chain, origin, size::integer, encode(frontier, 'hex') as frontier from audit.chain where chain > 0 order by chain`,
    );
    const all = rows.map(({ origin, size, frontier }) => ({ origin, size, root: rootOf(decodeFrontier(size, frontier).nodes) })); // prettier-ignore
    expect(heads).toEqual(new Heads(all).member());
    const { rows: told } = await log.pool.query(`select data from audit.content where op = 'heads'`);
    expect(parseTold(told[0].data)).toEqual(rows.map(({ chain, size }) => [chain, size]));
    const kept = await checkpoints();
    expect(kept.map(({ size }) => size)).toEqual([2]);
    expect(anchor.notes.map(({ note }) => note)).toEqual(kept.map(({ note }) => note));
    const opened = openCheckpoint(Buffer.from(kept[0]?.note ?? ''), [await vkeyOfLabel(REGISTRY, 'one')]);
    expect(opened).toMatchObject({ origin: REGISTRY, size: 2 });
    expect(errors).toEqual([]);
  });

  it('tells again only of what has grown, and signs when nothing has', async () => {
    await writeFor('acme');
    await writeFor('globex');
    start({ heartbeatMs: 300 });
    await until(() => anchor.sizes.length >= 1);
    await writeFor('acme');
    await until(async () => (await log.pool.query(`select from audit.head where size = 3`)).rows.length === 1);
    await until(() => anchor.sizes.length >= 4);
    await sealers[0]?.stop();
    const { rows } = await log.pool.query(`select data from audit.content where op = 'heads' order by pos limit 3`);
    const told = rows.map(({ data }) => parseTold(data));
    expect(told.flat().filter((pair) => pair?.[0] === 2)).toEqual([[2, 2]]);
    expect((await readLog(log.pool)).problems).toEqual([]);
  });

  it('is no tenant of anybody', async () => {
    await writeFor('audit:registry');
    await log.pool.query(
      `insert into audit.content (source, op, model, tenant_key, actor, data) values ('change', 'insert', 'Note', '', '{"id":"ann","tenant":"audit:registry"}', '{}')`,
    );
    await start().stop();
    const { entries, problems } = await readLog(log.pool);
    expect(problems).toEqual([]);
    expect(entries.filter(({ chain }) => chain === 0).map(({ action }) => action)).toEqual(['chain.open', 'heads']);
    expect(new Set(entries.filter(({ action }) => action === 'Note.create').map(({ tenant }) => tenant))).toEqual(
      new Set([`sha256:${hash('sha256', 'audit:registry')}`]),
    );
  });
});

describe('a key', () => {
  it('is handed over by the one before, in the registry', async () => {
    await write(log.pool);
    await start().stop();
    await write(log.pool);
    await start({ signer: signerOf('two', 'one') }).stop();
    const { rows } = await log.pool.query(`select data from audit.content where op = 'key.rotated'`);
    expect(rows).toHaveLength(1);
    const kept = await checkpoints();
    const [one, two] = [await vkeyOfLabel(REGISTRY, 'one'), await vkeyOfLabel(REGISTRY, 'two')];
    const signed = kept.map(({ note }) => openCheckpoint(Buffer.from(note), [one, two]).signers.map(({ id }) => id));
    expect(signed.at(-1)?.toSorted()).toEqual([one.id, two.id].toSorted());
    await write(log.pool);
    await start({ signer: signerOf('two', 'one') }).stop();
    const last = (await checkpoints()).at(-1)?.note ?? '';
    expect(openCheckpoint(Buffer.from(last), [one, two]).signers).toEqual([two]);
  });

  it('that was handed over signs no more, whoever still has it', async () => {
    await write(log.pool);
    await start().stop();
    await write(log.pool);
    await start({ signer: signerOf('two', 'one') }).stop();
    const before = await checkpoints();
    await write(log.pool);
    await start().stop();
    expect(errors.join()).toMatch(/handed over to .*AUDIT_SIGNER_UNAVAILABLE/);
    const late = start();
    await until(() => late.refusal !== undefined); // for health
    expect(late.refusal).toMatch(/handed over to/);
    await late.stop();
    const store = postgresCheckpointStore(log.pool, 'audit');
    const checks = await checkKeys(store, [await vkeyOfLabel(REGISTRY, 'one')]);
    expect(checks).toMatchObject([{ state: 'warn', message: expect.stringMatching(/configured here.*was handed over/) }]); // prettier-ignore
    expect(await checkKeys(store, [await vkeyOfLabel(REGISTRY, 'two')])).toEqual([]);
    expect(await checkpoints()).toEqual(before);
    expect((await readLog(log.pool)).entries.filter(({ action }) => action === 'Note.create')).toHaveLength(3);
  });

  it('for which the one before does not vouch is said as long as it signs', async () => {
    const said: string[] = [];
    for (const signer of [signerOf('one'), signerOf('two'), signerOf('three', 'two')]) {
      await write(log.pool);
      await start({ signer }).stop();
      await write(log.pool);
      await start({ signer }).stop();
      const checks = await checkKeys(postgresCheckpointStore(log.pool, 'audit'), []);
      said.push(...checks.map(({ message }) => message), '');
    }
    expect(said).toEqual(['', expect.stringMatching(/nothing vouches for it$/), '', '']);
  });

  it('is not there where one is required: this process does not lead', async () => {
    await write(log.pool);
    const signer = { ...signerOf('one'), vkeys: () => Promise.reject(new Error('no key here')) };
    const sealer = start({ signer });
    await sleep(200);
    expect(sealer.state).toBe('following');
    expect(sealer.keptOut).toBe('no key here');
    expect(errors).toEqual(['Error: no key here']);
  });
});

describe('a database that was set back', () => {
  it('is sealed and not signed, until somebody says that it was restored', async () => {
    await write(log.pool);
    await start().stop();
    const backup = await copyOf(log);
    await write(log.pool);
    await start().stop();
    const abandoned = anchor.sizes.at(-1);
    await log.close();
    log = backup;
    await write(log.pool);
    await write(log.pool);
    const sealer = start();
    await until(() => sealer.refusal !== undefined);
    expect(sealer.refusal).toContain('nothing is signed');
    await sealer.stop();
    const { entries, problems } = await readLog(log.pool);
    expect(problems).toEqual([]);
    expect(entries.filter(({ action }) => action === 'Note.create')).toHaveLength(3);
    expect(errors.join()).toContain('AUDIT_REGISTRY_FORKED');
    expect((await checkpoints()).map(({ size }) => size)).toEqual([2]);
    errors = [];
    await start({ declareRestore: 'the disk of db1 was lost' }).stop();
    expect(errors).toEqual([]);
    const { rows } = await log.pool.query(`select data from audit.content where op = 'restore.declared'`);
    const { details } = JSON.parse(rows[0].data);
    expect(details).toMatchObject({ reason: 'the disk of db1 was lost' });
    expect(details.abandoned.map((line: string) => Number(line.split(' ')[1]))).toEqual([abandoned]);
    // From here on it is a registry as any other.
    await write(log.pool);
    await start().stop();
    expect(errors).toEqual([]);
    expect((await checkpoints()).length).toBe(3);
    expect((await readLog(log.pool)).problems).toEqual([]);
  });

  it('is not signed while no anchor answers', async () => {
    await write(log.pool);
    anchor.isAway = true;
    await start().stop();
    expect(await checkpoints()).toEqual([]);
    expect((await readLog(log.pool)).entries.filter(({ action }) => action === 'Note.create')).toHaveLength(1);
    expect(errors.join()).toContain('no anchor answers');
    anchor.isAway = false;
    await start().stop();
    expect(anchor.sizes).toEqual([2]);
  });
});
