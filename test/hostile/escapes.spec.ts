import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import type { AuditEntry, AuditQuery, ReaderScope, ScopedReader } from '../../src/query/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';
import { recordTwoTenants } from '../support/two-tenants.js';

const START = Date.UTC(2026, 2, 1);
const EACH = 30;
let world: LevelsWorld;
let audit: Audit;
/** What the acme reader must never see: of another tenant, of hidden actions, of hidden fields. */
let foreign: readonly AuditEntry[];
let hidden: readonly AuditEntry[];
const FIELD = 'salary-of-4711';
/** No catalogue: what the client calls a column stands in the configuration alone. */
const CONFIG = { models: { Staff: { table: 'staff_tbl', columns: { salary: 'salary_eur' } } } };

beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const { app, sealer, reader, auditor } = world.roles;
  audit = createAudit({
    databaseUrl: world.urlOf(app),
    sealerUrl: world.urlOf(sealer),
    readerUrl: world.urlOf(reader),
    auditorUrl: world.urlOf(auditor),
    config: CONFIG,
    flushIntervalMs: 1,
    seal: { minWaitMs: 1 },
  });
  recordTwoTenants(audit, { each: EACH, start: START });
  await audit.flush();
  for (const tenant of ['acme', 'globex'])
    for (const [i, id] of [`${tenant}-inv-0`, `${tenant}-inv-1`].entries())
      await world.owner.query(
        `insert into audit.content (at, source, op, model, resource_id, tenant_key, actor, data) values ($1, 'change', 'update', 'Invoice', $2, $3, '{"id":"x"}', $4)`,
        [new Date(START + i * 1000), id, tenant, JSON.stringify({ id, old: { id, total: 1, salary: FIELD, fine: [FIELD] }, new: { id, total: 2, salary: `${FIELD}-new`, fine: [] }, redacted: ['salary.inside'] })], // prettier-ignore
      );
  // No JSON: what is shown of it could be a value.
  await world.owner.query(`insert into audit.content (source, op, model, resource_id, tenant_key, data) values ('change', 'update', 'Invoice', 'acme-inv-2', 'acme', '{"new":{"salary":"${FIELD}"')`); // prettier-ignore
  await audit.flush();
  const all = audit.query.as({ tenants: 'all', actor: { id: 'test' } });
  foreign = (await all.find({ tenant: 'globex', limit: 500 })).entries;
  hidden = (await all.find({ tenant: 'acme', action: 'payroll.run', limit: 500 })).entries;
  expect([foreign.length, hidden.length]).toEqual([EACH + 3, EACH / 3]);
}, 120_000);
afterAll(async () => {
  await audit?.close();
  await world?.close();
});

const SCOPE: ReaderScope = {
  tenants: ['acme'],
  actions: (action) => !action.startsWith('payroll.'),
  fields: (model, field) => !(model === 'Invoice' && (field === 'salary' || field === 'fine')),
  actor: { id: 'intruder' },
};

/** A value of what must not be seen, and one of what there is not. */
interface Pair {
  readonly real: string;
  readonly none: string;
}

type Attempt = readonly [name: string, ask: (reader: ScopedReader, value: string) => Promise<unknown>, values: (entry: AuditEntry) => Pair | undefined]; // prettier-ignore

const text = (real: unknown, none: string): Pair | undefined => (typeof real === 'string' && real !== '' ? { real, none } : undefined); // prettier-ignore
/** What globex alone has. */
const globex = (real: unknown, none: string): Pair | undefined => (/^globex-|^198\.51\./.test(String(real)) ? text(real, none) : undefined); // prettier-ignore
const id = ({ id: real }: AuditEntry): Pair => ({ real, none: randomUUID() });
const tenant = ({ tenant: real }: AuditEntry): Pair | undefined => (real === 'acme' ? undefined : { real, none: 'nobody' }); // prettier-ignore
const record = (entry: AuditEntry): Pair | undefined => globex(entry.resource?.id, 'inv-none'); // prettier-ignore
const action = ({ action: real }: AuditEntry): Pair | undefined => (/^(merger|payroll)\./.test(real) ? { real, none: `x${real}` } : undefined); // prettier-ignore
const at = new Date(START + 15_000);

