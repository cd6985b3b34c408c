import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { examine } from '../../src/store/postgres/health.js';
import { createPool, migrate, planTriggers, reconcileTriggers, type Coverage } from '../../src/store/postgres/index.js';
import { createDatabase } from '../support/database.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { hostile } from '../support/hostile.js';
import { lastPosition, readContent } from '../support/quickstart.js';

let log: FilledLog;
let start = 0;
const run = (...statements: string[]) => statements.reduce(async (before, sql) => void (await before, await log.pool.query(sql)), Promise.resolve()); // prettier-ignore
const seen = async () =>
  (await readContent(log.pool, start))
    .filter(({ source }) => source === 'change')
    .map(({ op, model, tenant, flags, text, data }) => ({ op, model, tenant, flags: flags.filter((flag) => flag !== 'no-context'), text: text ?? '', data: data as { new?: Record<string, unknown>; old?: Record<string, unknown>; ignored?: string[]; details?: unknown; redacted?: string[] } })); // prettier-ignore
const ROW_TRIGGER = (table: string) => `create trigger app after insert or update on ${table} for each row execute function noop()`; // prettier-ignore

hostile('what capture sees', (holds) => {
  beforeAll(async () => {
    log = await emptyLog();
    await run(`create function noop() returns trigger language plpgsql as 'begin return null; end'`);
  });
  afterAll(() => log.close());
  beforeEach(async () => {
    const { rows } = await log.pool.query<{ name: string }>(`select c.oid::regclass::text as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'f', 'v', 'm') and not c.relispartition`); // prettier-ignore
    for (const { name } of rows) await log.pool.query(`drop table if exists ${name} cascade`).catch(() => undefined);
    start = await lastPosition(log.pool);
  });

  const VIRTUAL: readonly [name: string, columns: string, values: string, logged: unknown][] = [
    ['text', `v text generated always as (upper(a)) virtual`, `'x'`, { v: 'X' }],
    ['a number', `v int generated always as (id * 2) virtual`, `'x'`, { v: 2 }],
    ['null', `v text generated always as (nullif(a, 'x')) virtual`, `'x'`, { v: null }],
    ['a backslash and a quote', `v text generated always as (a || chr(92) || '\\' || '''') virtual`, `'x'`, { v: `x\\\\'` }], // prettier-ignore
    ['the table', `v oid generated always as (tableoid) virtual`, `'x'`, { v: expect.stringMatching(/^\d+$/) }],
    ['a name that is a word of SQL', `"by" text generated always as (a) virtual, "select" text generated always as (a || a) virtual`, `'x'`, { by: 'x', select: 'xx' }], // prettier-ignore
    ['a name with quotes', `"o'd""d" text generated always as (a) virtual`, `'x'`, { [`o'd"d`]: 'x' }],
    ['numeric with its scale', `v numeric(6,2) generated always as (id / 3.0) virtual`, `'x'`, { v: 0.33 }],
    ['jsonb', `v jsonb generated always as ('{"token":"x","b":1}'::jsonb) virtual`, `'x'`, { v: { b: 1, token: '[redacted]' } }], // prettier-ignore
    ['a secret', `"passwordCopy" text generated always as (a) virtual`, `'x'`, { passwordCopy: null }],
    ['an array', `v text[] generated always as (array[a, 'b']) virtual`, `'x'`, { v: ['x', 'b'] }],
    ['a stored one beside it', `s int generated always as (id + 1) stored, v int generated always as (id + 2) virtual`, `'x'`, { s: 2, v: 3 }], // prettier-ignore
    ['names that the function has too', `z int, r text, x text, o int, n text, place int, args text, v int generated always as (id * 2) virtual`, `'x'`, { z: null, v: 2 }], // prettier-ignore
    ['a boolean', `v boolean generated always as (a is not null) virtual`, `'x'`, { v: true }],
  ];
  for (const [i, [name, columns, values, logged]] of VIRTUAL.entries())
    for (const level of ['statement', 'row'])
      holds(
        `a virtual column, ${level} level: ${name}`,
        async () => {
          if (!(await isFrom18())) return;
          await run(`create table t (id int primary key, a text, ${columns})`);
          if (level === 'row') await run(ROW_TRIGGER('t'));
          await reconcileTriggers(log.pool, {});
          await run(`insert into t (id, a) values (1, ${values}), (2, 'y')`, `update t set a = 'z' where id = 2`, `delete from t where id = 1`); // prettier-ignore
          const rows = await seen();
          expect(rows.map(({ op }) => op)).toEqual(['insert', 'insert', 'update', 'delete']);
          expect(rows[0]?.data.new).toMatchObject(logged as object);
          expect(rows[3]?.data.old).toMatchObject(logged as object);
          const { rows: now } = await log.pool.query<{ row: Record<string, unknown> }>(`select row_to_json(t) as row from t`); // prettier-ignore
          if (!JSON.stringify(logged).includes('redacted') && !name.includes('secret')) expect(rows[2]?.data.new).toEqual(now[0]?.row); // prettier-ignore
        },
        { full: i > 1 && i % 3 !== 0 },
      );

  for (const level of ['statement', 'row']) {
    holds(`a virtual column as tenant, ${level} level`, async () => {
      if (!(await isFrom18())) return;
      await run(`create table t (id int primary key, a text, org text generated always as ('org-' || a) virtual)`);
      if (level === 'row') await run(ROW_TRIGGER('t'));
      await reconcileTriggers(log.pool, { tenantColumn: 'org' });
      await run(`insert into t values (1, 'x')`, `update t set a = 'y'`, `delete from t`);
      expect((await seen()).map(({ tenant }) => tenant)).toEqual(['org-x', 'org-y', 'org-y']);
    });
    holds(`a virtual column that came after the trigger, and one that cannot be computed, ${level} level`, async () => {
      if (!(await isFrom18())) return;
      await run(`create table t (id int primary key, a text)`);
      if (level === 'row') await run(ROW_TRIGGER('t'));
      await reconcileTriggers(log.pool, {});
      await run(`alter table t add column v text generated always as (upper(a)) virtual, add column q int generated always as (1 / id) virtual`); // prettier-ignore
      await run(`insert into t values (1, 'x')`, `insert into t values (0, 'x')`, `update t set a = 'y' where id = 0`, `delete from t where id = 0`); // prettier-ignore
      const [whole, ...others] = await seen();
      expect(whole?.data.new).toEqual({ id: 1, a: 'x', v: 'X', q: 1 });
      expect(others.map(({ op, data }) => [op, data.new, data.old, data.ignored])).toEqual([
        ['insert', { id: 0, a: 'x' }, undefined, ['v', 'q']],
        ['update', { id: 0, a: 'y' }, { id: 0, a: 'x' }, ['v', 'q']],
        ['delete', undefined, { id: 0, a: 'y' }, ['v', 'q']],
      ]);
    });
  }

  const CHILDREN: readonly [string, string[]][] = [
    ['a plain table', []],
    ['a table with a row trigger of its own', [ROW_TRIGGER('child')]],
    ['a table that is renamed first', [`alter table child rename to once`, `alter table once rename to child`]],
  ];
  for (const [name, before] of CHILDREN)
    for (const again of [false, true])
      holds(`ATTACH of ${name}${again ? ', and migrate' : ''}`, async () => {
        await run(`create table parent (id int, k int, primary key (id, k)) partition by range (k)`, `create table child (id int, k int, primary key (id, k))`, ...before); // prettier-ignore
        await reconcileTriggers(log.pool, {});
        await run(`insert into child values (0, 10)`, `alter table parent attach partition child for values from (10) to (20)`); // prettier-ignore
        const { checks } = await examine(log.pool, 'audit', {});
        expect(checks.filter(({ name: check }) => check === 'attached:parent')).toMatchObject([{ state: 'warn', message: expect.stringContaining('child') }]); // prettier-ignore
        if (again) {
          await reconcileTriggers(log.pool, {});
          const after = (await examine(log.pool, 'audit', {})).checks;
          expect(after.filter(({ name: check }) => /^(attached|partitions|trigger)/.test(check))).toEqual([{ name: 'triggers', state: 'ok', message: expect.any(String) }]); // prettier-ignore
        }
        await run(`insert into child values (1, 11)`, `insert into parent values (2, 12), (3, 13)`, `update child set id = 4 where id = 1`, `update parent set id = 5 where id = 2`, `delete from child where id = 3`); // prettier-ignore
        expect((await seen()).map(({ op, model }) => `${op} ${model}`)).toEqual(['insert child', ...['insert', 'insert', 'insert', 'update', 'update', 'delete'].map((op) => `${op} parent`)]); // prettier-ignore
        await run(`alter table parent detach partition child`);
        await reconcileTriggers(log.pool, {});
        start = await lastPosition(log.pool);
        await run(`insert into child values (6, 16)`);
        expect((await seen()).map(({ op, model }) => `${op} ${model}`)).toEqual(['insert child']);
      });
  holds('ATTACH of a partitioned table, whose partition is written by all three names', async () => {
    await run(
      `create table parent (id int, k int, primary key (id, k)) partition by range (k)`,
      `create table child (id int, k int, primary key (id, k)) partition by range (k)`,
      `create table leaf partition of child for values from (10) to (15)`,
    );
    await reconcileTriggers(log.pool, {});
    await run(`alter table parent attach partition child for values from (10) to (20)`);
    const write = async (): Promise<string[]> => {
      start = await lastPosition(log.pool);
      for (const table of ['leaf', 'child', 'parent']) await run(`insert into ${table} values (1, 11)`, `update ${table} set id = 2`, `delete from ${table}`); // prettier-ignore
      return (await seen()).map(({ op, model }) => `${op} ${model}`);
    };
    const wanted = [1, 2, 3].flatMap(() => ['insert parent', 'update parent', 'delete parent']);
    expect(await write()).toEqual(wanted);
    await reconcileTriggers(log.pool, {});
    expect(await write()).toEqual(wanted);
  });
  holds('a row trigger of the common name, from before, is replaced', async () => {
    await run(`create table parent (id int, k int, primary key (id, k)) partition by range (k)`, `create table part partition of parent default`); // prettier-ignore
    await reconcileTriggers(log.pool, {});
    const { rows } = await log.pool.query<{ name: string }>(`select tgname as name from pg_trigger where tgrelid = 'parent'::regclass and tgname ~ '^!audit_[0-9a-f]{12}$'`); // prettier-ignore
    await run(`alter trigger "${rows[0]?.name}" on parent rename to "!audit"`);
    const plan = await reconcileTriggers(log.pool, {});
    expect(plan.map(({ step }) => step)).toEqual(['replace']);
    start = await lastPosition(log.pool);
    await run(`insert into parent values (1, 1)`, `insert into part values (2, 2)`);
    expect(await seen()).toHaveLength(2);
  });

  for (const forced of ['force', 'no force'])
    holds(`TRUNCATE of a table with row-level security (${forced}), and an owner whom it binds`, async () => {
      const database = await createDatabase();
      const admin = createPool(database.url, { max: 1, applicationName: 'test' });
      const role = `owner_${database.name}`;
      await admin.query(`create role ${role} login; alter database ${database.name} owner to ${role}; alter schema public owner to ${role}`); // prettier-ignore
      const url = new URL(database.url);
      url.username = role;
      const pool = createPool(url.href, { max: 2, applicationName: 'test' });
      try {
        await pool.query(`create table t (id int primary key); alter table t enable row level security, ${forced} row level security; create policy none on t using (false) with check (true)`); // prettier-ignore
        await migrate(pool, { schema: 'audit' });
        await reconcileTriggers(pool, {});
        await pool.query(`insert into t select generate_series(1, 7)`);
        await pool.query(`truncate t`);
        const { rows } = await pool.query<{ data: string; flags: string }>(`select data, flags from audit.content where op = 'truncate'`); // prettier-ignore
        const said = rows.map(({ data, flags }) => [(JSON.parse(data) as { details: { rows?: number } }).details.rows, flags.includes('estimated')]); // prettier-ignore
        expect(said).toEqual([forced === 'force' ? [undefined, true] : [7, false]]);
      } finally {
        await pool.end();
        await admin.query(`alter database ${database.name} owner to current_user; reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`); // prettier-ignore
        await admin.end();
        await database.drop();
      }
    });

  for (const when of ['CREATE TABLE', 'CREATE TABLE and ALTER TABLE'])
    holds(`migrate where an event trigger forces row-level security on ${when}`, async () => {
      const database = await createDatabase();
      const admin = createPool(database.url, { max: 1, applicationName: 'test' });
      const role = `owner_${database.name}`;
      await admin.query(`create role ${role} login; alter database ${database.name} owner to ${role}; alter schema public owner to ${role};
        create function force() returns event_trigger language plpgsql as $$ declare r record; begin
          for r in select * from pg_event_trigger_ddl_commands() where object_type = 'table' loop
            if not (select relforcerowsecurity from pg_class where oid = r.objid) then execute format('alter table %s enable row level security, force row level security', r.object_identity); end if;
          end loop; end $$;
        create event trigger force on ddl_command_end when tag in (${when.replaceAll(/(\w+ TABLE)( and )?/g, (_, tag: string, and?: string) => `'${tag}'${and ? ', ' : ''}`)}) execute function force()`); // prettier-ignore
      const url = new URL(database.url);
      url.username = role;
      const pool = createPool(url.href, { max: 2, applicationName: 'test' });
      try {
        const migrated = migrate(pool, { schema: 'audit' });
        if (when.includes('ALTER')) {
          await expect(migrated).rejects.toThrow(/event trigger/);
          return;
        }
        await migrated;
        await pool.query(`create table t (id int primary key, k int); alter table t no force row level security`);
        await reconcileTriggers(pool, {});
        await pool.query(`insert into t values (1, 1)`);
        expect((await pool.query(`select from audit.content where op = 'insert'`)).rowCount).toBe(1);
      } finally {
        await pool.end();
        await admin.query(`drop event trigger force; alter database ${database.name} owner to current_user; reassign owned by ${role} to current_user; drop owned by ${role}; drop role ${role}`); // prettier-ignore
        await admin.end();
        await database.drop();
      }
    });

  const UNCAPTURED: readonly [kind: string, sql: string, name: string][] = [
    ['foreign', `create foreign table far (id int) server nowhere`, 'far'],
    ['foreignPartition', `create table cut (id int, k int) partition by range (k); create foreign table cut_far partition of cut for values from (0) to (1) server nowhere`, 'cut_far'], // prettier-ignore
    ['insteadOf', `create table under (id int primary key); create view over_it as select id from under; create trigger app instead of insert on over_it for each row execute function noop()`, 'over_it'], // prettier-ignore
    ['materialized', `create materialized view mat as select 1 as id`, 'mat'],
    ['unlogged', `create unlogged table fast (id int primary key)`, 'fast'],
    ['partitionOfOther', `create table elsewhere.whole (id int, k int) partition by range (k); create table piece partition of elsewhere.whole default`, 'piece'], // prettier-ignore
    [
      'childElsewhere',
      `create table mother (id int); create table elsewhere.child () inherits (mother)`,
      'elsewhere.child',
    ],
    ['schema', `create table elsewhere.other (id int)`, 'elsewhere'],
    ['largeObject', `select lo_create(0)`, '1'],
  ];
  for (const [kind, sql, name] of UNCAPTURED)
    holds(`what is not captured is named: ${kind}`, async () => {
      await run(`drop schema if exists elsewhere cascade; create schema elsewhere; drop foreign data wrapper if exists nothing cascade; create foreign data wrapper nothing; create server nowhere foreign data wrapper nothing`, sql); // prettier-ignore
      try {
        await reconcileTriggers(log.pool, {});
        const { checks } = await examine(log.pool, 'audit', {});
        expect(checks.filter(({ name: check }) => check === `uncaptured:${kind}`)).toMatchObject([{ message: expect.stringContaining(name) }]); // prettier-ignore
      } finally {
        await run(`drop schema elsewhere cascade; drop foreign data wrapper nothing cascade; drop materialized view if exists mat; select lo_unlink(oid) from pg_largeobject_metadata`); // prettier-ignore
      }
    });
  holds('nothing is named where there is nothing', async () => {
    await run(`create table t (id int primary key); create view v as select * from t`);
    await reconcileTriggers(log.pool, {});
    const { checks } = await examine(log.pool, 'audit', {});
    expect(checks.filter(({ name }) => name.startsWith('uncaptured'))).toEqual([]);
  });
  holds('COPY, an unlogged table, a partition by its own name, a child table: captured', async () => {
    await run(`create unlogged table fast (id int primary key)`, `create table mother (id int)`, `create table daughter () inherits (mother)`, `create table whole (id int) partition by range (id)`, `create table piece partition of whole default`); // prettier-ignore
    await reconcileTriggers(log.pool, {});
    await run(`copy fast from program 'echo 1'`, `insert into daughter values (1)`, `update mother set id = 2`, `insert into piece values (1)`); // prettier-ignore
    expect((await seen()).map(({ op, model }) => `${op} ${model}`)).toEqual(['insert fast', 'insert daughter', 'update daughter', 'insert whole']); // prettier-ignore
  });

  const LARGE: readonly [string, string, boolean?][] = [
    ['3 MB of one letter', `repeat('a', 3000000)`],
    ['1 MiB and one', `repeat('a', 1048577)`],
    ['2 MB of a letter that JSON escapes', `repeat(chr(1), 2000000)`],
    ['20 MB of a letter that JSON escapes', `repeat(chr(1), 20000000)`, true],
    ['2 MB that do not compress', `(select string_agg(md5(g::text), '') from generate_series(1, 65536) g)`],
  ];
  for (const [name, value, long] of LARGE)
    for (const level of ['statement', 'row'])
      holds(
        `a value of ${name} is cut, ${level} level`,
        async () => {
          await run(`create table big (id int primary key, t text)`);
          if (level === 'row') await run(ROW_TRIGGER('big'));
          await reconcileTriggers(log.pool, {});
          await run(`insert into big values (1, ${value})`, `update big set id = 2`, `delete from big`);
          const rows = await seen();
          expect(rows.map(({ op, flags }) => [op, flags])).toEqual(['insert', 'update', 'delete'].map((op) => [op, ['truncated']])); // prettier-ignore
          expect(Math.max(...rows.map(({ text }) => text.length))).toBeLessThan(1000);
        },
        { full: long ?? false, timeoutMs: 300_000 },
      );

  const DOCUMENTS: readonly [string, string, number?][] = [
    ['4,000 secret names', `(select json_object_agg('pin' || g, g) from generate_series(1, 4000) g)`, 4000],
    ['20,000 objects with a secret', `(select json_agg(json_build_object('pin', g)) from generate_series(1, 20000) g)`, 20_000], // prettier-ignore
    ['20,000 names of no secret beside one', `(select json_object_agg(case g when 1 then 'pin' else 'abc' || g end, g) from generate_series(1, 20000) g)`, 1], // prettier-ignore
    ['a name of 30 kB of capitals', `json_build_object(repeat('A', 30000) || 'pin', 1)`, 0],
    ['a name of 300 kB of words', `json_build_object(repeat('passSs_', 40000) || 'Pin', 1)`, 1],
    ['a name of 300 kB of s and digits', `json_build_object(repeat('SSs1', 75000) || 'pin', 1)`, 1],
  ];
  for (const [name, document, secrets] of DOCUMENTS)
    holds(
      `a document with ${name} takes no longer than it is long`,
      async () => {
        await run(`create table doc (id int primary key, d jsonb)`);
        await reconcileTriggers(log.pool, {});
        const client = await log.pool.connect();
        try {
          // Quadratic ones took 8 s and more on a quiet machine; this one may be busy.
          await client.query(`set statement_timeout = '20s'`);
          await client.query(`insert into doc values (1, ${document}::jsonb)`);
        } finally {
          await client.query('reset statement_timeout');
          client.release();
        }
        const [row] = await seen();
        expect(row?.data.redacted?.length ?? 0).toBe(secrets);
      },
      { timeoutMs: 60_000 },
    );

  const nested = (depth: number, inside = ''): string => `${'['.repeat(depth)}${inside}${']'.repeat(depth)}`;
  /** Deeper than this PostgreSQL does not take it, log or no log; a trigger has more on its stack than who writes. */
  const deepest = async (value: (depth: number) => string): Promise<number> => {
    let depth = 0;
    for (let step = 16_384; step >= 1; step /= 2)
      await log.pool.query(`insert into twin (id, d) values (1, $1)`, [value(depth + step)]).then(() => (depth += step), () => undefined); // prettier-ignore
    return depth;
  };
  const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
  const DEEP: readonly [name: string, columns: string, value: (depth: number) => string, logged: (text: string) => object, coverage?: Coverage][] = [
    ['a document', `id int primary key, d json`, nested, (text) => ({ cut: { new: { d: { bytes: text.length, sha256: sha256(text) } } }, new: { id: 1, n: 0, d: null } })],
    ['a document before the key', `d json, id int primary key`, nested, (text) => ({ cut: { new: { d: { bytes: text.length, sha256: sha256(text) } } } })],
    ['objects', `id int primary key, d json`, (depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, (text) => ({ cut: { new: { d: { bytes: text.length, sha256: sha256(text) } } } })],
    ['a list of documents', `id int primary key, d json[]`, (depth) => `{"${nested(depth)}"}`, (text) => ({ cut: { new: { d: { bytes: text.length - 2 } } } })],
    ['a document with a space before it', `id int primary key, d json`, (depth) => ` ${nested(depth)} `, (text) => ({ cut: { new: { d: { bytes: text.length, sha256: sha256(text) } } } })],
    ['a document that is kept', `id int primary key, d json`, nested, (text) => ({ cut: { new: { d: { bytes: text.length, sha256: sha256(text) } } } }), { tenantColumn: 'n', models: { deep: { keep: ['d'] } } }],
    ['a document with a secret', `id int primary key, d json`, (depth) => nested(depth - 1, '{"password":"5ec3e7"}'), () => ({ new: { id: 1, d: '[redacted]' }, redacted: ['d'] })],
    ['a document that is redacted', `id int primary key, d json`, (depth) => nested(depth, '"5ec3e7"'), () => ({ new: { id: 1, d: null }, redacted: ['d'] }), { models: { deep: { redact: ['d'] } } }],
    ['a document that is not told', `id int primary key, d json`, (depth) => nested(depth, '"5ec3e7"'), () => ({ new: { id: 1, d: null }, ignored: ['d'] }), { models: { deep: { ignore: ['d'] } } }],
    ['a document in a composite type', `id int primary key, d holder`, (depth) => `(${nested(depth)})`, () => ({ id: '1', truncated: expect.any(String) }), { tenantColumn: 'n' }],
  ]; // prettier-ignore
  for (const [name, columns, value, logged, coverage] of DEEP)
    for (const level of ['statement', 'row'])
      for (const less of [0, 25, 55])
        holds(
          `nested as deep as a json goes, less ${less}, ${level} level: ${name}`,
          async () => {
            await run(`drop type if exists holder cascade; create type holder as (j json)`, `create table deep (${columns}, n int not null default 0)`); // prettier-ignore
            await run(`create table twin (${columns.replace(' primary key', '')})`);
            if (level === 'row') await run(ROW_TRIGGER('deep'));
            await reconcileTriggers(log.pool, { ...coverage, models: { ...coverage?.models, twin: false } });
            const text = value((await deepest(value)) - less);
            await log.pool.query(`insert into deep (id, d) values (1, $1)`, [text]);
            await run(`insert into deep (id, d) values (2, null), (3, null)`, `update deep set n = n + 1`, `update deep set d = null where id = 1`, `delete from deep where id = 1`); // prettier-ignore
            const rows = await seen();
            expect(rows.map(({ op }) => op)).toEqual(['insert', 'insert', 'insert', 'update', 'update', 'update', ...(name.includes('not told') ? [] : ['update']), 'delete']); // prettier-ignore
            expect(rows[0]?.data).toMatchObject(logged(text));
            expect(rows[0]?.flags).toEqual(name.includes('secret') || name.includes('redacted') ? ['redacted'] : name.includes('not told') ? [] : ['truncated']); // prettier-ignore
            expect(rows.map(({ text: data }) => data).join('')).not.toContain('5ec3e7');
          },
          { full: less === 25, timeoutMs: 60_000 },
        );
  holds('nested as deep as a json goes, engine client', async () => {
    await run(`create table twin (id int, d json)`);
    const text = nested(await deepest(nested));
    await run(`delete from twin`);
    await log.pool.query(`insert into twin values (1, $1)`, [text]);
    const [planned] = await planTriggers(log.pool, {});
    const { rows } = await log.pool.query<{ n: number }>(`select audit.client_change(('[0:11]=' || $1::text[]::text)::text[], '', null, null, t) as n from twin t`, [planned?.wanted]); // prettier-ignore
    expect(rows).toEqual([{ n: 1 }]);
    const logged = await log.pool.query<{ data: string; flags: string }>(`select data, flags from audit.content order by pos desc limit 1`); // prettier-ignore
    expect(logged.rows[0]?.flags).toMatch(/truncated/);
    expect(JSON.parse(logged.rows[0]?.data ?? '')).toMatchObject({ cut: { new: { d: { bytes: text.length, sha256: sha256(text) } } } }); // prettier-ignore
  });
  holds('nested deep, written by a function of many levels, single and with others', async () => {
    await run(`create table deep (id int primary key, d jsonb, n int)`, `create table twin (id int primary key, d jsonb, n int)`); // prettier-ignore
    await run(`create or replace function far(sql text, levels int) returns void language plpgsql as 'begin if levels = 0 then execute sql; else perform far(sql, levels - 1); end if; end'`); // prettier-ignore
    await reconcileTriggers(log.pool, { models: { twin: false } });
    for (const table of ['twin', 'deep'])
      await log.pool.query(`insert into ${table} select g, case g % 2 when 1 then $1::text::jsonb end, 0 from generate_series(1, 5) g`, [nested(15_500)]); // prettier-ignore
    let levels = 50;
    for (; levels < 2_000; levels += 50) {
      const sql = (table: string): string => `select far('update ${table} set n = n + 1', ${levels})`;
      if (await log.pool.query(sql('twin')).then(() => false, () => true)) break; // prettier-ignore
      // Capture needs some of the stack for itself.
      if (await log.pool.query(`select far('update twin set n = n + 1', ${levels + 40})`).then(() => false, () => true)) break; // prettier-ignore
      await run(sql('deep'));
    }
    const rows = await seen();
    expect(rows.filter(({ op }) => op === 'update').length).toBe(5 * (levels / 50 - 1));
    expect(rows.at(-2)?.flags).toEqual([]);
    expect(rows.at(-1)?.data).toMatchObject({ cut: { old: { d: { bytes: 31_000 } }, new: { d: { bytes: 31_000 } } } });
  });
  const within = async (ms: number, ...statements: string[]): Promise<void> => {
    const client = await log.pool.connect();
    try {
      await client.query(`set statement_timeout = ${ms}`);
      for (const sql of statements) await client.query(sql);
    } finally {
      await client.query('reset statement_timeout');
      client.release();
    }
  };
  for (const [name, value] of [
    ['combining marks in turn', `repeat(U&'\\0301', 30000) || repeat(U&'\\0316', 30000)`],
    ['points of Hebrew in turn', `repeat(U&'\\05B0\\05B4', 30000)`],
    ['accents by the thousand', `repeat('é', 200000)`],
  ] as const)
    holds(`a document of ${name} is looked into in the time that it takes to read it`, async () => {
      await run(`create table marks (id int primary key, body jsonb)`);
      await reconcileTriggers(log.pool, {});
      await within(
        5_000,
        `insert into marks select 1, jsonb_build_object('a', ${value})`,
        `insert into marks select 2, jsonb_build_object(${value}, 1)`,
      );
      await run('drop table marks');
    });
  holds('a long name over many secrets is not repeated for each of them', async () => {
    await run(`create table deep (id int primary key, body jsonb)`);
    await reconcileTriggers(log.pool, {});
    await within(
      10_000,
      `insert into deep select 1, jsonb_build_object(repeat('k', 140000), (select jsonb_object_agg('pin' || g, 1) from generate_series(1, 520) g))`,
    );
    const { rows } = await log.pool.query<{ n: number }>(
      `select octet_length(data) as n from audit.content where model = 'deep' order by pos desc limit 1`,
    );
    expect(rows[0]?.n).toBeLessThan(2_000_000);
    await run('drop table deep');
  });
  // It is looked at for each row again. How much of it, shows where our comment is not the last one.
  for (const [behind, who] of [
    [130_000, 'ann'],
    [131_200, 'db:postgres'],
  ] as const)
    holds(`of a long statement no more than the end is looked at: ${behind} bytes behind the context`, async () => {
      await run(`create table many (id int primary key, t text)`, ROW_TRIGGER('many'));
      await reconcileTriggers(log.pool, {});
      const context = `/*audit1:${'0'.repeat(32)}${Buffer.from('{"id":"ann"}').toString('hex')}*/`;
      await run(
        `insert into many values (1, '${'x'.repeat(270_000)}'), (2, 'é') ${context}/*${'t'.repeat(behind - 4)}*/`,
      );
      const entries = (await readContent(log.pool, start)).filter(({ source }) => source === 'change');
      expect(entries.map(({ actor }) => (actor as { id: string }).id)).toEqual([who, who]);
    });
});

async function isFrom18(): Promise<boolean> {
  const { rows } = await log.pool.query<{ version: number }>(`select current_setting('server_version_num')::int as version`); // prettier-ignore
  return (rows[0]?.version ?? 0) >= 180_000;
}
