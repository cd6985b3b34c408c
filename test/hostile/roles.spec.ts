import { afterAll, beforeAll, expect } from '@jest/globals';
import type pg from 'pg';
import { createAudit } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import { compareShape } from '../../src/store/postgres/check-shape.js';
import { examine, type Health } from '../../src/store/postgres/health.js';
import { migrate, postgresSealerStore, withLogSource } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { hostile } from '../support/hostile.js';
import { COVERAGE } from '../support/quickstart.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

let world: LevelsWorld;
let major: number;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  major = Math.floor(Number((await world.owner.query('show server_version_num')).rows[0].server_version_num) / 10_000);
  await record();
});
afterAll(() => world.close());

/** The application records, and the sealer's login seals: whatever was tried, this must go on. */
async function record(): Promise<void> {
  const { app, sealer } = world.roles;
  const audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), flushIntervalMs: 1, seal: { minWaitMs: 1, leaseMs: 2_000 } }); // prettier-ignore
  await withContext({ actor: { id: 'ann' }, tenant: 'acme' }, () => audit.record({ action: 'report.export' }));
  await audit.flush();
  expect(await audit.close()).toEqual({ lost: 0, spooled: 0 });
  const report = await withLogSource(world.owner, 'audit', (source) => verify(source, { unsealedAgeMs: 0 } as never));
  expect(report.verdict).toBe('VERIFIED');
}

const fill = (sql: string): string =>
  Object.entries(world.roles).reduce((text, [part, role]) => text.replaceAll(part.toUpperCase(), `"${role}"`), sql);
const doctor = (): Promise<Health> => examine(world.poolOf(world.roles.app), 'audit', COVERAGE);

/** What makes a role more than its part: how, how it is undone, what doctor says. */
const BECOMES: readonly [name: string, sql: string, undo: string, says: RegExp, major?: number][] = [
  ['owns an audited table', 'alter table "Invoice" owner to APP', 'alter table "Invoice" owner to postgres', /owns the audited table "Invoice"/],
  ['can become who owns an audited table', 'alter table "Invoice" owner to OTHER; grant OTHER to APP', 'alter table "Invoice" owner to postgres; revoke OTHER from APP', /owns the audited table "Invoice"/],
  ['may create roles', 'alter role APP createrole', 'alter role APP nocreaterole', /CREATEROLE/],
  ['may replicate', 'alter role APP replication', 'alter role APP noreplication', /REPLICATION/],
  ['is a superuser', 'alter role APP superuser', 'alter role APP nosuperuser', /is a superuser/],
  ['may switch triggers off', 'grant set on parameter session_replication_role to APP', 'revoke set on parameter session_replication_role from APP', /session_replication_role/, 15],
  ['may switch triggers off for all', 'grant alter system on parameter session_replication_role to APP', 'revoke alter system on parameter session_replication_role from APP', /session_replication_role/, 15],
  ['can become who may switch triggers off', 'grant set on parameter session_replication_role to OTHER; grant OTHER to APP', 'revoke set on parameter session_replication_role from OTHER; revoke OTHER from APP', /session_replication_role/, 15],
  ['can become a role that may create roles', 'alter role OTHER createrole; grant OTHER to APP', 'alter role OTHER nocreaterole; revoke OTHER from APP', /CREATEROLE/],
  ['is a member of the sealer and does not inherit', 'alter role APP noinherit; grant SEALER to APP', 'revoke SEALER from APP; alter role APP inherit', /EXECUTE acquire|SELECT content/],
  ['can become the sealer over another', 'alter role APP noinherit; grant SEALER to OTHER; grant OTHER to APP', 'revoke OTHER from APP; revoke SEALER from OTHER; alter role APP inherit', /EXECUTE acquire|SELECT content/],
  ['is a member of the auditor', 'grant AUDITOR to APP', 'revoke AUDITOR from APP', /SELECT content/],
  ['reads all data', 'grant pg_read_all_data to APP', 'revoke pg_read_all_data from APP', /SELECT content/],
  ['writes all data', 'grant pg_write_all_data to APP', 'revoke pg_write_all_data from APP', /INSERT content/],
  ['writes files of the server', 'grant pg_write_server_files to APP', 'revoke pg_write_server_files from APP', /pg_write_server_files/],
  ['runs programs', 'grant pg_execute_server_program to APP', 'revoke pg_execute_server_program from APP', /pg_execute_server_program/],
  ['owns a function of the log', 'alter function audit.renew(text, bigint, integer) owner to APP', 'alter function audit.renew(text, bigint, integer) owner to postgres; revoke all on function audit.renew(text, bigint, integer) from public, APP', /owns the log/],
  ['owns a table of the log', 'alter table audit.event_key owner to APP', 'alter table audit.event_key owner to postgres', /owns the log/],
  ['owns the schema of the log', 'alter schema audit owner to OTHER; grant OTHER to APP', 'revoke OTHER from APP; alter schema audit owner to postgres', /owns the log/],
  ['may make things in the schema', 'grant create on schema audit to APP', 'revoke create on schema audit from APP', /CREATE in the schema/],
  ['may change one column', 'grant update (body) on audit.entry to OTHER; grant OTHER to APP', 'revoke OTHER from APP; revoke all on audit.entry from OTHER; revoke update (body) on audit.entry from OTHER', /UPDATE entry/],
]; // prettier-ignore

