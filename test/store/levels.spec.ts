import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { createAudit } from '../../src/compose/index.js';
import { withContext } from '../../src/context/index.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { INLINED } from '../support/inlined.js';
import { COVERAGE, SHAPES } from '../support/quickstart.js';
import { levelsWorld, type LevelsWorld } from './levels-world.js';

let world: LevelsWorld;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const audit = createAudit({
    databaseUrl: world.urlOf(world.roles.app),
    sealerUrl: world.urlOf(world.roles.sealer),
    flushIntervalMs: 1,
    seal: { minWaitMs: 1 },
  });
  for (const tenant of [undefined, 'acme', 'globex'])
    await withContext({ actor: { id: 'ann' }, tenant }, () =>
      audit.record({ action: 'report.export', outcome: 'success' }),
    );
  await audit.flush();
  expect(await audit.close()).toEqual({ lost: 0, spooled: 0 });
});
afterAll(() => world.close());

type Part = 'app' | 'sealer' | 'reader' | 'auditor' | 'guard' | 'follower' | 'other';
const PARTS: readonly Part[] = ['app', 'sealer', 'reader', 'auditor', 'guard', 'follower', 'other'];
const names = async (sql: string): Promise<string[]> => (await world.owner.query<{ name: string }>(sql)).rows.map(({ name }) => name); // prettier-ignore

/** Tries it, and takes it back: whether the role may. */
async function may(pool: pg.Pool, sql: string): Promise<boolean> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query(sql);
    return true;
  } catch (error) {
    // A view can be neither written to nor taken for a table, whoever asks.
    return !/^(?:42501|55000|42809)$/.test((error as { code?: string }).code ?? '');
  } finally {
    await client.query('rollback');
    client.release();
  }
}

describe('on the tables of the log, by trying everything on each', () => {
  it.each<[Part, readonly string[]]>([
    ['app', []],
    [
      'sealer',
      ['chain', 'checkpoint', 'content', 'entry', 'head', 'migration', 'projection', 'sealer'].map(
        (table) => `select * from audit.${table}`,
      ),
    ],
    ['guard', ['select * from audit.access_log']],
    [
      'reader',
      [
        'select * from audit.access_log',
        'select * from audit.chain',
        'select * from audit.entry',
        'select * from audit.log',
      ],
    ],
    [
      'auditor',
      ['access_log', 'chain', 'checkpoint', 'content', 'entry', 'follower', 'follower_dead', 'head', 'log', 'migration', 'projection', 'sealer'].map(
        (table) => `select * from audit.${table}`,
      ), // prettier-ignore
    ],
    [
      'follower',
      ['chain', 'entry', 'follower', 'follower_dead', 'sealer'].map((table) => `select * from audit.${table}`),
    ],
    ['other', []],
  ])('the %s may do this and nothing else', async (part, allowed) => {
    const tables = await names(`select c.relname as name from pg_class c where c.relnamespace = 'audit'::regnamespace and c.relkind in ('r', 'v') order by 1`); // prettier-ignore
    expect(tables).toEqual(expect.arrayContaining(['chain', 'content', 'coverage', 'entry', 'event_key', 'level_role', 'migration', 'sealer'])); // prettier-ignore
    const [column] = await names(`select string_agg(format('%s=%s', c.relname, a.attname), ',') as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum = 1 where c.relnamespace = 'audit'::regnamespace and c.relkind in ('r', 'v')`); // prettier-ignore
    const first = new Map((column ?? '').split(',').map((pair) => pair.split('=') as [string, string]));
    const can: string[] = [];
    for (const table of tables) {
      const name = `"${first.get(table) ?? ''}"`;
      for (const sql of [
        `select * from audit.${table}`,
        `insert into audit.${table} default values`,
        `update audit.${table} set ${name} = ${name}`,
        `delete from audit.${table}`,
        `truncate audit.${table}`,
        `lock audit.${table} in access exclusive mode`,
        `alter table audit.${table} disable trigger all`,
        `drop table audit.${table}`,
      ]) {
        if (await may(world.poolOf(world.roles[part]), sql)) can.push(sql);
      }
    }
    expect(can).toEqual(allowed);
  });

  it.each(PARTS)('the %s may neither use the sequences nor make anything in the schema', async (part) => {
    const pool = world.poolOf(world.roles[part]);
    for (const sql of [
      `select nextval('audit.content_pos_seq')`,
      `select setval('audit.lost_seq', 1)`,
      `select last_value from audit.content_pos_seq`,
      'create table audit.mine (id int)',
      `create function audit.mine() returns int language sql as 'select 1'`,
    ])
      expect([sql, await may(pool, sql)]).toEqual([sql, false]);
  });
});

