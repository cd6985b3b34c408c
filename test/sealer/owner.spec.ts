import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createPool, migrate, postgresSealerStore } from '../../src/store/postgres/index.js';
import { createLog, sealAll, write, type TestLog } from '../support/log.js';
import { readLog } from './read-log.js';

/** As on most hosted databases: a role that owns the log and is no superuser. */
const owner = `owner_${randomBytes(4).toString('hex')}`;
const guest = `guest_${randomBytes(4).toString('hex')}`;
let log: TestLog;
let pool: pg.Pool;
const as = (role: string): string => {
  const url = new URL(log.url);
  url.username = role;
  return url.href;
};
beforeAll(async () => {
  log = await createLog();
  const { rows } = await log.pool.query<{ name: string }>('select current_database() as name');
  await log.pool.query(`create role ${owner} login; create role ${guest} login`);
  await log.pool.query(`grant create on database ${pg.escapeIdentifier(rows[0]?.name ?? '')} to ${owner}`);
  await log.pool.query('drop schema audit cascade');
  pool = createPool(as(owner), { max: 2, applicationName: 'test' });
  await migrate(pool, { schema: 'audit', origin: 'example.com/owned' });
  await write(pool);
  await sealAll(postgresSealerStore(pool, 'audit'));
});
afterAll(async () => {
  await pool.end();
  await log.pool.query(`drop owned by ${owner}, ${guest}; drop role ${owner}, ${guest}`);
  await log.close();
});

const CHANGES = [
  ['content', 'update', 'set pos = pos'],
  ['content', 'delete', ''],
  ['content', 'truncate', ''],
  ['entry', 'update', 'set pos = pos'],
  ['entry', 'delete', ''],
  ['entry', 'truncate', ''],
  ['chain', 'delete', ''],
  ['chain', 'truncate', ''],
  ['sealer', 'delete', ''],
  ['sealer', 'truncate', ''],
] as const;
const statement = (table: string, verb: string, rest: string): string =>
  `${verb} ${verb === 'delete' ? 'from ' : ''}audit.${table} ${rest}`;

describe('a role that owns the log and is no superuser', () => {
  it('can migrate again, write and seal', async () => {
    expect(await migrate(pool, { schema: 'audit' })).toEqual([]);
    await write(pool);
    await sealAll(postgresSealerStore(pool, 'audit'));
    const { entries, problems } = await readLog(pool);
    expect(problems).toEqual([]);
    expect(entries).toHaveLength(3);
  });

  it.each(CHANGES)('has not the privilege: %s, %s', async (table, verb, rest) => {
    await expect(pool.query(statement(table, verb, rest))).rejects.toMatchObject({ code: '42501' });
  });

  it.each(CHANGES)('meets the trigger when it takes the privilege: %s, %s', async (table, verb, rest) => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query(`grant ${verb} on audit.${table} to current_user`);
    const change = client.query(statement(table, verb, rest));
    await expect(change).rejects.toMatchObject({ code: 'AUD01' });
    await client.query('rollback');
    client.release();
  });
});

describe('a role with no rights', () => {
  it.each([
    ['a table', 'select * from audit.entry'],
    ['the sealing function', 'select audit.unsealed(1)'],
    ['record()', `select audit.record(null, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')`],
  ])('cannot use %s, with the schema or without', async (_, sql) => {
    const client = new pg.Client({ connectionString: as(guest) });
    await client.connect();
    await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    await pool.query(`grant usage on schema audit to ${guest}`);
    await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
    await pool.query(`revoke usage on schema audit from ${guest}`);
    await client.end();
  });

  it('cannot forge entries with a capture trigger on a table of its own', async () => {
    await log.pool.query(`create schema authorization ${guest}; grant usage on schema audit to ${guest}`);
    const client = new pg.Client({ connectionString: as(guest) });
    await client.connect();
    await client.query(`create table ${guest}.mine (id integer)`);
    const attach = client.query(
      `create trigger t after insert on ${guest}.mine for each row execute function audit.capture('Invoice', '', '', '', '')`,
    );
    await expect(attach).rejects.toMatchObject({ code: '42501' });
    await client.end();
  });
});