hostile('what a role can become', (holds) => {
  for (const [name, sql, undo, says, since = 0] of BECOMES) {
    holds(`an application that ${name} is not at level split`, async () => {
      if (major < since) return;
      await world.owner.query(fill(sql));
      try {
        const health = await doctor();
        expect(health.level).toBe('single');
        expect(health.problems.join('\n')).toMatch(says);
      } finally {
        await world.owner.query(fill(undo));
        await world.reconcile();
      }
      expect((await doctor()).level).toBe('split');
    });
  }
  for (const [name, part, sql, undo, says] of [
    ['the reader is not bound by row-level security', 'reader', 'alter role READER bypassrls', 'alter role READER nobypassrls', /BYPASSRLS/],
    ['the reader can become one that is not', 'reader', 'alter role OTHER bypassrls; grant OTHER to READER', 'revoke OTHER from READER; alter role OTHER nobypassrls', /BYPASSRLS/],
    ['the sealer may create roles', 'sealer', 'alter role SEALER createrole', 'alter role SEALER nocreaterole', /CREATEROLE/],
    ['the sealer owns an audited table', 'sealer', 'alter table "Invoice" owner to SEALER', 'alter table "Invoice" owner to postgres', /owns the audited table/],
    ['the auditor is a superuser', 'auditor', 'alter role AUDITOR superuser', 'alter role AUDITOR nosuperuser', /is a superuser/],
  ] as const) {
    holds(`doctor says that ${name}`, async () => {
      await world.owner.query(fill(sql));
      try {
        const { problems } = await doctor();
        expect(problems.find((text) => text.includes(`of the ${part}`))).toMatch(says);
      } finally {
        await world.owner.query(fill(undo));
      }
    });
  } // prettier-ignore
});

