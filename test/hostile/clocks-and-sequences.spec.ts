import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { Sealer } from '../../src/sealer/sealer.js';
import { asMissingLog } from '../../src/prisma/missing-log.js';
import { createPool, postgresContentStore } from '../../src/store/postgres/index.js';
import { examine } from '../../src/store/postgres/health.js';
import { hostile } from '../support/hostile.js';
import { brokenChains, capture, openLog, sealed, type Log } from '../support/open-log.js';
import { sealTelling } from './sealing.js';

let log: Log;
beforeEach(async () => {
  log = await openLog();
});
afterEach(() => log.close());

const behind = async (): Promise<boolean> =>
  (await log.pool.query<{ b: boolean }>('select audit.positions_behind() as b')).rows[0]?.b === true;
const taken = async (): Promise<boolean> =>
  await capture(log.pool, 'write').then(
    () => true,
    () => false,
  );

/** Leases as a leader left them that was killed, at a clock that has been set since. */
const LEASES: [string, string, boolean][] = [
  ['two hours ahead', `clock_timestamp() + interval '2 hours'`, true],
  ['a year ahead', `clock_timestamp() + interval '1 year'`, true],
  ['in infinity', `'infinity'`, true],
  ['a minute ahead', `clock_timestamp() + interval '1 minute'`, true],
  ['two hours ago', `clock_timestamp() - interval '2 hours'`, true],
  ['before all times', `'-infinity'`, true],
  ['that holds', `clock_timestamp() + interval '9 seconds'`, false],
];

const LENGTHS = [0, -1, -2_147_483_648, 600_001, 2_147_483_647];

/** Each is done to the sequence; then a write of an application meets it. */
const SEQUENCES: [string, string][] = [
  ['set to 3', `select setval('audit.content_pos_seq', 3)`],
  ['set to its beginning', `select setval('audit.content_pos_seq', 1, false)`],
  ['restarted', `alter sequence audit.content_pos_seq restart`],
  ['set to one below the last', `select setval('audit.content_pos_seq', (select max(pos) - 1 from audit.content))`],
];

async function setBack(sql: string): Promise<void> {
  for (let i = 0; i < 20; i += 1) await capture(log.pool, String(i));
  await sealTelling(log);
  await log.pool.query(sql);
}

hostile('clocks', (holds) => {
  for (const [name, until, isOver] of LEASES) {
    holds(`a lease until a time ${name} ${isOver ? 'is over' : 'keeps others out'}`, async () => {
      await log.store.acquire('killed', 10_000);
      await log.pool.query(`update audit.sealer set lease_until = ${until}`);
      const { rows } = await log.pool.query(`select alive from audit.backlog()`);
      expect(rows).toEqual([{ alive: !isOver }]);
      expect((await log.store.acquire('next', 10_000)) !== undefined).toBe(isOver);
    });
  }

  for (const ms of LENGTHS) {
    const refused = async (): Promise<void> => {
      await expect(log.store.acquire('hostile', ms)).rejects.toMatchObject({ code: '22023' });
      const lease = await log.store.acquire('fine', 1_000);
      if (!lease) throw new Error('no lease');
      await expect(log.store.renew(lease, ms)).rejects.toMatchObject({ code: '22023' });
    };
    holds(`a lease of ${ms} ms is not given`, refused, { full: ms < 0 });
  }

  for (const ahead of ['1 hour', '1 year', '100 years']) {
    holds(`a last batch sealed ${ahead} after now: sealing goes on, and it is said`, async () => {
      await capture(log.pool, 'one');
      await sealTelling(log);
      await log.pool.query(`update audit.sealer set last_sealed_at = clock_timestamp() + interval '${ahead}'`);
      await capture(log.pool, 'two');
      expect(await sealTelling(log)).toEqual([]);
      expect((await sealed(log.pool)).map(({ resourceId }) => resourceId)).toEqual(['one', 'two']);
      expect(await brokenChains(log.pool)).toEqual([]);
      expect((await postgresContentStore(log.pool, 'audit').pending()).aheadMs).toBeGreaterThan(3_000_000);
      const { problems } = await examine(log.pool, 'audit', {});
      expect(problems.join('\n')).toMatch(/clock of the database/);
    });
  }

  holds('a sealer that runs ahead of the clock by small steps: a second, and then a millisecond a batch', async () => {
    let last = 0;
    const step = async (ms: number): Promise<boolean> => {
      await capture(log.pool, 'one');
      const seal: Log['store']['seal'] = async (lease, leaseMs, batch) => {
        const sealedAt = (last === 0 ? batch.sealedAt : last) + ms;
        await log.store.seal(lease, leaseMs, { ...batch, sealedAt });
        last = sealedAt;
      };
      return await sealTelling({ ...log, store: { ...log.store, seal } }).then(() => true, () => false); // prettier-ignore
    };
    expect(await step(900)).toBe(true);
    for (let i = 0; i < 20; i += 1) await step(400);
    const { rows } = await log.pool.query<{ ahead: number }>(
      `select extract(epoch from last_sealed_at - clock_timestamp())::float8 as ahead from audit.sealer`,
    );
    expect(rows[0]?.ahead).toBeLessThan(1);
    await log.pool.query(
      `update audit.sealer set last_sealed_at = date_trunc('milliseconds', clock_timestamp() + interval '1 minute')`,
    );
    last = Number(
      (await log.pool.query(`select extract(epoch from last_sealed_at) * 1000 as ms from audit.sealer`)).rows[0].ms,
    );
    expect([await step(400), await step(3), await step(1), await step(2)]).toEqual([false, false, true, false]);
  });

  holds('the epoch of a lease that was over is fenced off', async () => {
    const killed = await log.store.acquire('killed', 10_000);
    if (!killed) throw new Error('no lease');
    await log.pool.query(`update audit.sealer set lease_until = clock_timestamp() + interval '2 hours'`);
    await log.store.acquire('next', 10_000);
    expect(await log.store.renew(killed, 10_000)).toBe(false);
  });
});

