import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { recordStatement, type ContentRow } from '../../src/store/content.port.js';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { createLog, lead, write, type TestLog } from '../support/log.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { readLog } from './read-log.js';

// A server of its own: elsewhere a transaction of another test may hold the horizon back.
let server: PostgresServer;
let log: TestLog;
beforeAll(async () => {
  server = await startPostgres({ own: true, settings: ['autovacuum=off'] });
  log = await createLog(server.url);
  await log.pool.query('create table public."Note" (id integer primary key)');
  await reconcileTriggers(log.pool, {});
  // A nextval that refuses whoever has no transaction id yet.
  await log.pool.query(`
    create function audit.watched_position() returns bigint language plpgsql as $$ begin
      if pg_current_xact_id_if_assigned() is null then raise 'a position before a transaction id'; end if;
      return nextval('audit.content_pos_seq');
    end $$`);
  await log.pool.query('alter table audit.content alter pos set default audit.watched_position()');
});
afterAll(async () => {
  await log.close();
  await server.stop();
});

const EVENT: ContentRow = {
  source: 'record',
  at: 1_000_000,
  group: null,
  tenant: null,
  eventKey: null,
  model: null,
  resourceId: null,
  header: '{"action":"note.read"}',
  actor: '{"id":"ann"}',
  data: null,
  flags: null,
};

describe('a transaction has its id before it takes a position', () => {
  const record = (batch: string | null) => (db: pg.Pool) => {
    const { text, values } = recordStatement('audit', batch, [EVENT]);
    return db.query(text, values);
  };
  it.each<[string, (db: pg.Pool) => Promise<unknown>]>([
    ['in a plain insert, by the order of the columns', (db) => write(db)],
    ['in record()', record(null)],
    ['in record() with a named batch', record('batch-1')],
    ['in the trigger of a row', (db) => db.query('insert into public."Note" values (1)')],
    ['in the trigger of TRUNCATE', (db) => db.query('truncate public."Note"')],
  ])('%s', async (_, act) => {
    await act(log.pool);
  });

  it('and its own id is what the row says, also inside a savepoint', async () => {
    const client = await log.connect();
    await client.query('begin');
    await client.query('savepoint s');
    const pos = await write(client);
    await client.query('release savepoint s');
    const { rows } = await client.query(
      'select xid::text, pg_current_xact_id()::text as current from audit.content where pos = $1',
      [pos],
    );
    await client.query('commit');
    expect(rows[0].xid).toBe(rows[0].current);
  });

  it('since the id is the first column with a default', async () => {
    const { rows } = await log.pool.query(`
      select a.attname as column, pg_get_expr(d.adbin, d.adrelid) as default
        from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
       where a.attrelid = 'audit.content'::regclass and a.attnum > 0 order by a.attnum limit 2`);
    expect(rows[0]).toEqual({ column: 'xid', default: 'pg_current_xact_id()' });
    expect(rows[1].column).toBe('pos');
  });

  it('fails without the rule: a table whose first column is the position', async () => {
    await log.pool.query(`
      create table audit.reversed (pos bigint not null default audit.watched_position(), xid xid8 not null default pg_current_xact_id(), model text)`);
    await expect(log.pool.query(`insert into audit.reversed (model) values ('Note')`)).rejects.toThrow(
      'a position before a transaction id',
    );
  });
});

describe('what becomes of a position', () => {
  const isSealed = async (pos: number): Promise<boolean> =>
    (await readLog(log.pool)).entries.some((entry) => entry.pos === pos);
  beforeAll(() =>
    log.pool.query(`alter table audit.content alter pos set default nextval('audit.content_pos_seq'::regclass)`),
  );

  /** Takes id and position in this order, lets the sealer look, and only then writes the row. */
  async function slowly(steps: readonly ('id' | 'position')[]): Promise<number> {
    const client = await log.connect();
    const leader = await lead(log.store);
    await client.query('begin');
    let pos = 0;
    for (const step of steps) {
      if (step === 'id') await client.query('select pg_current_xact_id()');
      else pos = Number((await client.query(`select nextval('audit.content_pos_seq') as pos`)).rows[0].pos);
    }
    await write(log.pool); // makes the hole
    for (let i = 0; i < 3; i += 1) await leader.round();
    await client.query(`insert into audit.content (pos, source, op, model) values ($1, 'change', 'insert', 'Note')`, [
      pos,
    ]);
    await client.query('commit');
    await leader.round();
    await leader.end();
    return pos;
  }

  it('that a slow nextval has handed to a transaction with an id: it is sealed', async () => {
    expect(await isSealed(await slowly(['id', 'position']))).toBe(true);
  });

  it('fails without the rule: a slow nextval before the id', async () => {
    expect(await isSealed(await slowly(['position']))).toBe(false);
  });

  /** One session writes twice, another in between; the sealer looks before the last write. */
  async function twoSessions(): Promise<number> {
    const [one, other] = [await log.connect(), await log.connect()];
    const leader = await lead(log.store);
    await write(one);
    await write(other);
    for (let i = 0; i < 3; i += 1) await leader.round();
    const last = await write(one);
    await leader.round();
    await leader.end();
    return last;
  }

  it('of two sessions that take turns: each takes one at a time, and all are sealed', async () => {
    const { rows } = await log.pool.query(
      `select seqcache::int from pg_sequence where seqrelid = 'audit.content_pos_seq'::regclass`,
    );
    expect(rows).toEqual([{ seqcache: 1 }]);
    expect(await isSealed(await twoSessions())).toBe(true);
  });

  it('fails without the rule: a sequence with CACHE 10', async () => {
    await log.pool.query('alter sequence audit.content_pos_seq cache 10');
    expect(await isSealed(await twoSessions())).toBe(false);
    await log.pool.query('alter sequence audit.content_pos_seq cache 1');
  });
});
