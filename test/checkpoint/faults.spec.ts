import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openCheckpoint } from '../../src/chain/checkpoint.js';
import { treeHash } from '../../src/chain/merkle.js';
import { Keeper } from '../../src/checkpoint/keeper.js';
import type { Anchor, Signer } from '../../src/checkpoint/port.js';
import { Sealer } from '../../src/sealer/index.js';
import { postgresCheckpointStore, postgresSealerStore } from '../../src/store/postgres/index.js';
import { readLog } from '../sealer/read-log.js';
import { copyOf, createLog, write, type TestLog } from '../support/log.js';
import { FAULTS, FaultOnce } from './support/faulty.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from './support/memory.js';

let log: TestLog;
let anchor: MemoryAnchor;
beforeEach(async () => {
  log = await createLog();
  anchor = new MemoryAnchor();
});
afterEach(() => log.close());

function sealer(parts: { pool?: TestLog['pool']; signer?: Signer; anchor?: Anchor; errors?: string[] } = {}): Sealer {
  const pool = parts.pool ?? log.pool;
  const onError = (error: unknown): void => void parts.errors?.push(String(error));
  const keeper = new Keeper(postgresCheckpointStore(pool, 'audit'), {
    signer: parts.signer ?? signerOf('one'),
    required: true,
    anchors: [parts.anchor ?? anchor],
    tickMs: 50,
    heartbeatMs: 60_000,
    onError,
  });
  return new Sealer(postgresSealerStore(pool, 'audit'), {
    minWaitMs: 5,
    maxWaitMs: 20,
    leaseMs: 1_000,
    keeper,
    onError,
  });
}

/** Everything that is there agrees, nothing is there twice, and what was published only grew. */
async function expectSound(rows: number): Promise<void> {
  const { entries, problems } = await readLog(log.pool);
  expect(problems).toEqual([]);
  expect(entries.filter(({ action }) => action === 'Note.create')).toHaveLength(rows);
  expect(new Set(entries.map(({ pos }) => pos)).size).toBe(entries.length);
  const hashes = (await log.pool.query<{ hash: string }>(`select encode(hash, 'hex') as hash from audit.entry where chain = 0 order by seq`)).rows.map(({ hash }) => hash); // prettier-ignore
  const vkey = await vkeyOfLabel('example.com/test/registry', 'one');
  const { rows: kept } = await log.pool.query<{ note: string }>(`select note from audit.checkpoint order by at, size`);
  const sizes: number[] = [];
  for (const note of [...kept.map((each) => each.note), ...anchor.notes.map((each) => each.note)]) {
    const { size, root } = openCheckpoint(Buffer.from(note), [vkey]);
    expect(root).toBe(treeHash(hashes.slice(0, size)));
    sizes.push(size);
  }
  const stored = sizes.slice(0, kept.length);
  expect(stored).toEqual(stored.toSorted((a, b) => a - b));
  expect(stored.at(-1)).toBe(hashes.length);
  const anchored = sizes.slice(kept.length);
  expect(anchored.at(-1)).toBe(hashes.length);
  const told = await log.pool.query(`select from audit.head h full join audit.chain c using (chain) where chain > 0 and h.size is distinct from c.size`); // prettier-ignore
  expect(told.rowCount).toBe(0);
}

const STEPS = ['reserve(', 'seal_registry(', 'order by size desc', 'save_checkpoint(', 'anchored(', 'sign', 'anchor.put', 'anchor.list']; // prettier-ignore

describe('a fault at', () => {
  describe.each(STEPS)('%s', (step) => {
    it.each(FAULTS)('%s: nothing is doubled, nothing smaller is published', async (fault) => {
      const once = new FaultOnce(step, fault);
      await write(log.pool);
      const first = sealer({
        pool: once.pool(log.pool),
        signer: once.signer(signerOf('one')),
        anchor: once.anchor(anchor),
      });
      first.start();
      for (let i = 0; i < 300 && !once.isMet; i += 1) await sleep(10);
      await write(log.pool);
      await sleep(100);
      await first.stop();
      expect(once.isMet).toBe(true);
      await write(log.pool);
      const second = sealer();
      second.start();
      for (let i = 0; i < 300 && anchor.sizes.length === 0; i += 1) await sleep(10);
      await second.stop();
      await expectSound(3);
    });
  });
});

describe('an old leader', () => {
  it('that signs after its lease went to another stores nothing and anchors nothing', async () => {
    await write(log.pool);
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const asked = { yet: false };
    const slow = signerOf('one');
    const old = sealer({
      signer: {
        ...slow,
        sign: async (...args) => {
          asked.yet = true;
          await asleep;
          return await slow.sign(...args);
        },
      },
    });
    old.start();
    for (let i = 0; i < 300 && !asked.yet; i += 1) await sleep(10);
    await log.pool.query(`update audit.sealer set holder = null, lease_until = '-infinity'`);
    const next = sealer();
    next.start();
    for (let i = 0; i < 300 && anchor.sizes.length === 0; i += 1) await sleep(10);
    const before = [...anchor.sizes];
    wake();
    await sleep(100);
    expect(anchor.sizes.slice(0, before.length)).toEqual(before);
    await old.stop();
    await write(log.pool);
    await next.stop();
    await expectSound(2);
  });

  it('of a database that was restored beside it goes on by itself, and the copy is not signed', async () => {
    await write(log.pool);
    const first = sealer();
    first.start();
    for (let i = 0; i < 300 && anchor.sizes.length === 0; i += 1) await sleep(10);
    await first.stop();
    const copy = await copyOf(log);
    try {
      const running = sealer();
      running.start();
      await write(log.pool);
      for (let i = 0; i < 300 && anchor.sizes.length < 2; i += 1) await sleep(10);
      const errors: string[] = [];
      await write(copy.pool);
      const restored = sealer({ pool: copy.pool, errors });
      restored.start();
      for (let i = 0; i < 300 && errors.length === 0; i += 1) await sleep(10);
      await restored.stop();
      expect(errors.join()).toContain('AUDIT_REGISTRY_FORKED');
      await running.stop();
      await expectSound(2);
    } finally {
      await copy.close();
    }
  });

  it('is believed by an anchor that answers with an older list, and signs on from what the database has', async () => {
    for (const at of [1, 2]) {
      await write(log.pool);
      const term = sealer();
      term.start();
      for (let i = 0; i < 300 && anchor.sizes.length < at; i += 1) await sleep(10);
      await term.stop();
    }
    anchor.notes = anchor.notes.slice(0, 1);
    await write(log.pool);
    const term = sealer();
    term.start();
    await sleep(200);
    await term.stop();
    await expectSound(3);
  });
});