hostile('sequences', (holds) => {
  for (const [name, sql] of SEQUENCES) {
    holds(`${name}: raised by whoever acquires`, async () => {
      await setBack(sql);
      expect(await behind()).toBe(true);
      await sealTelling(log);
      expect(await taken()).toBe(true);
    });

    holds(`${name}: raised by health(), which says so, and says it once`, async () => {
      await setBack(sql);
      const store = postgresContentStore(log.pool, 'audit');
      expect((await store.pending()).behind).toBe(true);
      expect((await store.pending()).behind).toBe(false);
      expect(await taken()).toBe(true);
    });

    holds(`${name}: raised by doctor, which names it`, async () => {
      await setBack(sql);
      expect((await examine(log.pool, 'audit', {})).problems.join('\n')).toMatch(/sequence of positions/);
      expect(await taken()).toBe(true);
    }); // prettier-ignore

    const whileLeading = async (): Promise<void> => {
      for (let i = 0; i < 20; i += 1) await capture(log.pool, String(i));
      const told: unknown[] = [];
      const sealer = new Sealer(log.store, { minWaitMs: 10, maxWaitMs: 100, onError: (error) => told.push(error) });
      sealer.start();
      try {
        while ((await sealed(log.pool)).length < 20) await new Promise((resolve) => setTimeout(resolve, 50));
        await log.pool.query(sql);
        while (await behind()) await new Promise((resolve) => setTimeout(resolve, 50));
        expect(await taken()).toBe(true);
        while (told.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
        expect(told).toMatchObject([{ code: 'AUDIT_SEQUENCE_BEHIND' }]);
      } finally {
        await sealer.stop();
      }
      expect(await brokenChains(log.pool)).toEqual([]);
      expect(await log.store.overlooked(1e9)).toEqual([]);
    };
    holds(`${name} under a leader: raised within seconds, nothing is lost`, whileLeading, { full: true, timeoutMs: 30_000 }); // prettier-ignore
  }

  holds('a sequence that is ahead is never lowered', async () => {
    await setBack(`select setval('audit.content_pos_seq', 1000000)`);
    await sealTelling(log);
    expect(await log.store.mendPositions()).toBe(false);
    await capture(log.pool, 'ahead');
    const { rows } = await log.pool.query(`select max(pos)::int as pos from audit.content`);
    expect(rows).toEqual([{ pos: 1_000_001 }]);
  });

  holds('many who mend at once, beside writers, hand no position out twice', async () => {
    await setBack(`select setval('audit.content_pos_seq', 3)`);
    const writers = Array.from({ length: 200 }, () => taken());
    await Promise.all(Array.from({ length: 10 }, () => log.store.mendPositions()));
    await Promise.all(writers);
    expect(await taken()).toBe(true);
    expect(await behind()).toBe(false);
    await sealTelling(log);
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  holds('a stranger holds every advisory lock that could be meant', async () => {
    await setBack(`select setval('audit.content_pos_seq', 3)`);
    const role = `stranger_${randomUUID().slice(0, 8)}`;
    await log.pool.query(`create role ${role} login password 'x'`);
    const strangers = createPool(Object.assign(new URL(log.url), { username: role, password: 'x' }).href, {
      max: 1,
      applicationName: 'stranger',
    });
    const stranger = await strangers.connect(); // a session, which keeps its locks
    const one = await log.pool.connect();
    try {
      const held = `select classid::int as a, objid::int as b, objsubid as kind from pg_locks where locktype = 'advisory' and pid = $1`;
      const pid = (await one.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;
      await one.query('begin');
      await one.query('select audit.mend_positions()');
      const { rows: locks } = await stranger.query<{ a: number; b: number; kind: number }>(held, [pid]);
      await one.query('rollback');
      for (const { a, b, kind } of locks)
        await stranger.query(kind === 2 ? `select pg_advisory_lock($1, $2)` : `select pg_advisory_lock(($1::bigint << 32) | $2::bigint)`, [a, b]); // prettier-ignore
      for (const name of ['positions', 'sealer', 'seal', 'content'])
        await stranger.query(`select pg_advisory_lock(hashtext('nestjs-prisma-audit ' || $1), oid::int) from pg_namespace where nspname = 'audit'`, [name]); // prettier-ignore
      await stranger.query(`select pg_advisory_lock(hashtext('nestjs-prisma-audit'), hashtext('audit'))`);
      await expect(stranger.query('begin; lock table audit.sealer in share update exclusive mode')).rejects.toMatchObject({ code: '42501' }); // prettier-ignore
      await stranger.query('rollback');
      await log.pool.query(`select setval('audit.content_pos_seq', 3)`);
      expect(await log.store.mendPositions()).toBe(true);
      expect(await taken()).toBe(true);
    } finally {
      one.release(true);
      stranger.release(true);
      await strangers.end();
      await log.pool.query(`drop role ${role}`);
    }
  });

  holds('who mends in an open transaction keeps nobody from sealing', async () => {
    await setBack(`select setval('audit.content_pos_seq', 3)`);
    const one = await log.pool.connect();
    await one.query('begin');
    await one.query('select audit.mend_positions()');
    expect(await taken()).toBe(true);
    expect(await sealTelling(log)).toEqual([]);
    one.release(true);
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  for (const pos of ['9223372036854775807', '4611686018427387904']) {
    holds(`a row at ${pos} does not carry the sequence away`, async () => {
      await log.pool.query(`insert into audit.content (pos, source) values (${pos}, 'change')`);
      await sealTelling(log);
      expect(await taken()).toBe(true);
      expect(await behind()).toBe(false);
    });
  }

  holds('it belongs to its column', async () => {
    const { rows } = await log.pool.query(`select pg_get_serial_sequence('audit.content', 'pos') as name`);
    expect(rows).toEqual([{ name: 'audit.content_pos_seq' }]);
  });

  const message = 'duplicate key value violates unique constraint "content_pkey"';
  const violation = (text: string): Error =>
    Object.assign(new Error(text), { cause: { originalCode: '23505', originalMessage: text } });
  const OURS: [string, string, string][] = [
    ['an INSERT of another table', message, 'INSERT INTO "public"."Post" ("title","content") VALUES ($1,$2)'],
    ['an UPDATE', message, 'UPDATE "Invoice" SET "note" = $1'],
    ['one in German', 'doppelter Schlüsselwert verletzt Unique-Constraint »content_pkey«', 'DELETE FROM "Invoice"'],
  ];
  const THEIRS: [string, string, string][] = [
    ['of a table content', message, 'INSERT INTO "public"."content" ("id") VALUES ($1)'],
    ['of a table content, raw', message, 'insert into content values (1)'],
    ['of an update of it', message, 'UPDATE "content" SET "id" = 1'],
    ['of another key', 'duplicate key value violates unique constraint "Invoice_pkey"', 'INSERT INTO "Invoice"'],
    ['of a key that ends alike', 'violates unique constraint "my_content_pkey"', 'INSERT INTO "my_content"'],
  ];
  for (const [name, text, sql] of OURS)
    holds(`a write that met it has an error of ours: ${name}`, () =>
      expect(asMissingLog(violation(text), sql)).toMatchObject({ code: 'AUDIT_SEQUENCE_BEHIND' }),
    );
  for (const [name, text, sql] of THEIRS)
    holds(`a unique violation ${name} is the caller's`, () =>
      expect(asMissingLog(violation(text), sql)).toBeUndefined(),
    );
});