const CONDITIONS: readonly (readonly [name: keyof AuditQuery | 'prefix', values: Attempt[2], make: (value: string) => AuditQuery])[] = [
  ['tenant', tenant, (value) => ({ tenant: value })],
  ['actor', ({ actor }) => globex(actor?.['id'], 'nobody'), (value) => ({ actor: value })],
  ['email', ({ actor }) => globex(actor?.['email'], 'nobody@example.test'), (value) => ({ email: value })],
  ['address', ({ actor }) => globex(actor?.['ip'], '192.0.2.1'), (value) => ({ address: value })],
  ['group', ({ group }) => text(group, randomUUID()), (value) => ({ group: value })],
  ['requestId', ({ actor }) => globex(actor?.['requestId'], 'req-none'), (value) => ({ requestId: value })],
  ['resource', record, (value) => ({ resource: { type: 'Invoice', id: value } })],
  ['action', action, (value) => ({ action: value })],
  ['prefix', action, (value) => ({ action: `${value.slice(0, -2)}*` })],
]; // prettier-ignore

const MORE: readonly (readonly [string, AuditQuery])[] = [
  ['', {}],
  ['of the oldest', { order: 'oldest', limit: 1 }],
  ['of failures', { failures: true }],
  ['of outcomes', { outcome: ['denied', 'success'] }],
  ['of a range', { from: new Date(START), to: new Date(START + 10_000) }],
  ['of flags', { flag: 'no-context' }],
  ['of another tenant, too', { tenant: 'globex' }],
];

const ATTEMPTS: readonly Attempt[] = [
  ...CONDITIONS.flatMap(([name, values, make]) =>
    MORE.flatMap(([what, more]): Attempt[] => {
      const { order: _order, limit: _limit, ...conditions } = more;
      return [
        [`find by ${name} ${what}`, (reader, value) => reader.find({ ...more, ...make(value) }), values],
        [`count by ${name} ${what}`, (reader, value) => reader.count({ ...conditions, ...make(value) }), values],
        [`pattern by ${name} ${what}`, (reader, value) => reader.pattern({ ...conditions, ...make(value) }), values],
      ];
    }),
  ),
  ['history', (reader, value) => reader.history({ type: 'Invoice', id: value }), record],
  ['group', (reader, value) => reader.group(value), ({ group }) => text(group, randomUUID())],
  ['entry', (reader, value) => reader.entry(value), id],
  ['entry of the tenant', (reader, value) => reader.entry(value, { tenant: 'globex' }), id],
  ['around', (reader, value) => reader.around(value, 250), id],
  ['around of the tenant', (reader, value) => reader.around(value, 1, { tenant: 'globex' }), id],
  ['asOf', (reader, value) => reader.asOf({ type: 'Invoice', id: value }, at), record],
  ['asOf of the tenant', (reader, value) => reader.asOf({ type: 'Invoice', id: value }, at, { tenant: 'globex' }), record],
  ['difference', (reader, value) => reader.difference({ type: 'Invoice', id: value }, new Date(0), at), record],
  ['revert', (reader, value) => reader.revert(value), id],
  ['revert of the tenant', (reader, value) => reader.revert(value, { tenant: 'globex' }), id],
  ['whoSaw', (reader, value) => reader.whoSaw({ type: 'Invoice', id: value }), record],
  ['whoSaw of the tenant', (reader, value) => reader.whoSaw({ type: 'Invoice', id: value }, { tenant: 'globex' }), record],
  ['failures by actor', (reader, value) => reader.failures({ by: 'actor', within: 1e12, atLeast: 1, tenant: value }), tenant],
  ['failures by identity', (reader, value) => reader.failures({ by: 'identity', within: 1e12, atLeast: 1, tenant: value }), tenant],
  ['failures by address', (reader, value) => reader.failures({ by: 'address', within: 1e12, atLeast: 1, tenant: value }), tenant],
  ['exports', (reader, value) => reader.exports({ tenant: value }), tenant],
  ['a cursor at its place', (reader, value) => atPlace(reader, value, false), id],
  ['a cursor back from its place', (reader, value) => atPlace(reader, value, true), id],
]; // prettier-ignore

/** With the mark of the reader's own conditions. Both places are before all entries of acme, or the pages would differ rightly. */
async function atPlace(reader: ScopedReader, value: string, back: boolean): Promise<unknown> {
  const { next } = await reader.find({ limit: 1 });
  const cursor = `${next?.split('.')[0]}.${value}`;
  const page = await reader.find({ cursor, back, limit: 500 });
  const outside = page.entries.find(({ tenant: of, action: name }) => of !== 'acme' || name.startsWith('payroll.'));
  if (outside) throw new Error(`escaped: ${value} ${outside.id}`);
  return 'inside';
}

