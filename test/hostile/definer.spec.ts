import { afterAll, beforeAll, expect } from '@jest/globals';
import type pg from 'pg';
import { hostile } from '../support/hostile.js';
import { examine } from '../../src/store/postgres/health.js';
import { migrate, reconcilePrivileges, reconcileTriggers } from '../../src/store/postgres/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

/** Types of the application's own whose casts, checks or operators run when somebody makes JSON of a value. Each tells who ran it. */
const TYPES: Readonly<Record<string, string>> = {
  'an enum with a cast to json': `create type T as enum ('x'); create function F(T) returns json language plpgsql as 'begin insert into pg_temp.ran values (current_user); return ''"x"''; end'; create cast (T as json) with function F(T)`,
  'an enum with an implicit cast': `create type T as enum ('x'); create function F(T) returns json language plpgsql as 'begin insert into pg_temp.ran values (current_user); return ''"x"''; end'; create cast (T as json) with function F(T) as implicit`,
  'a composite with a cast': `create type T as (a int); create function F(T) returns json language plpgsql as 'begin insert into pg_temp.ran values (current_user); return ''1''; end'; create cast (T as json) with function F(T)`,
  'a domain whose check is a function': `create function F(int) returns boolean language plpgsql as 'begin insert into pg_temp.ran values (current_user); return true; end'; create domain T as int check (F(value))`,
  'a domain over an enum with a cast': `create type U as enum ('x'); create function F(U) returns json language plpgsql as 'begin insert into pg_temp.ran values (current_user); return ''"x"''; end'; create cast (U as json) with function F(U); create domain T as U`,
  'a range with a function of its own': `create function F(float8, float8) returns float8 language plpgsql immutable as 'begin return 1; end'; create type T as range (subtype = float8, subtype_diff = F)`,
  'a table’s row type with a cast': `create table U (a int); create function F(U) returns json language plpgsql as 'begin insert into pg_temp.ran values (current_user); return ''1''; end'; create cast (U as json) with function F(U); create domain T as U`,
};
const VALUES = [`'x'`, `'(1)'`, `'5'`, `null`, `'[1,2)'`];

let world: LevelsWorld;
let app: string;
beforeAll(async () => {
  world = await levelsWorld();
  ({ app } = world.roles);
  await world.owner.query(
    `create schema mine authorization "${app}"; create schema other authorization "${app}"; alter role "${app}" set search_path = other, public`,
  );
  await world.reconcile();
});
afterAll(async () => {
  await world.owner.query(`drop schema mine, other cascade`);
  await world.close();
});

const as = async <T>(role: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
  const client = await world.poolOf(role).connect();
  try {
    return await work(client);
  } finally {
    await client.query('rollback');
    await client.query('discard all');
    client.release();
  }
};
const ARGS = `'[0:13]={t,id,"","","","","","","","","","","",""}'::text[]`;
const named = (sql: string, schema: string): string => sql.replaceAll(/\b([TUF])\b(?=[ (,;)]|$)/g, `${schema}.$1`);

