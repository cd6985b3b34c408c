import { describe, expect, it } from '@jest/globals';
import type { InstalledTrigger, Table } from '../../src/event/coverage/table.js';
import { planCoverage, type Coverage, type PlannedTable } from '../../src/store/postgres/coverage.js';
import { readMarks } from '../../src/store/postgres/prisma-marks.js';
import { prismaMigration } from '../../src/store/postgres/prisma-migration.js';
import { toldMore } from '../../src/store/postgres/told-more.js';

const TABLE: Table = {
  schema: 'public',
  name: 'User',
  columns: ['id', 'email', 'orgId', 'password', 'doc'],
  notNullDomains: [],
  key: ['id'],
  jsonColumns: ['doc'],
  level: 'statement',
  triggers: [],
  barePartitions: [],
  ownPartitions: [],
  partitioned: false,
};
type Rules = Exclude<NonNullable<Coverage['models']>[string], false | undefined>;
const user = (User: Rules, more: Coverage = {}): Coverage => ({ ...more, models: { User } });
const plan = (coverage: Coverage, table: Partial<Table> = {}): PlannedTable =>
  planCoverage([{ ...TABLE, ...table }], coverage)[0] as PlannedTable;
const argsOf = (coverage: Coverage): readonly string[] => plan(coverage).wanted ?? [];
const said = (now: readonly (readonly string[])[], then: Coverage, table: Partial<Table> = {}): string[] =>
  toldMore(plan(then, table), now).map((more) => `${more.name}, ${more.now}, ${more.will}`);

describe('what a plan tells that is not told now', () => {
  it.each<[string, Coverage, Coverage, string[]]>([
    ['nothing changes', {}, {}, []],
    ['a column is no longer redacted', user({ redact: ['email'] }), {}, ['User.email, redacted, is logged in clear']],
    ['one with a secret name is kept', {}, user({ keep: ['password'] }), ['User.password, redacted, is logged in clear']],
    ['that name is secret no more', {}, { redaction: { remove: ['password'] } }, ['User.password, redacted, is logged in clear', 'User.doc, searched for more secret names, is searched for fewer secret names']],
    ['it is no longer masked', user({ mask: { email: 4 } }), {}, ['User.email, masked, is logged in clear']],
    ['more of it stays readable', user({ mask: { email: 4 } }), user({ mask: { email: 5 } }), ['User.email, masked, is logged with 5 characters in clear']],
    ['it is masked rather than redacted', user({ redact: ['email'] }), user({ mask: { email: 0 } }), ['User.email, redacted, is logged with 0 characters in clear']],
    ['it is no longer ignored', user({ ignore: ['email'] }), {}, ['User.email, ignored, is logged in clear']],
    ['it is redacted rather than ignored', user({ ignore: ['email'] }), user({ redact: ['email'] }), ['User.email, ignored, is told to have changed']],
    ['a document was hidden', user({ redact: ['doc'] }), {}, ['User.doc, redacted, is logged, but for the secrets in it']],
    ['a document is no longer searched', {}, user({ keep: ['doc'] }), ['User.doc, searched for secrets, is logged in clear']],
    ['names of its own are forgotten', { redaction: { add: ['shoe size'] } }, {}, ['User.doc, searched for more secret names, is searched for fewer secret names']],
    ['the tenant is forgotten', { tenantColumn: 'orgId' }, {}, ['User.orgId, names the tenant, names the tenant no more']],
    ['another column names the tenant', { tenantColumn: 'orgId' }, { tenantColumn: 'email' }, ['User.orgId, names the tenant, names the tenant no more']],
    ['more is hidden', {}, user({ redact: ['email'], ignore: ['doc'] }, { redaction: { add: ['shoe'] } }), []],
    ['less of it stays readable', user({ mask: { email: 5 } }), user({ mask: { email: 4 } }), []],
    ['a tenant is named', {}, { tenantColumn: 'orgId' }, []],
    ['the model has another name', user({}), { models: { Person: { table: 'User' } } }, []],
    ['it is audited no more', user({ redact: ['email'] }), { models: { User: false } }, []],
  ])('when %s', (_when, now, then, expected) => {
    expect(said([argsOf(now)], then)).toEqual(expected);
  }); // prettier-ignore

  it('by the trigger that tells least, where several differ', () => {
    expect(said([argsOf({}), argsOf(user({ redact: ['email'] }))], {})).toEqual(['User.email, redacted, is logged in clear']); // prettier-ignore
  });

  it('is nothing of a column that is gone, or holds documents no more', () => {
    const now = [argsOf(user({ redact: ['email'] }, { tenantColumn: 'orgId' }))];
    expect(said(now, {}, { columns: ['id', 'password', 'doc'], jsonColumns: [] })).toEqual([]);
  });

  it('is a table that was left out, and none that is new', () => {
    expect(toldMore(plan({}), [], true)).toEqual([{ name: 'User', now: 'left out', will: 'is logged' }]);
    expect(toldMore(plan({}), [], false)).toEqual([]);
  });

  it.each([[[]], [['']], [['', '', '', 'no JSON']], [['', '', '', 'null']], [['', '', '', '{"redact":7,"mask":null,"json":[1],"names":{"run":1}}']]])(
    'is nothing beside arguments that somebody has made up: %j',
    (args: string[]) => expect(said([args], {})).toEqual([]),
  ); // prettier-ignore

  it('of triggers that the database has', () => {
    const args = argsOf(user({ redact: ['email'] }));
    const trigger: InstalledTrigger = { name: '!audit_insert', type: 4, enabled: 'D', plain: true, oldTable: null, newTable: 'new_rows', function: ['audit', 'capture'], args }; // prettier-ignore
    expect(toldMore(plan({}, { triggers: [trigger] }))).toMatchObject([{ name: 'User.email' }]);
  });
});

describe('what a migration folder remembers', () => {
  const name = `U'\\"s`;
  const coverage: Coverage = { models: { [name]: { redact: [`e'\\"`], mask: { 'b\\': 2 } }, left: false } };
  const tables = [
    { ...TABLE, name, columns: ['id', `e'\\"`, 'b\\'] },
    { ...TABLE, name: 'left' },
  ];
  const options = { schema: 'audit', onMissing: 'fail' } as const;

  it('is what each trigger is told, and which tables are left out', () => {
    const first = planCoverage(tables, coverage);
    const { sql = '', more } = prismaMigration(first, [], options) ?? {};
    expect(more).toEqual([]);
    const marks = readMarks([sql]);
    expect([...marks.attached.values()].map(({ args }) => args)).toEqual([first[0]?.wanted]);
    expect(marks.leftOut).toEqual(['"public"."left"']);
    expect(prismaMigration(first, [sql], options)).toBeUndefined();
    const second = prismaMigration(planCoverage(tables, {}), [sql], options);
    expect(second?.more.map((each) => each.name)).toEqual([`${name}.e'\\"`, `${name}.b\\`, 'left']);
    expect(readMarks([sql, second?.sql ?? '']).leftOut).toEqual([]);
  });
});