/** An answer or an error as a stranger would see it, without the values that he gave himself. */
async function seen(ask: Promise<unknown>, given: string): Promise<string> {
  const answer = await ask.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: String(error), code: (error as { code?: unknown }).code }),
  );
  return JSON.stringify(answer, (_name, value: unknown) => (value === undefined ? 'undefined' : value))
    .replaceAll(JSON.stringify(given).slice(1, -1), '…')
    .replaceAll(/"(next|previous)":"[^"]*"/g, '"$1":"…"');
}

/** Everything by which the entries could be recognised. */
const marksOf = (entries: readonly AuditEntry[]): readonly string[] => [
  ...new Set(entries.flatMap(({ id: own, hash, group, details, actor }) => [own, hash, group, details?.['note'], actor?.['tenant'] === 'globex' ? actor['id'] : undefined].filter((mark) => typeof mark === 'string'))),
]; // prettier-ignore

describe('through the API', () => {
  it('nothing gets out of a scope: it is answered like what does not exist', async () => {
    let attempts = 0;
    const escapes: string[] = [];
    const marks = [...marksOf(foreign), ...marksOf(hidden), FIELD];
    for (const [name, ask, values] of ATTEMPTS) {
      const pairs = [...foreign, ...hidden].flatMap((entry) => values(entry) ?? []);
      for (const pair of new Map(pairs.map((each) => [each.real, each])).values()) {
        attempts += 1;
        const reader = audit.query.as(SCOPE);
        const [real, none] = [
          await seen(ask(reader, pair.real), pair.real),
          await seen(ask(reader, pair.none), pair.none),
        ];
        if (real !== none) escapes.push(`${name}: ${real.slice(0, 300)} | ${none.slice(0, 300)}`);
        for (const mark of marks) if (mark !== pair.real && real.includes(mark)) escapes.push(`${name}: shows ${mark}`);
      }
    }
    console.log(`escapes · API: ${attempts} attempts × escapes: ${escapes.length}`);
    expect(escapes.slice(0, 5)).toEqual([]);
    expect(attempts).toBeGreaterThan(1_000);
  }, 300_000);

  it('no answer has a hidden field, in any of its members', async () => {
    const reader = audit.query.as(SCOPE);
    const answers: unknown[] = [];
    for (const number of [0, 1, 2]) {
      const resource = { type: 'Invoice', id: `acme-inv-${number}` };
      const { entries } = await reader.history(resource);
      answers.push(entries, await reader.asOf(resource, new Date()), await reader.asOf(resource, new Date(0)), await reader.difference(resource, new Date(0), new Date())); // prettier-ignore
      for (const entry of entries) answers.push(await reader.entry(entry.id), await reader.around(entry.id, 20), await reader.revert(entry.id)); // prettier-ignore
    }
    const shown = JSON.stringify(answers);
    for (const word of [FIELD, 'salary', 'fine']) expect([word, shown.includes(word)]).toEqual([word, false]);
    expect(shown).toContain('"total":2'); // and has the others
    const open = JSON.stringify((await audit.query.as({ ...SCOPE, fields: undefined }).history({ type: 'Invoice', id: 'acme-inv-0' })).entries); // prettier-ignore
    expect(open).toContain(FIELD);
  });

  it.each<[string, string, boolean]>([
    ['of the configuration', 'Staff', false],
    ['of a table, from before the model had a name', 'staff_tbl', false],
    ['that nothing maps', 'Other', true],
  ])('a hidden field is known by its column, too, with names %s', async (_name, model, isShown) => {
    const ahead = { salary_eur: `${FIELD}-mapped`, salary: 1, name: 'ann' };
    await world.owner.query(
      `insert into audit.content (source, op, model, resource_id, tenant_key, data) values ('change', 'update', $1, '1', 'acme', $2)`,
      [model, JSON.stringify({ id: '1', old: ahead, new: { salary_eur: `${FIELD}-next`, salary: 2, name: 'eve' }, redacted: ['salary_eur.inside'] })], // prettier-ignore
    );
    await audit.flush();
    const fields = (of: string, field: string): boolean => of === 'Other' || (of === 'Staff' && field !== 'salary');
    const reader = audit.query.as({ ...SCOPE, fields });
    const { entries } = await reader.history({ type: model, id: '1' });
    const state = await reader.asOf({ type: model, id: '1' }, new Date());
    const shown = JSON.stringify([entries, state]);
    expect([shown.includes(FIELD), shown.includes('salary')]).toEqual([isShown, isShown]);
    expect(entries[0]?.new?.['name']).toBe('eve');
  });

  it('a scope with fields is refused where nothing says what the client calls a column', async () => {
    const without = createAudit({ databaseUrl: world.url, seal: false });
    expect(() => without.query.as(SCOPE)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringContaining('pass the option catalogue') })); // prettier-ignore
    await without.close();
  });

  it('numbers count what is seen', async () => {
    const reader = audit.query.as(SCOPE);
    const to = new Date(START + 86_400_000); // before all that reading leaves
    const pages = (await reader.find({ to, limit: 500 })).entries;
    expect(await reader.count({ to })).toEqual({ count: pages.length, isExact: true });
    const { cells } = await reader.pattern({ to });
    expect(cells.reduce((sum, { count }) => sum + count, 0)).toBe(pages.length);
    expect((await reader.failures({ by: 'actor', within: 1e12, atLeast: 1 })).groups).toEqual([]); // all of them payroll's
  });

  it('a scope is what it was when the reader was made', async () => {
    const tenants = ['acme'];
    const reader = audit.query.as({ ...SCOPE, tenants });
    tenants.push('globex');
    expect((await reader.find({ tenant: 'globex' })).entries).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['an object that says another name', { toString: () => 'globex' }],
    ['a list', ['globex']],
    ['SQL', undefined],
  ])('a tenant that is %s opens nothing', async (_name, value) => {
    const reader = audit.query.as(SCOPE);
    const tries = value === undefined ? [`acme', true), set_config('audit.tenant', 'globex`, `acme'; set audit.tenant = 'globex'; --`, `acme\0globex`] : [value]; // prettier-ignore
    for (const each of tries) {
      const answer = await reader.find({ tenant: each as string }).then(({ entries }) => entries.length, () => 0); // prettier-ignore
      expect(answer).toBe(0);
    }
  });

  it('all tenants need a scope that has them, and the URL of the auditor', async () => {
    for (const tenants of [['acme'], ['acme', 'globex'], ['']])
      await expect(audit.query.as({ ...SCOPE, tenants }).find({ allTenants: true })).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' }); // prettier-ignore
    const all = audit.query.as({ tenants: 'all', actor: { id: 'auditor' } });
    const { entries } = await all.find({ allTenants: true, limit: 500, to: new Date(START + 86_400_000) });
    expect(new Set(entries.map(({ tenant: of }) => of))).toEqual(new Set(['acme', 'globex']));
    expect(entries.length).toBe(EACH * 2 + 4);
    await expect(all.find({ allTenants: true, tenant: 'acme' })).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' });
    await expect(audit.query.as({ ...SCOPE, tenants: 'all' }).find({ allTenants: true })).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' }); // prettier-ignore
    const without = createAudit({ databaseUrl: world.url, seal: false });
    expect(() => without.query.as({ tenants: 'all', actor: { id: 'x' } })).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringContaining('auditorUrl') })); // prettier-ignore
    await without.close();
  });

  it.each<[string, object, RegExp]>([
    ['no tenants', { tenants: [], actor: { id: 'x' } }, /tenants must be a list/],
    ['a tenant that is no text', { tenants: [5], actor: { id: 'x' } }, /tenants must be a list/],
    ['nobody who reads', { tenants: ['a'] }, /actor must say who reads/],
    ['an actor without an id', { tenants: ['a'], actor: { email: 'x' } }, /actor must say who reads/],
    ['an actor with more', { tenants: ['a'], actor: { id: 'x', admin: true } }, /actor has text in id, type/],
    ['fields that are a list', { tenants: ['a'], actor: { id: 'x' }, fields: ['a'] }, /fields must be a function/],
    ['a member that there is not', { tenants: ['a'], actor: { id: 'x' }, field: () => true }, /no member "field"/],
  ])('a scope with %s is refused', (_name, scope, message) => {
    expect(() => audit.query.as(scope as ReaderScope)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) })); // prettier-ignore
  });
});

