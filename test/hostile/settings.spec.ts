import { afterAll, beforeAll, expect } from '@jest/globals';
import pg from 'pg';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { hostile } from '../support/hostile.js';
import { lastPosition, readContent } from '../support/quickstart.js';

// Whatever a session, a role or a database has set: a write goes through, and what is logged of it is the same.

const SCHEMA = `
create table account (id int primary key, name text, at timestamptz default '2024-05-06 07:08:09+00', day date default '2024-05-06', took interval default '1 day 02:03:04',
  bytes bytea default decode('00ff5c', 'hex'), price money default 12.5, share float8 default 0.1, doc jsonb, raw json, page xml default '<a>1</a>', tags text[] default array['a', null, 'b\\c'], password text);
create table pair (a int, b text, note text, primary key (a, b));
create table part (id int, k int, "odd ""name" text, primary key (id, k)) partition by range (k); create table part_1 partition of part for values from (0) to (10)`;
const WRITES = [
  `insert into account (id, name, doc, raw, password) values (1, chr(92) || 'u0041 O''Brien', '{"pin": 1, "a": null}', ('{"apiKey": "k", "b": "' || chr(92) || 'u0000"}')::json, 'p'), (2, 'plain', null, null, null)`,
  `insert into account (id, name) values (3, 'one')`,
  `update account set name = name || '!', doc = '{"a": [1, {"token": "t"}]}'`,
  `update account set name = 'none' where id = 99`,
  `insert into pair values (1, 'x,"y', 'n'), (2, chr(1), chr(92))`,
  `update pair set note = 'm'`,
  `insert into part values (1, 1, 'a')`,
  `update part set "odd ""name" = 'b'`,
  `delete from account where id < 3`,
  `truncate part`,
  `truncate account`,
  `select audit.record(null, array['record'], array[1700000000000000], array['0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00'], array['acme'], array[null], array['M'], array['7'], array['{"action":"a.b"}'], array['7b7d'], array['{"details":{"a":"b"}}'], array[null])`,
];

let log: FilledLog;
let expected: readonly unknown[];
let settings: readonly { name: string; vartype: string; enumvals: string[] | null; min: string; max: string }[] = [];

async function written(set: readonly string[], url = log.url): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url, application_name: 'test' });
  await client.connect();
  const start = await lastPosition(log.pool);
  try {
    for (const sql of set) await client.query(sql);
    for (const sql of WRITES) await client.query(sql);
  } finally {
    await client.query('reset all; delete from account; delete from pair; delete from part').catch(() => undefined);
    await client.end();
  }
  // What the session itself says of who it is, and where in the log it is, differs.
  return (await readContent(log.pool, start))
    .map(({ source, op, model, resourceId, tenant, flags, text }) =>
      JSON.stringify([source, op, model, resourceId, tenant, flags, text]),
    ) // prettier-ignore
    .toSorted();
}

/** Named ones that are known to colour a value or how text is read. */
const NAMED: readonly (readonly [string, ...string[]])[] = [
  ['standard_conforming_strings', 'off'],
  ['escape_string_warning', 'off'],
  ['backslash_quote', 'off', 'on'],
  ['array_nulls', 'off'],
  ['quote_all_identifiers', 'on'],
  ['xmlbinary', 'hex'],
  ['xmloption', 'document'],
  ['transform_null_equals', 'on'],
  ['exit_on_error', 'on'],
  ['DateStyle', 'German', 'SQL, DMY', 'Postgres, MDY'],
  ['IntervalStyle', 'postgres_verbose', 'sql_standard'],
  ['TimeZone', 'Asia/Kathmandu', 'Pacific/Chatham'],
  ['bytea_output', 'escape'],
  ['extra_float_digits', '-15', '3'],
  ['lc_monetary', 'C', 'C.UTF-8'],
  ['lc_numeric', 'C.UTF-8'],
  ['lc_time', 'C.UTF-8'],
  ['lc_messages', 'C.UTF-8'],
  ['search_path', '', 'pg_temp', '"nowhere", public'],
  ['row_security', 'off'],
  ['check_function_bodies', 'off'],
  ['plan_cache_mode', 'force_custom_plan', 'force_generic_plan'],
  ['jit', 'on'],
  ['jit_above_cost', '0'],
  ['work_mem', '64kB'],
  ['statement_timeout', '60s'],
  ['lock_timeout', '60s'],
  ['client_encoding', 'LATIN1', 'SQL_ASCII'],
  ['default_transaction_isolation', 'serializable'],
  ['synchronous_commit', 'off'],
  ['client_min_messages', 'debug5', 'error'],
];
/** Of these a session cannot write at all, or no more than it could without a log. */
const NOT_TRIED =
  /^(default_transaction_read_only|transaction_|session_replication_role|role$|session_authorization|seed|exit_on_error|debug_|trace_|log_|backtrace|allow_system|ignore_|zero_damaged|event_triggers|.*timeout|.*_delay|.*cost_limit|max_stack_depth|temp_file_limit|lc_|.*_encoding|restrict_nonsystem|local_preload|session_preload|dynamic_library|extension_control|createrole|default_table|default_tablespace|temp_tablespaces|gin_fuzzy|transaction|huge_pages|update_process_title|wal_|unix_|ssl|commit_)/;