hostile('definer’s rights', (holds) => {
  holds('under engine database the application may call none of the functions that make images', () =>
    as(app, async (client) => {
      for (const call of [
        `audit.client_change(${ARGS}, '', 'insert', null, (select x from (select 1 as id) x))`,
        `audit.change(null, (select x from (select 1 as id) x), ${ARGS})`,
        `audit.image((select x from (select 1 as id) x), '{}', '{}')`,
        `audit.record_change('', 'insert', 'User', '1', null, '{"id":"1"}', null)`,
        `audit.log_change('insert', null, null, ${ARGS}, null, null, null)`,
      ])
        await expect(client.query(`select ${call}`)).rejects.toMatchObject({ code: '42501' });
    }),
  );

  holds('a function that runs with its owner’s rights takes no value whose type its caller can define', async () => {
    const { rows } = await world.owner.query<{ name: string }>(
      `select p.oid::regprocedure::text as name from pg_proc p, unnest(p.proargtypes) a (type) join pg_type t on t.oid = a.type
        where p.pronamespace = 'audit'::regnamespace and p.prosecdef and (t.typtype <> 'b' or t.typnamespace <> 'pg_catalog'::regnamespace)`,
    );
    expect(rows).toEqual([]);
  });

  holds('and one that could be attached to a table is for its owner alone', async () => {
    const { rows } = await world.owner.query<{ name: string }>(
      `select p.proname as name, r.rolname from pg_proc p, pg_roles r where p.pronamespace = 'audit'::regnamespace and p.prorettype = 'trigger'::regtype
          and not r.rolsuper and has_function_privilege(r.oid, p.oid, 'execute')`,
    );
    expect(rows).toEqual([]);
  });

  for (const [name, sql] of Object.entries(TYPES)) {
    holds(`engine client: ${name} runs as the caller`, async () => {
      await world.owner.query(`create table if not exists public."Plain" (id int primary key)`);
      await reconcilePrivileges(world.owner, { schema: 'audit', engine: 'client' });
      try {
        await as(app, async (client) => {
          await client.query(
            `create temp table ran (who text); ${named(sql, 'pg_temp')}; create temp table sample (id int, x pg_temp.T)`,
          );
          for (const value of VALUES) {
            await client.query(
              `do $$ begin insert into sample values (1, ${value}); exception when others then null; end $$`,
            );
          }
          await client.query('truncate ran');
          await client.query(`select audit.client_change(${ARGS}, '', 'insert', null, sample) from sample`);
          await client.query(`select audit.client_change(${ARGS}, '', 'update', a, b) from sample a, sample b`);
          const { rows } = await client.query<{ who: string }>('select distinct who from ran');
          expect(rows.filter(({ who }) => who !== app)).toEqual([]);
        });
      } finally {
        await reconcilePrivileges(world.owner, { schema: 'audit' });
      }
    });

    holds(`engine database: ${name} in an audited table is refused and named`, async () => {
      await world.owner.query(`drop schema mine cascade; create schema mine authorization "${app}"`);
      await as(app, (client) => client.query(`create table mine.ran (who text); ${named(sql, 'mine').replaceAll('pg_temp.ran', 'mine.ran')}; create table mine.sample (id int primary key, x mine.T[])`)); // prettier-ignore
      await world.owner.query(
        `create table if not exists mine.fine (id int primary key); alter table mine.fine owner to "${app}"`,
      );
      const coverage = { schema: 'audit', schemas: ['mine'] };
      await expect(reconcileTriggers(world.owner, coverage)).rejects.toMatchObject({ code: 'AUDIT_CONFIG_INVALID', message: expect.stringContaining(app) }); // prettier-ignore
      const { rows } = await world.owner.query(
        `select distinct tgrelid::regclass::text as t from pg_trigger where tgname like '!audit%' and tgrelid::regclass::text like 'mine.%' order by 1`,
      );
      expect(rows.map(({ t }) => t)).toContain('mine.fine');
      expect(rows.map(({ t }) => t)).not.toContain('mine.sample');
      const { problems } = await examine(world.owner, 'audit', coverage);
      expect(problems.filter((text) => text.startsWith('column x of sample uses'))).not.toEqual([]);
    });
  }

  holds('types of the log’s owner, of a superuser and of extensions are taken as they are', async () => {
    await world.owner.query(
      `create schema fine; create type fine.e as enum ('x'); create domain fine.d as int check (value > 0); create table fine.t (id int primary key, e fine.e, d fine.d[], r int4range, m int4multirange)`,
    );
    await reconcileTriggers(world.owner, { schema: 'audit', schemas: ['fine'] });
    await world.owner.query(`insert into fine.t values (1, 'x', '{1}', '[1,2)', '{[1,2)}')`);
    await world.owner.query('drop schema fine cascade');
  });

  holds('engine client: whatever a row holds, its image needs no right that the application has not', async () => {
    await reconcilePrivileges(world.owner, { schema: 'audit', engine: 'client' });
    try {
      await as(app, async (client) => {
        await client.query(`create temp table doc (id int, password text, iban text, j json, b jsonb, t text)`);
        const rules = JSON.stringify({
          blank: { password: null, iban: null, t: null },
          redact: ['password'],
          mask: { iban: 4 },
          ignore: ['t'],
          untold: { t: null },
          json: ['b', 'j'],
        });
        const args = [
          'Doc',
          'id',
          '',
          rules,
          't',
          '{"password":null,"iban":null,"t":null}',
          '{"t":null}',
          '{password}',
          '{b,j}',
          '',
          'masked',
          '',
        ];
        for (const [j, b] of [
          ['{"token":"x","deep":[{"p\u0131n":1}]}', '{"ｐａｓｓｗｏｒｄ":"x"}'],
          ['{"x":"\\u0000","apiKey":1}', 'null'],
          [null, '[]'],
          ['"' + 'y'.repeat(1_200_000) + '"', '{}'],
        ]) {
          await client.query('truncate doc');
          await client.query('insert into doc values (1, $1, $1, $2, $3, $1)', ['secret', j, b]);
          for (const list of [
            args,
            args.map((text, i) => (i === 10 ? 'hidden' : text)),
            ['Doc', '', '{id,t}', '', '', '', '', '', '', '', '', ''],
          ])
            await client.query(
              `select audit.client_change(('[0:11]=' || $1::text[]::text)::text[], '', 'update', d, e) from doc d, (select id + 1 as id, password, iban, j, b, t from doc) e`,
              [list],
            );
        }
        const { rows } = await client.query<{ n: number }>(`select 1 as n`);
        expect(rows).toHaveLength(1);
      });
    } finally {
      await reconcilePrivileges(world.owner, { schema: 'audit' });
    }
  });

  holds('functions of a later file are closed to whom default privileges would open them', async () => {
    const { other } = world.roles;
    await world.owner.query(
      `alter default privileges grant execute on functions to "${other}"; alter default privileges grant all on tables to "${other}"`,
    );
    try {
      await migrate(world.owner, { schema: 'later' });
      const { rows } = await world.owner.query(
        `select p.proname from pg_proc p where p.pronamespace = 'later'::regnamespace and has_function_privilege('${other}', p.oid, 'execute')
         union all select c.relname from pg_class c where c.relnamespace = 'later'::regnamespace and c.relkind = 'r' and has_table_privilege('${other}', c.oid, 'select, insert, update, delete')`,
      );
      expect(rows).toEqual([]);
    } finally {
      await world.owner.query(
        `alter default privileges revoke execute on functions from "${other}"; alter default privileges revoke all on tables from "${other}"; drop schema later cascade`,
      );
    }
  });

  holds('data of a change whose id is another one', async () => {
    await reconcilePrivileges(world.owner, { schema: 'audit', engine: 'client' });
    try {
      const call = (
        key: string | null,
        data: string,
        model = 'M',
        flags: string | null = null,
        context = '',
      ): Promise<unknown> =>
        world
          .poolOf(app)
          .query(`select audit.record_change($5, 'update', $3, $1, null, $2, $4)`, [key, data, model, flags, context]);
      for (const [key, data] of [
        ['1', '{"id":"2"}'],
        ['1', '{"id":1}'],
        ['1', '{}'],
        [null, '{"id":"1"}'],
        ['1', '{"id":"1","id":"2"}'],
        ['1', '[]'],
        ['1', 'null'],
        ['1', '"x"'],
      ] as const)
        // prettier-ignore
        await expect(call(key, data)).rejects.toMatchObject({ code: '22023' });
      await expect(call('1', '{"id":"1"}', '')).rejects.toMatchObject({ code: '22023' });
      await expect(call('1', '{"id":"1"}', 'x'.repeat(2000))).rejects.toMatchObject({ code: '22023' });
      await expect(call('1', '{"id":"1"}', 'M', 'deferred')).rejects.toMatchObject({ code: '22023' });
      await expect(call('1', '{"id":"1"}', 'M', 'gap,'.repeat(100))).rejects.toMatchObject({ code: '22023' });
      await expect(call('1', '{"id":"1"}', 'M', null, 'zz'.repeat(40))).rejects.toMatchObject({ code: '22023' });
      for (const data of [
        '{"id":"1","new":{"token":5ec3e7}}',
        '{"id":"1","new":{"token":"5ec3e7',
        `{"id":"1","token":"5ec3e7","a":${'['.repeat(60_000)}`,
      ]) {
        const error = await call('1', data).then(() => new Error('it was taken'), (thrown: object) => thrown); // prettier-ignore
        expect(error).toMatchObject({ code: '22023' });
        expect(JSON.stringify(error)).not.toContain('5ec3e7');
      }
      await call('1', String.raw`{"id":"1","\u0069d":"2"}`);
      const { rows } = await world.owner.query<{ data: string }>(
        `select data from audit.content order by pos desc limit 1`,
      );
      expect((JSON.parse(rows[0]?.data ?? '') as { id: string }).id).toBe('1');
    } finally {
      await reconcilePrivileges(world.owner, { schema: 'audit' });
    }
  });
});