describe('in the database, as the role of the reader in a transaction of acme', () => {
  const OF_GLOBEX = [`tenant_key = 'globex'`, `tenant_key <> 'acme'`, `tenant_key like 'glob%'`, `id = (array[$ids])[1]`, `id = any (array[$ids])`, `group_id = any (array[$groups])`, `request_id like 'globex-%'`, `actor_id >= 'globex' and actor_id < 'globey'`, `body like '%merger%'`, `action = 'merger.plan'`, `true`]; // prettier-ignore
  const STATEMENTS = [
    ...OF_GLOBEX.map((where) => `select e.* from audit.entry e where (${where}) and e.tenant_key <> 'acme'`),
    ...OF_GLOBEX.map((where) => `select count(*) from audit.entry e where (${where}) and e.tenant_key <> 'acme' having count(*) > 0`), // prettier-ignore
    `select * from audit.chain where tenant_key <> 'acme'`,
    `select * from audit.chain where chain = 0`,
    `select * from audit.entry where chain = 0`,
    `select pos, data from audit.content where tenant_key <> 'acme'`,
    `select c.pos, c.data from audit.content c where strpos(c.data, 'globex-note') > 0`,
    `select c.pos from audit.content c left join audit.entry e on e.pos = c.pos where e.pos is null`,
    `select 1 from audit.entry where 1 / (case when tenant_key = 'globex' then 0 else 1 end) = 2`,
    `select 1 from audit.entry where tenant_key <> 'acme' and set_config('audit.leak', body, true) is null`,
    `select most_common_vals from pg_stats where schemaname = 'audit' and tablename in ('entry', 'content', 'chain')`,
    `select body from audit.entry tablesample bernoulli (100) where tenant_key <> 'acme'`,
    `select * from audit.entry where ctid = any (select ctid from audit.entry) and tenant_key <> 'acme'`,
    `set local row_security = off; select * from audit.entry`,
    `create policy mine on audit.entry using (true)`,
    `alter table audit.entry disable row level security`,
    `set local role "AUDITOR"; select * from audit.entry`,
    `set local session authorization "AUDITOR"`,
    `copy audit.entry to stdout`,
    `select salt_data from audit.content`,
    `insert into audit.entry select * from audit.entry`,
    `declare mine cursor for select * from audit.entry where tenant_key <> 'acme'; fetch all from mine`,
    `select lo_import('/etc/passwd')`,
    `select * from audit.log where tenant <> 'acme'`,
    `select * from audit.log where strpos(log::text, 'globex-note') > 0`,
    `select * from audit.access_log where tenant <> 'acme'`,
  ];

  it('no statement shows a row of another tenant', async () => {
    await world.owner.query('analyze audit.entry, audit.content, audit.chain');
    const list = (values: readonly (string | undefined)[]): string => values.filter(Boolean).map((value) => `'${value}'::uuid`).join(); // prettier-ignore
    const escapes: string[] = [];
    const client = await world.poolOf(world.roles.reader).connect();
    try {
      for (const statement of STATEMENTS) {
        const sql = statement
          .replace('$ids', list(foreign.map(({ id: each }) => each)))
          .replace('$groups', list(foreign.map(({ group }) => group)))
          .replace('AUDITOR', world.roles.auditor);
        await client.query('begin');
        await client.query(`select set_config('audit.tenant', 'acme', true)`);
        try {
          const results = [await client.query(sql)].flat();
          const { rows } = results.at(-1) ?? { rows: [] };
          const leaked = (await client.query(`select current_setting('audit.leak', true) as leak`)).rows[0].leak;
          if (rows.length > 0 || leaked) escapes.push(`${statement}: ${JSON.stringify(rows[0])} ${leaked}`);
        } catch (error) {
          if (/globex|merger/.test(String(error).replace(sql, ''))) escapes.push(`${statement}: ${String(error)}`);
        }
        await client.query('rollback');
      }
    } finally {
      client.release();
    }
    console.log(`escapes · database: ${STATEMENTS.length} attempts × escapes: ${escapes.length}`);
    expect(escapes).toEqual([]);
  });

  it('no tenant stays named behind a question, answered or refused', async () => {
    const reader = audit.query.as(SCOPE);
    for (let i = 0; i < 6; i += 1) await reader.find(i % 2 ? { cursor: 'x' } : {}).catch(() => undefined);
    const { rows } = await world.owner.query(`select count(*)::int as n from pg_stat_activity where usename = $1 and state like 'idle in transaction%'`, [world.roles.reader]); // prettier-ignore
    expect(rows[0].n).toBe(0);
    const pool = world.poolOf(world.roles.reader);
    expect((await pool.query('select count(*)::int as n from audit.entry')).rows[0].n).toBe(0);
  });
});