/** Changes of the log that leave it looking as it did to whoever counts triggers and rights. */
const CHANGED: readonly [name: string, sql: string, says: RegExp][] = [
  ['capture() does nothing', `create or replace function audit.capture() returns trigger language plpgsql security definer as 'begin return null; end'`, /function capture/],
  ['capture_or_warn() does nothing', `create or replace function audit.capture_or_warn() returns trigger language plpgsql security definer as 'begin return null; end'`, /function capture_or_warn/],
  ['record() does nothing', `create or replace function audit.record(p_batch text, p_source text[], p_at bigint[], p_group text[], p_tenant text[], p_event_key text[], p_model text[], p_resource_id text[], p_header text[], p_actor text[], p_data text[], p_flags text[]) returns integer language sql as 'select 1'`, /function record/],
  ['the guard lets everything pass', `create or replace function audit.refuse_change() returns trigger language plpgsql as 'begin return null; end'`, /function refuse_change/],
  ['chains may shrink', `create or replace function audit.chain_grows() returns trigger language plpgsql as 'begin return new; end'`, /function chain_grows/],
  ['a function is run with another path', `alter function audit.record set search_path = public`, /function record/],
  ['a function is run as its caller', `alter function audit.seal security invoker`, /function seal/],
  ['a rule on content', `create rule r as on insert to audit.content do instead nothing`, /rule content.r /],
  ['a rule on entry', `create rule r as on update to audit.entry do also select 1`, /rule entry.r /],
  ['a trigger on content that changes rows', `create function public.f() returns trigger language plpgsql as 'begin new.actor := null; return new; end'; create trigger aaa before insert on audit.content for each row execute function public.f()`, /trigger content.aaa/],
  ['no keep trigger', `drop trigger keep on audit.chain`, /trigger chain.keep of the log is missing/],
  ['a keep trigger that is off', `alter table audit.sealer disable trigger keep`, /trigger sealer.keep/],
  ['an append-only trigger that replicas pass', `alter table audit.content enable trigger append_only`, /trigger content.append_only/],
  ['an append-only trigger for one column', `drop trigger append_only on audit.entry; create trigger append_only before update of body or delete on audit.entry for each statement execute function audit.refuse_change(); alter table audit.entry enable always trigger append_only`, /trigger entry.append_only/],
  ['an append-only trigger that another function answers', `create function public.g() returns trigger language plpgsql as 'begin return null; end'; drop trigger append_only on audit.entry; create trigger append_only before update or delete or truncate on audit.entry for each statement execute function public.g(); alter table audit.entry enable always trigger append_only`, /trigger entry.append_only/],
  ['a policy that opens', `drop policy reader_2 on audit.entry; create policy reader_2 on audit.entry for select to READER using (true)`, /policy entry.reader_2/],
  ['one policy more', `create policy all_of_it on audit.entry for select to READER using (true)`, /policy entry.all_of_it/],
  ['a policy for somebody else too', `alter policy auditor_1 on audit.entry to AUDITOR, READER`, /auditor_1 of entry/],
  ['no row-level security', `alter table audit.entry disable row level security`, /row-level security of entry is off/],
  ['content is not logged', `alter table audit.content set unlogged`, /relation content/],
  ['content is a view', `alter table audit.content rename to c; create view audit.content as select * from audit.c`, /relation content/],
  ['a numbering from below zero', `alter table audit.entry drop constraint entry_seq_check`, /constraint entry.entry_seq_check/],
  ['two entries of one position', `drop index audit.entry_pos_key`, /index entry_pos_key/],
  ['salts that everybody knows', `alter table audit.content alter column salt_data set default '11111111-1111-4111-8111-111111111111'`, /column content.salt_data/],
  ['positions from another sequence', `create sequence public.s; alter table audit.content alter column pos set default nextval('public.s')`, /column content.pos/],
  ['the keep trigger of the watch', `alter table audit.coverage disable trigger keep`, /trigger coverage\.keep/],
  ['the keep trigger of the watch, no longer for replicas, as pg_restore --disable-triggers leaves it', `alter table audit.coverage disable trigger all; alter table audit.coverage enable trigger all`, /trigger coverage\.keep/],
  ['positions handed out by the hundred', `alter sequence audit.content_pos_seq cache 100`, /sequence content_pos_seq/],
  ['positions in steps', `alter sequence audit.content_pos_seq increment 2`, /sequence content_pos_seq/],
  ['positions that fall', `alter sequence audit.content_pos_seq increment -1`, /sequence content_pos_seq/],
  ['positions that begin again', `alter sequence audit.content_pos_seq cycle`, /sequence content_pos_seq/],
  ['positions that end', `alter sequence audit.content_pos_seq maxvalue 1000000`, /sequence content_pos_seq/],
  ['positions below zero', `alter sequence audit.content_pos_seq minvalue -5`, /sequence content_pos_seq/],
  ['positions that restart far on', `alter sequence audit.content_pos_seq start 1000`, /sequence content_pos_seq/],
  ['positions of four bytes', `alter sequence audit.content_pos_seq as integer`, /sequence content_pos_seq/],
  ['a child of content', `create table public.child () inherits (audit.content)`, /child content/],
  ['a function that is not ours', `create function audit.extra() returns int language sql as 'select 1'`, /function extra\(\)/],
  ['a table that is not ours', `create table audit.extra (id int)`, /relation extra/],
  ['a function of another owner', `alter function audit.renew(text, bigint, integer) owner to OTHER`, /renew\(\) belongs to/],
  ['a table of another owner', `alter table audit.coverage owner to OTHER`, /coverage belongs to/],
]; // prettier-ignore

