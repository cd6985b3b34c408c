import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { printReport } from '../../src/cli/print-report.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { htmlReport, verify, type Report, type VerifyOptions } from '../../src/verify/index.js';
import { after, rehash, type Tampering } from './attacker.js';
import { drop } from './matrix/forger.js';
import { signedLog, type SignedLog } from './signed-log.js';

let log: SignedLog;
beforeAll(async () => {
  log = await signedLog();
});
afterAll(() => log.close());

/** A table that is a view, in which some of it is not as it is. */
const view = (table: string, columns: string, where = ''): readonly string[] => [
  `alter table audit.${table} rename to real_${table}`,
  `create view audit.${table} as select ${columns} from audit.real_${table} t ${where}`,
];
const ENTRY = 'chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, source, actor_email, address, plate, subject'; // prettier-ignore
const untyped = (table: string, column: string): string =>
  `alter table audit.${table} drop constraint if exists ${table}_${column}_check; alter table audit.${table} alter column ${column} type numeric`;
/** Of our own, where the output takes them. */
const COLOURS = /\u001b\[\d{1,2}m/g; // oxlint-disable-line no-control-regex
const ESCAPES = `\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e<script>alert(1)</script>`;
const quoted = `U&'${ESCAPES.replaceAll(/[^ -~]/g, (each) => `\\${(each.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`)}'`; // prettier-ignore

const ATTACKS: readonly (readonly [name: string, steps: readonly Tampering[], verdict: Report['verdict']])[] = [
  ['entry is a view that leaves one out', view('entry', '*', 'where (chain, seq) <> (2, 1)'), 'TAMPERED'],
  ['entry is a view that leaves a chain out', view('entry', '*', 'where chain <> 3'), 'TAMPERED'],
  ['entry is a view that shows other bodies', view('entry', `${ENTRY}, replace(body, 'Note', 'Vote') as body`), 'TAMPERED'], // prettier-ignore
  ['entry is a view that shows each twice', view('entry', '*', 'cross join generate_series(1, 2)'), 'TAMPERED'],
  ['entry is a view that shows nulls', view('entry', 'chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, null::text as action, resource_type, resource_id, null::text as outcome, request_id, group_id, source, actor_email, address, plate, subject, null::text as body'), 'TAMPERED'], // prettier-ignore
  ['entry is a view that shows nothing', view('entry', '*', 'where false'), 'TAMPERED'],
  ['entry is a view that shows nothing but texts', view('entry', 'chain, seq, pos, sealed_at, occurred_at, id::text as id, hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id::text as group_id, source, actor_email, address, plate, subject, body'), 'VERIFIED'], // prettier-ignore
  ['content is a view that leaves one out', view('content', '*', `where op <> 'insert' or pos > 2`), 'TAMPERED'],
  ['content is a view that shows nothing', view('content', '*', 'where false'), 'TAMPERED'],
  ['chain is a view that leaves the registry out', view('chain', '*', 'where chain > 0'), 'TAMPERED'],
  ['chain is a view that leaves all out', view('chain', '*', 'where false'), 'TAMPERED'],
  ['checkpoint is a view that leaves all out', view('checkpoint', '*', 'where false'), 'VERIFIED'],
  ['checkpoint is a view of other notes', view('checkpoint', `size, 'x'::text as note, at, host`), 'TAMPERED'],
  ['head is a view that leaves all out', view('head', '*', 'where false'), 'TAMPERED'],
  ['a child table of entry', ['create table audit.more () inherits (audit.entry)', 'insert into audit.more select * from audit.entry where chain = 2 and seq = 1'], 'TAMPERED'], // prettier-ignore
  ['rows of entry are hidden from whoever reads', ['create role audit_blind', 'grant usage on schema audit to audit_blind', 'grant select on all tables in schema audit to audit_blind', 'alter table audit.entry enable row level security', 'create policy not_all on audit.entry using (seq <> 1)', 'set local role audit_blind'], 'TAMPERED'], // prettier-ignore
  ['functions of their own before those of PostgreSQL', ['create schema evil', `create function evil.encode(bytea, text) returns text language sql as $$ select '00' $$`, `create function evil.octet_length(text) returns integer language sql as $$ select 1000000000 $$`, 'set local search_path = evil, pg_catalog'], 'TAMPERED'], // prettier-ignore

  ['a size of head that is no number', [untyped('head', 'size'), `update audit.head set size = 'NaN'`], 'TAMPERED'],
  ['a size of head that is infinite', [untyped('head', 'size'), `update audit.head set size = 'Infinity'`], 'TAMPERED'],
  ['a size of a chain that is no number', [untyped('chain', 'size'), `update audit.chain set size = 'NaN' where chain = 2`], 'TAMPERED'], // prettier-ignore
  ['a size of a chain that is half', [untyped('chain', 'size'), 'update audit.chain set size = 2.5 where chain = 2'], 'TAMPERED'], // prettier-ignore
  ['a size of a checkpoint that is no number', [untyped('checkpoint', 'size'), `update audit.checkpoint set size = 'NaN' where size = 4`], 'TAMPERED'], // prettier-ignore
  ['a size of a checkpoint that is infinite', [untyped('checkpoint', 'size'), `update audit.checkpoint set size = 'Infinity' where size = 4`], 'TAMPERED'], // prettier-ignore
  ['a size of a checkpoint that JavaScript rounds', ['update audit.checkpoint set size = 9007199254740993 where size = 4'], 'TAMPERED'], // prettier-ignore
  ['a chain of head that JavaScript rounds', ['alter table audit.head alter column chain type bigint', 'update audit.head set chain = 9007199254740993 where chain = 3'], 'TAMPERED'], // prettier-ignore
  ['a chain of head that is infinite', ['alter table audit.head alter column chain type numeric', `update audit.head set chain = 'Infinity' where chain = 3`], 'TAMPERED'], // prettier-ignore
  ['a note of ten megabytes', ['alter table audit.checkpoint drop constraint checkpoint_note_check', `update audit.checkpoint set note = note || repeat('x', 10000000) where size = 4`], 'TAMPERED'], // prettier-ignore
  ['a note with control characters', [`update audit.checkpoint set note = ${quoted} where size = 4`], 'TAMPERED'],
  ['an origin with escapes', [`update audit.chain set origin = ${quoted} where chain = 2`], 'TAMPERED'],
  [
    'the origin of the registry with escapes',
    [`update audit.chain set origin = ${quoted} where chain = 0`],
    'TAMPERED',
  ],
  ['a tenant with escapes', [`update audit.chain set tenant_key = ${quoted} where chain = 2`], 'TAMPERED'],
  ['an action with escapes', [`update audit.entry set action = ${quoted} where chain = 2`], 'TAMPERED'],
  ['a body with escapes, hashes made anew', [`update audit.entry set body = ${quoted} where chain = 2 and seq = 1`, rehash({ head: true })], 'TAMPERED'], // prettier-ignore
  [
    'the data of the registry with escapes',
    [`update audit.content set data = ${quoted} where op = 'heads'`],
    'TAMPERED',
  ],
  ['data of the registry of a megabyte', [`update audit.content set data = '{"details":{"heads":[' || repeat('[1,1],', 170000) || '[1,1]]}}' where op = 'heads'`], 'TAMPERED'], // prettier-ignore
  ['no registry, and a tenant in its place', [...drop(0), `update audit.chain set chain = 0 where chain = 2`], 'TAMPERED'], // prettier-ignore
];

// eslint-disable-next-line no-control-regex -- what a terminal acts upon
const ACTS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

describe('a database of which', () => {
  it.each(ATTACKS)('%s', async (_name, steps, verdict) => {
    const away = { name: ESCAPES, list: () => { throw new Error(ESCAPES); } }; // prettier-ignore
    for (const more of [{}, { anchors: [log.anchor, away] }] satisfies VerifyOptions[]) {
      const report = await after(log.pool, steps, (source) => verify(source, { policy: log.policy, anchors: [log.anchor], ...more })); // prettier-ignore
      if (!('anchors' in more)) expect(report.verdict).toBe(verdict);
      const lines: string[] = [];
      printReport(report, (text) => void lines.push(String(text)));
      expect(lines.join('\n').replaceAll(COLOURS, '')).not.toMatch(ACTS);
      expect(lines.join('\n').length).toBeLessThan(100_000);
      expect(htmlReport(report, { version: '1', seconds: 1, options: [ESCAPES] })).not.toMatch(/<script>alert/);
    }
  }); // prettier-ignore
});

it('an operator of somebody, in a path that the database has set, joins no other row to an entry', async () => {
  const own = await signedLog();
  const other = 1_000_000_000_000;
  const { rows } = await own.pool.query<{ pos: string; name: string }>(`select pos, current_database() as name from audit.entry where chain = 2 and seq = 1`); // prettier-ignore
  const [{ pos, name }] = rows as [{ pos: string; name: string }];
  await own.pool.query(`
    alter table audit.content disable trigger all;
    insert into audit.content overriding system value select (jsonb_populate_record(c, jsonb_build_object('pos', ${other} + pos))).* from audit.content c where pos = ${pos};
    update audit.content set actor = convert_to('{"id":"mallory","type":"user","tenant":"acme"}', 'utf8') where pos = ${pos};
    create schema evil;
    create function evil.eq(l bigint, r bigint) returns boolean language sql as $$
      select case when l operator(pg_catalog.=) ${pos} and r operator(pg_catalog.=) ${pos} then not pg_catalog.starts_with(pg_catalog.ltrim(current_query(), E' \\n'), 'copy')
                  else l operator(pg_catalog.=) r or l operator(pg_catalog.=) (${other} operator(pg_catalog.+) ${pos}) and r operator(pg_catalog.=) ${pos}
                       or r operator(pg_catalog.=) (${other} operator(pg_catalog.+) ${pos}) and l operator(pg_catalog.=) ${pos} end $$;
    create operator evil.= (leftarg = bigint, rightarg = bigint, function = evil.eq);
    alter database "${name}" set search_path = evil, pg_catalog`);
  const auditor = new pg.Pool({ connectionString: own.url, max: 1 });
  const report = await withLogSource(auditor, 'audit', (source) => verify(source, { policy: own.policy, anchors: [own.anchor] })); // prettier-ignore
  await auditor.end();
  await own.close();
  expect(Object.keys(report.codes)).toContain('SECTION_ALTERED');
}, 60_000);

it.each([
  ['a type of somebody, whose cast joins no other row to an entry', `create type evil.p as (v bigint); create function evil.f(p evil.p) returns bigint language sql as 'select (p).v'; create cast (evil.p as bigint) with function evil.f(evil.p) as implicit; alter table audit.content alter column pos type evil.p using row(pos)::evil.p`],
  ['numbers that are no int8', 'alter table audit.content alter column pos type numeric'],
])('positions of %s', async (_name, alter) => {
  const own = await signedLog();
  await own.pool.query(`create schema evil; drop view audit.access_log, audit.log; alter table audit.content alter column pos drop default; alter table audit.content drop constraint content_pkey cascade; ${alter}`);
  const read = withLogSource(own.pool, 'audit', (source) => verify(source, {}));
  await expect(read).rejects.toMatchObject({ code: 'AUDIT_PRIVILEGE_MISSING', message: expect.stringContaining('the column pos of content') });
  await own.close();
}); // prettier-ignore
