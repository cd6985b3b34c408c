import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createAudit } from '../../src/compose/index.js';
import { onWake } from '../../src/event/wake.js';
import { auditPool } from '../../src/pg/index.js';
import { audit, auditAdapter } from '../../src/prisma/index.js';
import { meeting } from '../prisma/requests.js';
import { AuditedClient, PrismaClient } from '../support/quickstart.js';
import { as, INSERT, insertText, newKey, pgWorld, type PgWorld } from './world.js';

let world: PgWorld;
let pool: pg.Pool;
beforeAll(async () => {
  world = await pgWorld();
  pool = world.pool({ max: 4 });
});
afterAll(() => world.close());

describe('a pool that a Prisma client shares', () => {
  it.each<[string, (shared: pg.Pool) => InstanceType<typeof AuditedClient>]>([
    ['given to auditPool() before', (shared) => new AuditedClient({ adapter: new PrismaPg(auditPool(shared)) })],
    [
      'given to it later',
      (shared) => {
        const client = new PrismaClient({ adapter: auditAdapter(new PrismaPg(shared)) }).$extends(audit());
        auditPool(shared);
        return client as unknown as InstanceType<typeof AuditedClient>;
      },
    ],
  ])('leaves to the client’s statements what they say: %s', async (_, make) => {
    const shared = world.plain({ max: 16 });
    const prisma = world.quickstart.keep(make(shared));
    const keys = Array.from({ length: 12 }, newKey);
    // Transactions resume in one tick, where the context of the moment is that of whoever comes first.
    const arrive = meeting(keys.length);
    const contents = await world.contents(() =>
      Promise.all(
        keys.flatMap((key) => [
          as(`of ${key}`, () =>
            prisma.$transaction([prisma.counter.create({ data: { key, value: 1n } }), prisma.counter.count()]),
          ),
          as(`of ${key}b`, () =>
            prisma.$transaction(async (tx) => {
              await arrive();
              await tx.counter.create({ data: { key: `${key}b`, value: 1n } });
            }),
          ),
          as(`of ${key}c`, () => shared.query(INSERT, [`${key}c`])),
          as(`of ${key}d`, () => prisma.counter.create({ data: { key: `${key}d`, value: 1n } })),
        ]),
      ),
    );
    expect(contents).toHaveLength(48);
    expect(contents.filter(({ resourceId, actor }) => `of ${resourceId}` !== actor['id'])).toEqual([]);
  });
});

describe('an event in a transaction of pg', () => {
  it('commits or rolls back with it', async () => {
    const own = createAudit({ databaseUrl: world.url, seal: false, probe: 'off' });
    const client = await pool.connect();
    const tx = {
      $queryRawUnsafe: (sql: string, ...values: unknown[]) => client.query(sql, values).then(({ rows }) => rows),
    };
    const record = (end: string): Promise<string[]> =>
      world.captured(() =>
        as('ann', async () => {
          await client.query('begin');
          await client.query(insertText());
          await own.sameTransaction(tx).record({ action: 'counter.made' });
          await client.query(end);
        }),
      );
    expect(await record('rollback')).toEqual([]);
    expect(await record('commit')).toEqual(['insert Counter ann', 'null null ann']);
    client.release();
    await own.close();
  });
});

describe('a sealer in the same process', () => {
  const woken = async (fn: () => unknown): Promise<number> => {
    let count = 0;
    const leave = onWake(() => (count += 1));
    await fn();
    leave();
    return count;
  };

  it('hears of what may have been committed, and of nothing else', async () => {
    expect(await woken(() => pool.query(insertText()))).toBe(1);
    expect(await woken(() => new Promise((resolve) => pool.query(insertText(), resolve)))).toBe(1);
    expect(await woken(() => pool.query(' select 1'))).toBe(0);
    expect(await woken(() => pool.query('insert into nowhere values (1)').catch(() => undefined))).toBe(0);
    const client = await pool.connect();
    expect(await woken(() => client.query('begin'))).toBe(0);
    expect(await woken(() => client.query(insertText()))).toBe(0);
    expect(await woken(() => client.query('commit'))).toBe(1);
    client.release();
  });
});

describe('where a part of the log is missing', () => {
  it.each<[string, string, string, string]>([
    [
      'AUDIT_SCHEMA_MISSING',
      'alter table audit.content rename to elsewhere',
      'alter table audit.elsewhere rename to content',
      'nestjs-prisma-audit migrate',
    ],
    [
      'AUDIT_SEQUENCE_BEHIND',
      `insert into audit.content (source, op, model, data) values ('change', 'insert', 'x', '{}'); select setval('audit.content_pos_seq', 1, false)`,
      `select setval('audit.content_pos_seq', (select max(pos) from audit.content))`,
      'a sealer raises it',
    ],
  ])('the error is %s, and says what to do', async (code, breaks, mends, remedy) => {
    const tell = async (fn: () => Promise<unknown>): Promise<unknown> => fn().catch((error: unknown) => error);
    await pool.query(insertText());
    await world.quickstart.pool.query(breaks);
    try {
      const told = expect.objectContaining({ code, message: expect.stringContaining(remedy) as unknown });
      expect(await tell(() => as('ann', () => pool.query(insertText())))).toEqual(told);
      const called = new Promise((resolve) => {
        pool.query(insertText(), resolve);
      });
      expect(await called).toEqual(told);
      const own = await tell(() => pool.query('select * from audit.nothing'));
      expect(own).toMatchObject({ code: '42P01' });
    } finally {
      await world.quickstart.pool.query(mends);
    }
  });
});