hostile('a log that is not as the package makes it', (holds) => {
  for (const [name, sql, says] of CHANGED) {
    holds(`doctor names it: ${name}`, async () => {
      const client = await world.owner.connect();
      try {
        await client.query('begin');
        await client.query(fill(sql));
        // A pool of one connection, that of the transaction.
        const seen = { query: client.query.bind(client), connect: () => Promise.reject(new Error('one is all')) };
        const { problems } = await examine(seen as unknown as pg.Pool, 'audit', COVERAGE);
        expect(problems.join('\n')).toMatch(says);
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  }
  holds('and migrate puts functions and triggers back', async () => {
    for (const [, sql] of CHANGED.filter(([name]) =>
      /does nothing|lets everything|may shrink|keep trigger|passes|replicas/.test(name),
    ))
      await world.owner.query(fill(sql));
    expect((await migrate(world.owner, { schema: 'audit' })).length).toBeGreaterThan(0);
    await world.reconcile();
    expect(await compareShape(world.owner, 'audit')).toEqual([]);
    expect(await migrate(world.owner, { schema: 'audit' })).toEqual([]);
    await record();
  });
});

const NOTHING = `'{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}',null,null,'{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}',null`;
const NOW = `(extract(epoch from clock_timestamp()) * 1000)::bigint`;
const HASH = 'ab'.repeat(32);
const opening = (
  fields: Partial<Record<'chain' | 'origin' | 'tenant' | 'pos' | 'at' | 'actor' | 'data', string>> = {},
): string => {
  const { chain = 'CHAIN', origin = `'ORIGIN/CHAIN'`, tenant = `'forged'`, pos = 'POS', at = `${NOW} * 1000` } = fields;
  const { actor = `{"id":"sealer","type":"system","tenant":"forged"}`, data = `{"details":{"nonce":"${'0'.repeat(32)}","origin":"ORIGIN/CHAIN","tenant":"forged"}}` } = fields; // prettier-ignore
  return `array[${chain}]::int[], array[${origin}], array[${tenant}], array[${pos}]::bigint[], array[${at}]::bigint[], array[encode('${actor}', 'hex')], array['${data}'], array['${'1'.repeat(32)}'], array['${'2'.repeat(32)}'],
    array[CHAIN]::int[], array[0]::bigint[], array['${'0'.repeat(64)}'], array[1]::bigint[], array['${HASH}'], array['${HASH}'],
    array[CHAIN]::int[], array[0]::bigint[], array[POS]::bigint[], array[1]::bigint[], gen_random_uuid()::text, '${HASH}', array[${tenant}], '{sealer}', '{chain.open}', '{null}', '{null}', '{success}', '{null}', '{null}', '{control}', '{null}', '{null}', '{null}', '{null}', '{}'`; // prettier-ignore
};

/** What the sealer's login can hand to seal(): low, time and the lists. The first must be taken, so that the others fail for their own reason. */
const SEALS: readonly [name: string, arguments_: string, taken?: true][] = [
  ['an opening as it should be', `0, ${NOW}, ${opening()}`, true],
  ['a low beyond all positions', `9223372036854775806, ${NOW}, ${opening()}`],
  ['a low just beyond them', `HANDED + 1, ${NOW}, ${opening()}`],
  ['a time far ahead', `0, ${NOW} + 60000, ${opening()}`],
  ['the last time there is', `0, 9223372036854775807, ${opening()}`],
  ['no time', `0, null, ${opening()}`],
  ['no low', `null, ${NOW}, ${opening()}`],
  ['lists of nothing', `0, ${NOW}, ${NOTHING.replaceAll(`'{}'`, 'null')}`],
  ['nothing', `0, ${NOW}, ${NOTHING}`],
  ['one list longer', `0, ${NOW}, ${opening().replace(`array['{"details`, `array['x', '{"details`)}`],
  ['content beside the opening', `0, ${NOW}, ${opening({ pos: 'POS, POS + 1' })}`],
  ['an opening at a position in flight', `0, ${NOW}, ${opening({ pos: 'HANDED - 2' })}`],
  ['an opening at a position to come', `0, ${NOW}, ${opening({ pos: 'HANDED + 10' })}`],
  ['an opening of another number', `0, ${NOW}, ${opening({ chain: 'CHAIN + 1' })}`],
  ['an opening of a number far on', `0, ${NOW}, ${opening().replaceAll('CHAIN', '(CHAIN + 5)').replace(`'ORIGIN/(CHAIN + 5)'`, `'ORIGIN/' || (CHAIN + 5)`)}`],
  ['an opening of chain 0', `0, ${NOW}, ${opening({ chain: '0' })}`],
  ['an opening of another deployment', `0, ${NOW}, ${opening({ origin: `'example.com/other/CHAIN'` })}`],
  ['an opening without its entry, beside one that has it', `0, ${NOW}, ${opening().replace('array[CHAIN]::int[]', 'array[CHAIN, CHAIN + 1]::int[]').replace(`array['ORIGIN/CHAIN']`, `array['ORIGIN/CHAIN', 'ORIGIN/' || (CHAIN + 1)]`).replace(`array['forged']`, `array['forged', 'forged2']`).replace('array[POS]', 'array[POS, POS + 1]').replace(/array\[(\(extract.*?)\]::bigint/, 'array[$1, $1]::bigint').replace(/array\[(encode\('(.*?)', 'hex'\))\]/, (_, one: string) => `array[${one}, ${one.replace('forged', 'forged2')}]`).replace(/array\['(\{"details.*?)'\]/, (_, one: string) => `array['${one}', '${one.replace('forged', 'forged2').replace('"ORIGIN/CHAIN"', `"ORIGIN/' || (CHAIN + 1) || '"`)}']`).replace(/array\['(1+)'\], array\['(2+)'\]/, `array['$1', '$1'], array['$2', '$2']`)}`],
  ['an opening of a tenant that has a chain', `0, ${NOW}, ${opening({ tenant: `'acme'` })}`],
  ['an opening by somebody else', `0, ${NOW}, ${opening({ actor: '{"id":"ceo","type":"user","tenant":"forged"}' })}`],
  ['an opening with something more', `0, ${NOW}, ${opening({ data: `{"details":{"nonce":"${'0'.repeat(32)}","origin":"ORIGIN/CHAIN","tenant":"forged"},"new":{"status":"APPROVED"}}` })}`],
  ['an opening without a nonce', `0, ${NOW}, ${opening({ data: `{"details":{"origin":"ORIGIN/CHAIN","tenant":"forged"}}` })}`],
  ['an opening of long ago', `0, ${NOW}, ${opening({ at: '1' })}`],
  ['an opening of the year 2255', `0, ${NOW}, ${opening({ at: '9007199254740000' })}`],
  ['a header of what was not captured', `0, ${NOW}, ${opening().replace('array[POS]::bigint[], array[1]', 'array[999999]::bigint[], array[1]')}`],
  ['a header of another chain’s tenant', `0, ${NOW}, ${opening().replace(`'${HASH}', array['forged'], '{sealer}'`, `'${HASH}', array['acme'], '{sealer}'`)}`],
  ['a header of another number', `0, ${NOW}, ${opening().replace(`array[CHAIN]::int[], array[0]::bigint[], array[POS]`, `array[CHAIN]::int[], array[5]::bigint[], array[POS]`)}`],
  ['a chain that grows by more than its entries', `0, ${NOW}, ${opening().replace(`array[1]::bigint[], array['${HASH}'], array['${HASH}']`, `array[2]::bigint[], array['${HASH}'], array['${HASH}']`)}`],
  ['a frontier of another size', `0, ${NOW}, ${opening().replace(`array['${HASH}'], array['${HASH}']`, `array['${HASH}'], array['${HASH}${HASH}']`)}`],
  ['a chain that is not there', `0, ${NOW}, '{}','{}','{}','{}','{}','{}','{}','{}','{}', '{77}', '{0}', '{${'0'.repeat(64)}}', '{1}', '{${HASH}}', '{${HASH}}', '{77}', '{0}', '{1}', '{1}', gen_random_uuid()::text, '${HASH}', '{acme}', '{x}', '{a}', '{null}', '{null}', '{success}', '{null}', '{null}', '{control}', '{null}', '{null}', '{null}', '{null}', '{}'`],
  ['a body of a megabyte', `0, ${NOW}, ${opening().replace(/'\{\}'$/, `repeat('x', 1000000)`)}`],
]; // prettier-ignore

hostile('who holds the sealer’s login', (holds) => {
  for (const [name, list, taken] of SEALS) {
    holds(`seal() ${taken ? 'takes' : 'refuses'} ${name}`, async () => {
      const client = await world.poolOf(world.roles.sealer).connect();
      try {
        await client.query('begin');
        const { rows } = await client.query<{ epoch: string; origin: string }>(`select epoch, origin from audit.acquire('forger', 1000)`);
        const { rows: reserved } = await client.query<{ pos: string; chain: number }>('select * from audit.reserve(2)');
        const handed = (await client.query<{ n: string }>('select audit.position() as n')).rows[0]?.n ?? '';
        const text = list.replaceAll('CHAIN', String(reserved[0]?.chain)).replaceAll('POS', reserved[0]?.pos ?? '').replaceAll('ORIGIN', rows[0]?.origin ?? '').replaceAll('HANDED', handed);
        const sealing = client.query(`select audit.seal(${rows[0]?.epoch}, 'forger', 1000, ${text})`);
        if (taken) await sealing;
        else await expect(sealing).rejects.toMatchObject({ code: expect.stringMatching(/^(AUD0[23]|22|23|42804)/) });
      } finally {
        await client.query('rollback');
        client.release();
      }
    });
  } // prettier-ignore
  holds('it says that all is settled: doctor sees what waits below that', async () => {
    await world.owner.query(`insert into audit.content (source, op, model, actor, at) values ('change', 'update', 'Thing', '{}', now() - interval '2 minutes')`); // prettier-ignore
    const client = await world.poolOf(world.roles.sealer).connect();
    try {
      await client.query('begin');
      const { rows } = await client.query<{ epoch: string; origin: string }>(`select epoch, origin from audit.acquire('forger', 1000)`); // prettier-ignore
      const { rows: reserved } = await client.query<{ pos: string; chain: number }>('select * from audit.reserve(1)');
      const text = opening().replaceAll('CHAIN', String(reserved[0]?.chain)).replaceAll('POS', reserved[0]?.pos ?? '').replaceAll('ORIGIN', rows[0]?.origin ?? ''); // prettier-ignore
      await client.query(`select audit.seal(${rows[0]?.epoch}, 'forger', 1000, audit.position(), ${NOW}, ${text})`);
      const seen = { query: client.query.bind(client), connect: () => Promise.reject(new Error('one is all')) };
      const { unsealed, problems } = await examine(seen as unknown as pg.Pool, 'audit', COVERAGE);
      expect(unsealed).toBe(1);
      expect(problems.join('\n')).toMatch(/waiting for its entry/);
    } finally {
      await client.query('rollback');
      client.release();
    }
    await record();
  });
  holds('reserve() hands out no more than a batch can need', async () => {
    const pool = world.poolOf(world.roles.sealer);
    for (const n of ['null', '0', '-1', '100001', '2147483647']) await expect(pool.query(`select * from audit.reserve(${n})`)).rejects.toMatchObject({ code: 'AUD03' }); // prettier-ignore
  });
  holds('a lease for longer than ten minutes', async () => {
    const pool = world.poolOf(world.roles.sealer);
    for (const ms of ['null', '0', '-5', '2147483647'])
      await expect(pool.query(`select audit.seal(1, 'x', ${ms}, 0, ${NOW}, '{}','{}','{}','{}','{}','{}','{}','{}','{}', '{}','{}','{}','{}','{}','{}', '{1}','{0}','{1}','{1}','x','x','{a}','{a}','{a}','{a}','{a}','{a}','{a}','{a}','{a}','{a}','{a}','{a}','{a}','{}')`)).rejects.toMatchObject({ code: 'AUD03' }); // prettier-ignore
  });
  holds('watch_coverage(true) does not make it the one who changed triggers', async () => {
    await world.owner.query(
      `alter table "Invoice" disable trigger "!audit_insert"; select audit.watch_coverage(); alter table "Invoice" enable trigger "!audit_insert"`,
    );
    await world.poolOf(world.roles.sealer).query('select audit.watch_coverage(true)');
    const { rows } = await world.owner.query<{ actor: string }>(
      `select convert_from(actor, 'UTF8') as actor from audit.content where op = 'coverage.changed' order by pos desc limit 1`,
    );
    expect(JSON.parse(rows[0]?.actor ?? '')).toEqual({ id: 'sealer', type: 'system' });
  });
  holds('writing and sealing go on', record);
});

hostile('who may only read', (holds) => {
  for (const part of ['reader', 'auditor'] as const) {
    holds(`the ${part} leaves what it read, and under its own name`, async () => {
      const pool = world.poolOf(world.roles[part]);
      await pool.query(`select audit.record_read($1, 'acme')`, [JSON.stringify({ count: 3, id: 'ceo', type: 'user' })]);
      const { rows } = await world.owner.query<{ source: string; header: string; actor: string; data: string }>(
        `select source, header, convert_from(actor, 'UTF8') as actor, data from audit.content order by pos desc limit 1`,
      );
      expect(rows[0]).toMatchObject({ source: 'read', header: '{"action":"audit.read"}' });
      expect(JSON.parse(rows[0]?.actor ?? '')).toMatchObject({
        id: `db:${world.roles[part]}`,
        type: 'system',
        tenant: 'acme',
      });
      expect(JSON.parse(rows[0]?.data ?? '')).toEqual({ details: { count: 3, id: 'ceo', type: 'user' } });
    });
    for (const [name, details, tenant] of [
      ['no object', '[]', null],
      ['no JSON', '{', null],
      ['nothing', null, null],
      ['a way out of its place', '{}},"id":"x","new":{', null],
      ['more than 64 KiB', JSON.stringify({ x: 'y'.repeat(70_000) }), null],
      ['a tenant of a megabyte', '{}', 'x'.repeat(1_000_000)],
    ] as const)
      holds(`the ${part} may not leave ${name}`, async () => {
        await expect(world.poolOf(world.roles[part]).query('select audit.record_read($1, $2)', [details, tenant])).rejects.toMatchObject({ code: expect.stringMatching(/^22/) }); // prettier-ignore
      });
    for (const details of [
      '{"filter": 5ec3e7',
      '{"filter": "5ec3e7\n"}',
      '5ec3e7',
      `{"filter":"5ec3e7","a":${'['.repeat(60_000)}`,
    ])
      holds(`the ${part} leaves ${details.slice(0, 30)}…: refused, and not repeated`, async () => {
        const error: object = await world.poolOf(world.roles[part]).query('select audit.record_read($1)', [details]).then(() => new Error('it was taken'), (thrown: Error) => thrown); // prettier-ignore
        expect(error).toMatchObject({ code: '22023' });
        expect(JSON.stringify(error)).not.toContain('5ec3e7');
      });
  }
  holds('an application may not leave it in their name', async () => {
    for (const header of ['{"action":"audit.read"}', '{"x":1,"action":"audit.\\u0072ead"}'])
      await expect(
        world
          .poolOf(world.roles.app)
          .query(
            `select audit.record(null, '{read}', '{1}', '{null}', '{null}', '{null}', '{null}', '{null}', array[$1], array[$2], '{null}', '{null}')`,
            [header, Buffer.from(`{"id":"db:${world.roles.auditor}","type":"system"}`).toString('hex')],
          ),
      ).rejects.toMatchObject({ code: '22023' });
  });
  holds('what was left is sealed, and verifies', record);
  holds('the auditor’s role can run the verifier', async () => {
    const report = await withLogSource(world.poolOf(world.roles.auditor), 'audit', (source) => verify(source));
    expect(report.verdict).toBe('VERIFIED');
    expect(await postgresSealerStore(world.poolOf(world.roles.auditor), 'audit').heads(['acme'])).toHaveLength(1);
  });
});