hostile('settings of a session', (holds) => {
  beforeAll(async () => {
    log = await emptyLog();
    await log.pool.query(SCHEMA);
    await reconcileTriggers(log.pool, {});
    expected = await written([]);
    expect(expected.length).toBeGreaterThan(15);
    ({ rows: settings } = await log.pool.query(`select name, vartype, enumvals, min_val as min, max_val as max from pg_settings where context in ('user', 'superuser') order by name`)); // prettier-ignore
  });
  afterAll(() => log.close());

  for (const [name, ...values] of NAMED)
    for (const value of values)
      holds(
        `${name} = ${value}`,
        async () => {
          // `public` is needed by the application's own statements.
          const set = name === 'search_path' ? `set search_path = ${value === '' ? `''` : value}, public` : `set ${name} = '${value}'`; // prettier-ignore
          expect(await written([set])).toEqual(expected);
        },
        { full: values.indexOf(value) > 0 },
      );

  const OF_ALL = [
    'alter role current_user set standard_conforming_strings = off',
    `do $$ begin execute format('alter database %I set standard_conforming_strings = off', current_database()); end $$`,
  ];
  const BACK = [
    'alter role current_user reset standard_conforming_strings',
    `do $$ begin execute format('alter database %I reset standard_conforming_strings', current_database()); end $$`,
  ];
  for (const [i, sql] of OF_ALL.entries())
    holds(sql.replace(/^do.*'(alter.*off)'.*$/, '$1'), async () => {
      await log.pool.query(sql);
      try {
        expect(await written([])).toEqual(expected);
      } finally {
        await log.pool.query(BACK[i] as string);
      }
    });

  holds(
    'every setting that a user can change, at its ends',
    async () => {
      const failed: unknown[] = [];
      let tried = 0;
      for (const { name, vartype, enumvals, min, max } of settings) {
        if (NOT_TRIED.test(name)) continue;
        const values = vartype === 'bool' ? ['on', 'off'] : vartype === 'enum' ? (enumvals ?? []) : vartype === 'string' ? [] : [min, max]; // prettier-ignore
        for (const value of values) {
          const set = `select set_config('${name}', '${value}', false)`;
          if (!(await log.pool.query(`begin; ${set}; rollback`).then(() => true, () => false))) continue; // prettier-ignore
          tried += 1;
          const rows: unknown = await written([set]).catch((error: unknown) => String(error));
          if (JSON.stringify(rows) !== JSON.stringify(expected)) failed.push([name, value, rows]);
        }
      }
      expect(failed).toEqual([]);
      expect(tried).toBeGreaterThan(100);
    },
    { full: true, timeoutMs: 600_000 },
  );

  holds('no function of the log is read differently where a backslash escapes', async () => {
    const { rows } = await log.pool.query<{ name: string; source: string; config: string[] | null }>(
      `select p.proname as name, p.prosrc as source, p.proconfig as config from pg_proc p where p.pronamespace = 'audit'::regnamespace`,
    );
    const read = rows.filter(
      ({ source, config }) =>
        !config?.includes('standard_conforming_strings=on') &&
        source
          .replaceAll(/--.*$/gm, '')
          .replaceAll(/\bE'(?:[^'\\]|\\.|'')*'/g, '')
          .includes('\\'),
    );
    expect(read.map(({ name }) => name)).toEqual([]);
  });
});
