import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { withContext } from '../../../src/context/index.js';
import { ENGINES } from '../../capture/shapes/engine.js';
import { describeError } from '../../capture/shapes/outcome.js';
import { pairOf, putThrough, type Pair } from '../../capture/shapes/put-through.js';
import type { Client } from '../../capture/shapes/shape.js';
import { openTwin, type Twin } from '../../capture/shapes/twins.js';
import { witnessed } from '../../capture/shapes/witness.js';
import { full } from '../../support/full.js';
import { FAULTS } from './fault-shapes.js';

const ENGINE = ENGINES.find(({ name }) => name === 'client')!;

let plain: Twin;
let logged: Twin;
beforeAll(async () => {
  [plain, logged] = await Promise.all([openTwin(), openTwin(ENGINE)]);
});
afterAll(() => Promise.all([plain?.close(), logged?.close()]));

// Each form goes through half of them, but in the long run.
describe.each(ENGINE.clients)('beside a plain client, one with %s', (form, connect) => {
  const half = form === ENGINE.clients[0]?.[0] ? 0 : 1;
  const faults = FAULTS.filter((_, i) => full || i % 2 === half);
  let pair: Pair;
  beforeAll(() => void (pair = pairOf(plain, logged, connect)));

  it.each(faults.map((shape) => [shape.name, shape] as const))(
    'ends as Prisma alone does, with a log of what was committed: %s',
    async (_name, shape) => await putThrough(ENGINE, pair, shape),
  );

  /** The same race on both databases: what the caller has seen, and what the log and a witness say of it. */
  async function race(run: (client: Client, other: pg.Client) => Promise<unknown>): Promise<void> {
    const outcomes = [];
    await Promise.all([plain.reset(), logged.reset()]);
    const mark = await ENGINE.mark(logged.pool);
    for (const [twin, { client }] of [
      [plain, pair.bare],
      [logged, pair.audited],
    ] as const) {
      const other = new pg.Client(twin.pool.options.connectionString);
      await other.connect();
      try {
        outcomes.push(await withContext({ actor: { id: 'u' } }, () => run(client, other)));
      } finally {
        await other.end();
      }
    }
    expect(outcomes[1]).toEqual(outcomes[0]);
    const text = ({ op, table, old, new: now, xid }: { op: string; table: string; old: string | null; new: string | null; xid: string }) => `${op} ${table} ${old} ${now} ${xid}`; // prettier-ignore
    const own = (await ENGINE.captured(logged.pool, mark)).map((entry) => text(entry));
    const all = (await witnessed(logged.pool)).map((change) => text(change));
    // The witness sees the other session too, which has no engine.
    expect(all).toEqual(expect.arrayContaining(own));
    expect(own.length).toBeGreaterThan(0);
    expect(all.length - own.length).toBe(1);
  }
  const caught = (call: Promise<unknown>): Promise<unknown> =>
    call.then(
      (value) => ({ value }),
      (error: unknown) => describeError(error as Error),
    );

  it('a serialization failure, and the caller’s retry', () =>
    race(async (client, other) => {
      const attempt = (before: () => Promise<unknown>): Promise<unknown> =>
        client.$transaction(
          async (tx) => {
            const { count } = await tx.auto.findUniqueOrThrow({ where: { id: 1 } });
            await tx.label.update({ where: { id: 1 }, data: { name: `red ${count}` } });
            await before();
            return await tx.auto.update({ where: { id: 1 }, data: { count: count + 1 } });
          },
          { isolationLevel: 'RepeatableRead' },
        );
      const first = await caught(attempt(() => other.query('update "Auto" set count = 50 where id = 1')));
      expect(first).toMatchObject({ code: 'P2034' });
      return [first, await caught(attempt(async () => undefined))];
    }));

  it('rows that a concurrent transaction deletes while a delete follows its referential actions', () =>
    race(async (client, other) => {
      await other.query(`begin; delete from "Cascaded" where id = 1`);
      const deleted = caught(client.owner.delete({ where: { code: 'a' } }));
      const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      while ((await other.query(waits)).rowCount === 0) await new Promise((resolve) => setImmediate(resolve));
      await other.query('commit');
      return await deleted;
    }));

  it('a deadlock, of which the other side is the survivor', () =>
    race(async (client, other) => {
      await other.query(`set deadlock_timeout = '1min'; begin; update "Label" set name = 'other' where id = 2`);
      const result = caught(
        client.$transaction(async (tx) => {
          await tx.$executeRaw`set local deadlock_timeout = '50ms'`;
          await tx.label.update({ where: { id: 1 }, data: { name: 'mine' } });
          void other.query('select from "Label" where id = 1 for update');
          const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
          const { pool } = client === pair.bare.client ? plain : logged;
          while ((await pool.query(waits)).rowCount === 0) await new Promise((resolve) => setImmediate(resolve));
          await tx.label.update({ where: { id: 2 }, data: { name: 'mine too' } });
        }),
      );
      const error = (await result) as { code?: string };
      expect(error.code).toBe('P2034');
      await other.query('commit');
      return [error, await caught(client.label.update({ where: { id: 3 }, data: { name: 'after' } }))];
    }));
});
