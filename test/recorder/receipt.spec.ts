import { describe, expect, it } from '@jest/globals';
import { defineActions } from '../../src/event/index.js';
import { QueueRecorder } from '../../src/recorder/index.js';
import { createPool, postgresContentStore } from '../../src/store/postgres/index.js';
import { openAudits } from './audits.js';
import { startProxy } from './proxy.js';
import { scratch } from './spool-world.js';

const audits = openAudits();
const { create } = audits;

const count = async (table: 'content' | 'entry', action: string): Promise<number> =>
  (
    await audits.log.pool.query(
      table === 'entry'
        ? 'select count(*)::integer as n from audit.entry where action = $1'
        : `select count(*)::integer as n from audit.content where header::json ->> 'action' = $1`,
      [action],
    )
  ).rows[0].n;

/** Never in a test that goes well. */
const LONG = 60_000;

describe('reached()', () => {
  it('committed: is committed then, at once and not after the interval, together with what else is there', async () => {
    const audit = create({ flushIntervalMs: LONG, seal: false });
    audit.record({ action: 'waits.nobody' });
    expect(await Promise.all([1, 2, 3].map(() => audit.record({ action: 'waits' }).reached('committed')))).toEqual(
      Array(3).fill('committed'),
    );
    expect(await count('content', 'waits')).toBe(3);
    const { rows } = await audits.log.pool.query(
      `select count(distinct xid)::integer as n, count(*)::integer as events from audit.content where header like '%"waits%'`,
    );
    expect(rows).toEqual([{ n: 1, events: 4 }]);
  });

  it('committed: waits for its own batch, not for those after it', async () => {
    const store = postgresContentStore(audits.log.pool, 'audit');
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const queue = new QueueRecorder(
      {
        ...store,
        append: async (name, rows) =>
          rows.some((row) => row.header.includes('later')) ? held : store.append(name, rows),
      },
      { flushIntervalMs: LONG },
    );
    const first = queue.record({ action: 'own' }).reached('committed');
    await new Promise((resolve) => setImmediate(resolve));
    const later = queue.record({ action: 'later' }).reached('committed');
    expect(await first).toBe('committed');
    expect(queue.facts.waiting).toBe(1);
    letGo();
    expect(await later).toBe('committed');
  });

  it('sealed: has its entry then', async () => {
    const audit = create({ flushIntervalMs: LONG, seal: { minWaitMs: 5, maxWaitMs: 20 } });
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        expect(await audit.record({ action: 'sealed' }).reached('sealed')).toBe('sealed');
      }),
    );
    expect(await count('entry', 'sealed')).toBe(20);
    const late = audit.record({ action: 'sealed.late' });
    await late.reached('committed');
    expect(await late.reached('sealed')).toBe('sealed');
    expect(await count('entry', 'sealed.late')).toBe(1);
  });

  it('sealed: says that nobody seals, and that the event is committed', async () => {
    const audit = create({ seal: false, durabilityTimeoutMs: 1_000 });
    // Rows that other tests have sealed, and this one not.
    await expect(audit.record({ action: 'unsealed' }).reached('sealed')).rejects.toMatchObject({
      code: 'AUDIT_NOT_DURABLE',
      message: expect.stringContaining('committed, and not sealed'),
    });
    expect(await count('content', 'unsealed')).toBe(1);
  });

  it('gives up at its limit while the database is silent, and the event is written later all the same', async () => {
    const proxy = await startProxy(audits.log.url);
    const pool = createPool(proxy.url, { max: 1, applicationName: 'test', queryTimeoutMs: 400 });
    await pool.query('select 1');
    const queue = new QueueRecorder(postgresContentStore(pool, 'audit'), { durabilityTimeoutMs: 50 });
    proxy.loseNextAnswer('hang');
    await expect(queue.record({ action: 'late' }).reached('committed')).rejects.toMatchObject({
      code: 'AUDIT_NOT_DURABLE',
      message: expect.stringContaining('stays queued'),
    });
    await queue.drain();
    expect(await count('content', 'late')).toBe(1);
    await pool.end();
    await proxy.close();
  });

  it('async, or asked of nobody, starts nothing', async () => {
    const audit = create({ flushIntervalMs: LONG });
    expect(await audit.record({ action: 'relaxed' }).reached('async')).toBe('async');
    expect(await audit.record({ action: 'relaxed' }).reached()).toBe('async');
    expect(audit.facts.waiting).toBe(2);
  });
});

describe('how far an event has to come', () => {
  const actions = defineActions({ 'of.action': { durability: 'sealed' }, plain: {} });
  it.each([
    ['the call', { durability: 'committed' } as const, 'of.action', 'sealed', 'committed'],
    ['the action', undefined, 'of.action', 'committed', 'sealed'],
    ['the module', undefined, 'plain', 'committed', 'committed'],
    ['nobody', undefined, 'plain', undefined, 'async'],
  ] as const)('says %s', async (_, options, action, durability, expected) => {
    const audit = create({ actions, durability, seal: { minWaitMs: 5, maxWaitMs: 20 } });
    const receipt = audit.record({ action }, options);
    expect(receipt.durability).toBe(expected);
    expect(await receipt.reached()).toBe(expected);
  });
});

describe('sameTransaction(tx)', () => {
  it.each(['commit', 'rollback'])('shares the fate of the transaction: %s', async (end) => {
    const audit = create();
    const client = await audits.log.connect();
    const tx = {
      // Of a Prisma transaction, all that is asked.
      $queryRawUnsafe: async (text: string, ...values: unknown[]) => (await client.query(text, values)).rows,
    };
    await client.query('begin');
    await audit.sameTransaction(tx).record({ action: `tx.${end}` });
    expect(await count('content', `tx.${end}`)).toBe(0);
    await client.query(end);
    expect(await count('content', `tx.${end}`)).toBe(end === 'commit' ? 1 : 0);
  });
});

describe('with a spool, an answer of the database that is lost', () => {
  it.each(['cut', 'hang'] as const)('(%s) leaves the event there once', async (how) => {
    const directory = scratch();
    const proxy = await startProxy(audits.log.url);
    const audit = create({
      databaseUrl: proxy.url,
      seal: false,
      durabilityTimeoutMs: 400,
      spool: { directory: directory.path },
    });
    await audit.check();
    const action = `answer.${how}`;
    proxy.loseNextAnswer(how);
    expect(await audit.record({ action }).reached('committed')).toBe('spooled');
    expect(await audit.record({ action: `${action}.after` }).reached('committed')).toMatch(/spooled|committed/);
    await audit.drain();
    expect([await count('content', action), await count('content', `${action}.after`)]).toEqual([1, 1]);
    expect(audit.facts).toMatchObject({ spooled: 0, lost: 0 });
    await audit.close({ deadlineMs: 500 });
    await proxy.close();
    directory.remove();
  });
});