describe('of the functions of the log', () => {
  const FACTS = [
    'applied',
    'backlog',
    'broken_chains',
    'evidence_state',
    'followers',
    'level_of',
    'level_roles',
    'logged_twice',
    'lost',
    'pending',
    'strangers',
    'watch_state',
  ];
  const OF_VIEWS = ['actor_text', 'changed_fields', 'id_at', 'legible', 'member', 'member_count', 'member_json', 'member_list', 'member_number', 'member_text', 'sees_all']; // prettier-ignore
  it.each<[Part, readonly string[]]>([
    ['app', [...FACTS, 'mend_positions', 'position', 'record', 'unsealed']],
    ['sealer', [...FACTS, 'acquire', 'anchored', 'forget_keys', 'mend_positions', 'position', 'record_exported', 'record_read', 'record_verified', 'release', 'renew', 'reserve', 'save_checkpoint', 'seal', 'seal_registry', 'unsealed', 'watch_coverage']], // prettier-ignore
    ['reader', [...FACTS, ...OF_VIEWS, 'record_exported', 'record_read', 'record_verified', 'sealed_sections']],
    ['auditor', [...FACTS, ...OF_VIEWS, 'record_exported', 'record_read', 'record_verified', 'sealed_sections']],
    ['guard', [...OF_VIEWS, 'record_read']],
    ['follower', [...FACTS, 'follower_acquire', 'follower_failed', 'follower_move', 'follower_release', 'follower_renew', 'follower_replayed', 'follower_reset', 'follower_settle', 'follower_skip']], // prettier-ignore
    ['other', []],
  ])('the %s may execute these and no other', async (part, allowed) => {
    const can = await names(`select distinct proname as name from pg_proc where pronamespace = 'audit'::regnamespace and has_schema_privilege('${world.roles[part]}', 'audit', 'usage') and has_function_privilege('${world.roles[part]}', oid, 'execute')`); // prettier-ignore
    expect(can.toSorted()).toEqual([...allowed].toSorted());
  });

  it('each has a search path of its own, and PUBLIC may execute none', async () => {
    const all = await names(`select proname as name from pg_proc where pronamespace = 'audit'::regnamespace`);
    expect(all.length).toBeGreaterThan(20);
    const open = await names(`
      select p.oid::regprocedure::text as name from pg_proc p
       where p.pronamespace = 'audit'::regnamespace
         and (not exists (select from unnest(p.proconfig) c where c in ('search_path=pg_catalog, pg_temp', 'search_path="pg_catalog, pg_temp"'))
              or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a where a.grantee = 0))`);
    // By its path alone: each name in it is qualified.
    expect(open.map((name) => name.split('(')[0])).toEqual(INLINED.map((name) => `audit.${name}`));
  });

  const ARRAYS = `'{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','','','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}','{}',''`;
  it.each<[Part, string]>([
    ['app', `select audit.seal(1, 'x', 1000, 0, 0, ${ARRAYS})`],
    ['app', `select * from audit.acquire('me', 600000)`],
    ['app', `select audit.release('me', 1)`],
    ['app', `select * from audit.reserve(1)`],
    ['app', `select audit.watch_coverage(true)`],
    ['app', `select audit.accept_coverage('{}')`],
    ['app', `select audit.attach('public."Invoice"', array['','','','','','','','','','',''])`],
    ['app', `select audit.detach('public."Invoice"')`],
    ['sealer', `select audit.record(null, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')`],
    ['sealer', `select audit.accept_coverage('{}')`],
    ['sealer', `select audit.detach('public."Invoice"')`],
    ['reader', `select audit.position()`],
    ['reader', `select audit.record(null, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')`],
  ])('the %s meets a refusal when it calls %s', async (part, sql) => {
    expect(await may(world.owner, sql)).toBe(true);
    expect(await may(world.poolOf(world.roles[part]), sql)).toBe(false);
  });
});

describe('the application cannot get round the triggers', () => {
  it.each([
    ['switch them off', 'alter table "Invoice" disable trigger all'],
    ['drop them', 'drop trigger "!audit_insert" on "Invoice"'],
    ['empty the table', 'truncate "Invoice"'],
    ['write as a replica', 'set session_replication_role = replica'],
    ['become the owner', 'set role postgres'],
    ['become the sealer', `set role "SEALER"`],
  ])('and %s', async (_name, sql) => {
    const statement = sql.replace('SEALER', world.roles.sealer);
    expect(await may(world.poolOf(world.roles.app), statement)).toBe(false);
  });

  it('and forge changes of another model with a trigger on a table of its own', async () => {
    const { app } = world.roles;
    await world.owner.query(`create schema authorization "${app}"`);
    const pool = world.poolOf(app);
    await pool.query(`create table ${app}.mine (id integer)`);
    const forge = `create trigger t after insert on ${app}.mine for each row execute function audit.capture('Invoice', '', '', '', '', '', '', '', '', '', '')`;
    expect(await may(pool, forge)).toBe(false);
  });

  it('and claim with record() that a row was changed', async () => {
    const actor = Buffer.from('{"id":"eve"}').toString('hex');
    const claim = `select audit.record(null, '{change}', '{1}', '{null}', '{null}', '{null}', '{Invoice}', '{1}', '{"{\\"action\\":\\"Invoice.delete\\"}"}', '{${actor}}', '{"{}"}', '{null}')`; // prettier-ignore
    await expect(world.poolOf(world.roles.app).query(claim)).rejects.toMatchObject({ code: '22023' });
  });
});

