import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditReader, type AuditEntry } from '../../src/query/index.js';
import { postgresEntryStore, reconcileTriggers } from '../../src/store/postgres/index.js';
import { emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';

let log: FilledLog;
let reader: AuditReader;
beforeAll(async () => {
  log = await emptyLog();
  reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
  await log.pool.query(
    `create table public."Account" (id int primary key, balance numeric, big bigint, small int, exact double precision, note text, password text, meta json)`,
  );
  await reconcileTriggers(log.pool, {});
});
afterAll(() => log.close());

async function afterChange(...statements: string[]): Promise<AuditEntry> {
  for (const statement of statements) await log.pool.query(statement);
  await sealAll(log.pool);
  const { entries } = await reader.history({ type: 'Account', id: 1 });
  return entries.at(-1) as AuditEntry;
}

describe('an entry as a reader sees it', () => {
  it('has numbers that JavaScript cannot hold as strings of their digits', async () => {
    const entry = await afterChange(
      `insert into public."Account" values (1, 10.00, 9007199254740993, 7, 0.1, 'x', 'hunter2', '{"n":1e400,"m":1.5}')`,
    );
    expect(entry).toMatchObject({
      action: 'Account.create',
      resource: { type: 'Account', id: '1' },
      flags: ['no-context', 'redacted'],
      new: { id: 1, balance: '10.00', big: '9007199254740993', small: 7, exact: 0.1, password: null },
    });
    expect(entry.new?.['meta']).toEqual({ n: '1e400', m: 1.5 });
    expect(entry.old).toBeUndefined();
    expect(entry.changes).toContainEqual({ field: 'balance', new: '10.00' });
    expect(JSON.stringify(entry)).not.toContain('hunter2');
  });

  it('has the fields that changed, and of redacted ones only that they did', async () => {
    const entry = await afterChange(
      `update public."Account" set big = big + 2, password = 'hunter3', note = null where id = 1`,
    );
    expect(entry.changes).toEqual([
      { field: 'big', old: '9007199254740993', new: '9007199254740995' },
      { field: 'note', old: 'x', new: null },
      { field: 'password', redacted: true },
    ]);
    const other = await afterChange(`update public."Account" set small = 8 where id = 1`);
    expect(other.changes).toEqual([{ field: 'small', old: 7, new: 8 }]);
  });

  it('has everything that went with a deleted record', async () => {
    const entry = await afterChange(`delete from public."Account" where id = 1`);
    expect(entry).toMatchObject({ action: 'Account.delete', old: { id: 1, small: 8 } });
    expect(entry.changes.map(({ field }) => field).toSorted()).toEqual(
      ['balance', 'big', 'exact', 'id', 'meta', 'note', 'password', 'small'].toSorted(),
    );
  });

  it('has no members of a section that is absent', async () => {
    await log.pool.query(
      `insert into audit.content (source, op, model, tenant_key, actor, data) values ('change', 'insert', 'Note', 'bare', null, null)`,
    );
    await sealAll(log.pool);
    const { entries } = await reader.find({ tenant: 'bare', action: 'Note.create' });
    expect(entries).toHaveLength(1);
    for (const name of ['actor', 'details', 'old', 'new', 'reason', 'error', 'group'])
      expect(entries[0]).not.toHaveProperty(name);
    expect(entries[0]).toMatchObject({ resource: { type: 'Note' }, changes: [], flags: [], seq: 1 });
    expect(entries[0]?.resource).toEqual({ type: 'Note' });
  });

  it('has its place, its hash and its times', async () => {
    const { entries } = await reader.find({ order: 'oldest', limit: 1 });
    const { rows } = await log.pool.query(
      `select encode(hash, 'hex') as hash, sealed_at, to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from audit.entry where id = $1`,
      [entries[0]?.id],
    );
    expect(entries[0]).toMatchObject({ hash: rows[0].hash, occurredAt: rows[0].at, origin: 'example.com/test/1' });
    expect(entries[0]?.sealedAt.getTime()).toBe(rows[0].sealed_at.getTime());
  });

  it('is shown without what was erased, and without what cannot be read any more', async () => {
    const edit = async (set: string): Promise<AuditEntry | undefined> => {
      await log.pool.query(
        `alter table audit.content disable trigger append_only; update audit.content set ${set} where model = 'Account' and op = 'insert'; alter table audit.content enable always trigger append_only`,
      );
      return (await reader.find({ action: 'Account.create' })).entries[0];
    };
    const nonsense = await edit(`data = '{"id":', actor = '\\xff'`);
    expect(nonsense).toMatchObject({ action: 'Account.create', changes: [] });
    expect(nonsense).not.toHaveProperty('new');
    const erased = await edit('data = null, salt_data = null, actor = null, salt_actor = null');
    expect(erased).toMatchObject({ action: 'Account.create', resource: { type: 'Account' }, changes: [] });
    expect(erased).not.toHaveProperty('actor');
  });

  it('is shown, whatever somebody made of its time and body', async () => {
    await log.pool.query(
      `alter table audit.entry disable trigger append_only; update audit.entry set sealed_at = case when action like '%.update' then timestamptz 'infinity' else '294276-12-31' end, body = 'gone' where tenant_key = '' and seq > 0; alter table audit.entry enable always trigger append_only`,
    );
    const { entries } = await reader.find();
    expect(entries.length).toBeGreaterThan(3);
    for (const entry of entries.filter(({ seq }) => seq > 0)) {
      expect(entry).toMatchObject({ flags: [], hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
      expect(entry.sealedAt.getTime()).toBeNaN();
    }
  });
});