/** With the roles of the application and of the sealer alone. */
async function sealEverything(): Promise<void> {
  const audit = createAudit({ databaseUrl: world.urlOf(world.roles.app), sealerUrl: world.urlOf(world.roles.sealer), seal: { minWaitMs: 1 } }); // prettier-ignore
  await audit.flush();
  await audit.close();
}

describe('end to end at level split', () => {
  it.each(SHAPES)(
    'what %s writes is captured and sealed, and the sealer’s role can verify it',
    async (_name, shape) => {
      const client = shape(world.urlOf(world.roles.app));
      const email = `${Math.random()}@example.com`;
      await withContext({ actor: { id: 'bob', type: 'user' }, tenant: 'acme' }, async () => {
        const user = await client.user.create({
          data: { tenantId: 'acme', email, name: 'Ann', passwordHash: 'secret' },
        });
        await client.user.update({ where: { id: user.id }, data: { name: 'Bea' } });
        await client.$audit().record({ action: 'user.reviewed', outcome: 'success' });
        await client.user.delete({ where: { id: user.id } });
      });
      await client.$disconnect();
      await sealEverything();
      const { rows } = await world.owner.query<{ action: string }>(
        `select action from audit.entry where actor_id = 'bob' and tenant_key = 'acme' order by seq desc limit 4`,
      );
      expect(rows.map(({ action }) => action).toReversed()).toEqual(['User.create', 'User.update', 'user.reviewed', 'User.delete']); // prettier-ignore
      const report = await withLogSource(world.poolOf(world.roles.sealer), 'audit', (source) => verify(source));
      expect(report).toMatchObject({ verdict: 'VERIFIED', findings: [] });
    },
  );

  it('the check and the probe at the start find nothing wrong, as the application’s role', async () => {
    const client = (SHAPES[0] as (typeof SHAPES)[number])[1](world.urlOf(world.roles.app));
    const audit = createAudit({ databaseUrl: world.urlOf(world.roles.app), seal: false, config: COVERAGE });
    await audit.check();
    const checks = await audit.probe([client]);
    expect(checks.length).toBeGreaterThan(3);
    expect(checks.filter(({ state }) => state !== 'ok')).toEqual([]);
    await audit.close();
    await client.$disconnect();
  });

  it('an application that seals without the sealer’s login says what it lacks', async () => {
    const errors: unknown[] = [];
    const audit = createAudit({ databaseUrl: world.urlOf(world.roles.app), onError: (error) => errors.push(error) });
    while (errors.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await audit.close();
    expect(errors[0]).toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING', message: expect.stringMatching(/--sealer-role/) }); // prettier-ignore
  });

  it('an application whose role has no part in the log is told so at its start', async () => {
    const audit = createAudit({ databaseUrl: world.urlOf(world.roles.other), seal: false });
    await expect(audit.check()).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING' });
    await audit.close();
  });
});

describe('a sealer that wants to do wrong', () => {
  it('cannot seal what was not captured, nor from a head that is not there', async () => {
    const pool = world.poolOf(world.roles.sealer);
    const { rows } = await pool.query(`select epoch, origin from audit.acquire('forger', 60000)`);
    const head = (await pool.query(`select chain, size, encode(hash, 'hex') as hash, encode(frontier, 'hex') as frontier from audit.chain where tenant_key = ''`)).rows[0]; // prettier-ignore
    const seal = (oldHash: string, pos: string): Promise<unknown> =>
      pool.query(
        `select audit.seal($1, 'forger', 1000, 0, (extract(epoch from clock_timestamp()) * 1000)::bigint,
           '{}','{}','{}','{}','{}','{}','{}','{}','{}',
           array[$2::int], array[$3::bigint], array[$4], array[$3::bigint + 1], array[repeat('ab', 32)], array[$5],
           array[$2::int], array[$3::bigint], array[$6::bigint], array[1::bigint], gen_random_uuid()::text, repeat('ab', 32), '{""}', '{eve}', '{Invoice.delete}',
           '{Invoice}', '{1}', '{success}', '{null}', '{null}', '{change}', '{null}', '{null}', '{null}', '{null}', '{"v":1}')`,
        [rows[0].epoch, head.chain, head.size, oldHash, head.frontier, pos],
      ); // prettier-ignore
    await expect(seal('00'.repeat(32), '1')).rejects.toMatchObject({ code: 'AUD02' });
    await expect(seal(head.hash, '999999')).rejects.toMatchObject({ code: 'AUD03' });
    const report = await withLogSource(pool, 'audit', (source) => verify(source));
    expect(report.verdict).toBe('VERIFIED');
  });
});
