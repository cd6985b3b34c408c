import { describe, expect, it } from '@jest/globals';
import { planCoverage, type Coverage, type PlannedTable } from '../../src/store/postgres/coverage.js';
import type { InstalledTrigger, Table } from '../../src/event/coverage/table.js';

const table = (fields: Partial<Table> = {}): Table => ({
  schema: 'public',
  name: 'Invoice',
  columns: ['id', 'title', 'tenantId', 'api_key', 'passwordHash'],
  notNullDomains: [],
  key: ['id'],
  jsonColumns: [],
  level: 'statement',
  triggers: [],
  barePartitions: [],
  ownPartitions: [],
  partitioned: false,
  ...fields,
});
const plan = (coverage: Coverage, ...fields: Partial<Table>[]): readonly PlannedTable[] =>
  planCoverage(fields.length > 0 ? fields.map((each) => table(each)) : [table()], coverage);
const wanted = (coverage: Coverage, fields: Partial<Table> = {}): readonly string[] | undefined =>
  plan(coverage, fields)[0]?.wanted;
const redacted = (coverage: Coverage, fields: Partial<Table> = {}): string[] =>
  (rules(coverage, fields)?.redact ?? []) as string[];
const rules = (coverage: Coverage, fields: Partial<Table> = {}): Record<string, unknown> | undefined => {
  const text = wanted(coverage, fields)?.[3];
  return text ? (JSON.parse(text) as Record<string, unknown>) : undefined;
};

const ONE = { columns: ['id', 'a', 'doc', 'b'], jsonColumns: ['doc'] };

describe('what a trigger is told', () => {
  it('of a model that is undefined in the configuration: the same as without', () => {
    expect(wanted({ models: { Invoice: undefined } })).toEqual(wanted({}));
  });

  it('without a configuration: the key, and the columns whose names are secret', () => {
    expect(wanted({})).toEqual([
      'Invoice',
      'id',
      '',
      expect.stringContaining('"redact":["api_key","passwordHash"]'),
      '',
      '{"api_key":null,"passwordHash":null}',
      '',
      '{"api_key","passwordHash"}',
      '',
      '',
      'hidden',
      '{"id":',
    ]);
    expect(rules({})).toEqual({
      blank: { api_key: null, passwordHash: null },
      redact: ['api_key', 'passwordHash'],
      mask: {},
      ignore: [],
      untold: {},
      json: [],
    });
  });

  it('of columns that are masked or never told, by their names in the database', () => {
    const model = { mask: { key: 4 }, ignore: ['title'], columns: { key: 'api_key' } };
    expect(rules({ models: { Invoice: model } })).toMatchObject({
      blank: { passwordHash: null, api_key: null, title: null },
      redact: ['passwordHash'],
      mask: { api_key: 4 },
      ignore: ['title'],
      untold: { title: null },
    });
  });

  it('of documents, and the names that are secret in them; not of those that are kept', () => {
    const documents = { columns: ['id', 'meta', 'body'], jsonColumns: ['meta', 'body'] };
    const own = { redaction: { add: ['shoe size'] } };
    expect(rules(own, documents)).toMatchObject({ json: ['body', 'meta'], names: { run: expect.stringContaining('shoe size') } }); // prettier-ignore
    expect(wanted(own, documents)?.[9]).toMatch(/^\{"null%","%password%",.*"%shoe%"/);
    // The default is known to the database: no trigger has to carry it.
    for (const coverage of [{}, { redaction: {} }]) {
      expect(rules(coverage, documents)).toMatchObject({ json: ['body', 'meta'] });
      expect(rules(coverage, documents)).not.toHaveProperty('names');
      expect(wanted(coverage, documents)?.[9]).toBe('');
    }
    expect(rules({ models: { Invoice: { keep: ['body'] } } }, documents)?.['json']).toEqual(['meta']);
    // Not looked into, but known: one that is nested too deep is cut.
    expect(rules({ models: { Invoice: { keep: ['body', 'meta'] } } }, documents)).toMatchObject({ json: [], kept: ['body', 'meta'] }); // prettier-ignore
  });

  it.each<[string, Coverage, Partial<Table>, unknown]>([
    ['nothing for a model left out', { models: { Invoice: false } }, {}, undefined],
    ['the model of a table with another name', { models: { Bill: { table: 'Invoice' } } }, {}, { 0: 'Bill' }],
    ['a composite key', {}, { key: ['a', 'b "c"\\'] }, { 1: '', 2: '{"a","b \\"c\\"\\\\"}' }],
    ['no key where there is none', {}, { key: [] }, { 1: '', 2: '' }],
    ['the tenant column of all tables that have it', { tenantColumn: 'tenantId' }, {}, { 4: 'tenantId' }],
    ['the tenant column of a model', { tenantColumn: 'tenantId', models: { Invoice: { tenant: 'title' } } }, {}, { 4: 'title' }], // prettier-ignore
    ['mapped columns', { models: { Invoice: { tenant: 'org', columns: { org: 'title' } } } }, {}, { 4: 'title' }],
    ['nothing to redact', {}, { columns: ['id'] }, { 3: '' }],
  ])('%s', (_name, coverage, fields, expected) => {
    const args = wanted(coverage, fields);
    if (expected === undefined) expect(args).toBeUndefined();
    else expect(Object.entries(args ?? [])).toEqual(expect.arrayContaining(Object.entries(expected as object)));
  });

  it.each<[string, Partial<Table>, unknown[], Coverage?]>([
    ['a table without documents', {}, ['', '{"id":']],
    ['a key of two columns', { key: ['id', 'a'] }, ['', '']],
    ['no key', { key: [] }, ['', '']],
    ['hidden columns', {}, ['hidden', '{"id":'], { models: { Invoice: { ignore: ['a'] } } }],
    ['masked columns', {}, ['masked', '{"id":'], { models: { Invoice: { mask: { a: 2 } } } }],
    ['a document', { ...ONE }, ['', '{"id":']],
    ['names with quotes', { ...ONE, columns: ['i"d', 'doc', 'b\\'], key: ['i"d'] }, ['', '{"i\\"d":']],
  ])('which way the rows of %s go', (_name, fields, expected, coverage = {}) => {
    expect(wanted(coverage, { columns: ['id', 'a', 'b'], ...fields })?.slice(10)).toEqual(expected);
  });

  it('no tenant column of a table without it', () => {
    const [with_, without] = plan(
      { tenantColumn: 'org' },
      { columns: ['id', 'org'] },
      { name: 'Other', columns: ['id'] },
    );
    expect([with_?.wanted?.[4], without?.wanted?.[4]]).toEqual(['org', '']);
  });

  it.each<[string, Coverage, string[]]>([
    ['a column that is named', { models: { Invoice: { redact: ['title'] } } }, ['api_key', 'passwordHash', 'title']],
    ['none that is kept', { models: { Invoice: { keep: ['api_key', 'passwordHash'] } } }, []],
    ['by mapped names', { models: { Invoice: { keep: ['key'], columns: { key: 'api_key' } } } }, ['passwordHash']],
    ['added names', { redaction: { add: ['title'] } }, ['api_key', 'passwordHash', 'title']],
    ['not removed names', { redaction: { remove: ['api key'] } }, ['passwordHash']],
    ['added names alone', { redaction: { replaceDefaults: true, add: ['title'] } }, ['title']],
  ])('to redact %s', (_name, coverage, expected) => {
    expect(redacted(coverage)).toEqual(expected);
  });

  it('of a table in another schema, which goes by both names', () => {
    const coverage = {
      schemas: ['app', 'public'],
      models: { Bill: { table: 'public.Invoice' }, Invoice: false },
    } as const;
    const [one, other] = plan(coverage, { schema: 'public' }, { schema: 'app' });
    expect([one?.model, other?.model]).toEqual(['Bill', 'Invoice']);
    expect(other?.wanted).toBeUndefined();
  });
});

describe('a configuration that names what is not there is refused:', () => {
  it.each<[string, Coverage, Partial<Table>, RegExp]>([
    [
      'a table',
      { models: { Bill: {} } },
      {},
      /model Bill: there is no table "Bill" \(set models\.Bill\.table where @@map/,
    ],
    ['a table that is left out', { models: { Bill: false } }, {}, /there is no table "Bill"/],
    ['a mapped table', { models: { Bill: { table: 'bills' } } }, {}, /there is no table "bills"/],
    ['a column to redact', { models: { Invoice: { redact: ['x'] } } }, {}, /model Invoice: the table has no column "x" \(set models\.Invoice\.columns where @map/], // prettier-ignore
    ['a column to keep', { models: { Invoice: { keep: ['x'] } } }, {}, /no column "x"/],
    ['a tenant column that no table has', { tenantColumn: 'org' }, {}, /no audited table has a column "org": tenantColumn is the name in the database/], // prettier-ignore
    ['a tenant column of a table that is left out alone', { tenantColumn: 'tenantId', models: { Invoice: false } }, {}, /no audited table has a column "tenantId"/], // prettier-ignore
    ['a tenant column', { models: { Invoice: { tenant: 'x' } } }, {}, /no column "x"/],
    ['a mapped column', { models: { Invoice: { keep: ['title'], columns: { title: 'x' } } } }, {}, /no column "x"/],
    ['a column with two rules', { models: { Invoice: { redact: ['title'], mask: { title: 4 } } } }, {}, /title is in two of redact, mask and ignore/], // prettier-ignore
    ['a mask of no number', { models: { Invoice: { mask: { title: -1 } } } }, {}, /mask\.title is how many characters/],
    ['a secret that cannot be blanked', {}, { notNullDomains: ['api_key', 'id'] }, /model Invoice: api_key cannot be redacted, its domain refuses NULL.*models\.Invoice: false.*keep/], // prettier-ignore
    ['the log itself', { schemas: ['public', 'audit'] }, {}, /"audit" is that of the log/],
    ['the log itself, by another name', { schema: 'public' }, {}, /"public" is that of the log/],
  ])('%s', (_name, coverage, fields, message) => {
    expect(() => plan(coverage, fields)).toThrow(
      expect.objectContaining({ code: 'AUDIT_CONFIG_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it('but not a stubborn column that is kept', () => {
    expect(redacted({ models: { Invoice: { keep: ['api_key'] } } }, { notNullDomains: ['api_key'] })).toEqual([
      'passwordHash',
    ]);
  });
});

it('what the catalogue knows and the database has not is for doctor to say, and stops nobody', () => {
  const field = { column: 'title', type: 'String', kind: 'scalar' } as const;
  const model = {
    table: 'Invoice',
    id: ['id'],
    uniques: [],
    fields: { gone: { ...field, column: 'gone' } },
    relations: {},
  };
  const catalogue = {
    version: 1,
    checksum: '',
    models: { Invoice: model, Bill: { ...model, table: 'Bill' } },
    enums: {},
  } as const;
  const said = { redact: ['gone'], mask: { gone: 2 } };
  expect(redacted({ catalogue, models: { Invoice: said, Bill: { table: 'Bill' } } })).toEqual([
    'api_key',
    'passwordHash',
  ]);
  expect(() => plan({ catalogue, models: { Invoice: { redact: ['gnoe'] } } })).toThrow(/no column "gnoe"/);
});

describe('the step', () => {
  const args = wanted({}) as string[];
  const trigger = (name: string, type: number, fields: Partial<InstalledTrigger> = {}): InstalledTrigger => ({
    name,
    type,
    enabled: 'O',
    plain: true,
    oldTable: null,
    newTable: null,
    function: ['audit', 'capture'],
    args,
    ...fields,
  });
  const insert = trigger('!audit_insert', 4, { newTable: 'new_rows' });
  const others = [
    trigger('!audit_update', 16, { oldTable: 'old_rows', newTable: 'new_rows' }),
    trigger('!audit_delete', 8, { oldTable: 'old_rows' }),
    trigger('!audit_truncate', 34),
  ];
  const installed = { triggers: [insert, ...others] };
  const but = (fields: Partial<InstalledTrigger>): Partial<Table> => ({
    triggers: [{ ...insert, ...fields }, ...others],
  });
  const row = [trigger('!audit', 29), trigger('!audit_truncate', 34)];

  it.each<[PlannedTable['step'], string, Coverage, Partial<Table>]>([
    ['add', 'there is no trigger', {}, {}],
    ['keep', 'they are what they should be', {}, installed],
    ['keep', 'they are what they should be, for each row', {}, { level: 'row', triggers: row }],
    ['replace', 'a partition has triggers of its own', {}, { ...installed, ownPartitions: ['part'] }],
    ['remove', 'a partition of what is not audited has triggers of its own', { models: { Invoice: false } }, { ownPartitions: ['part'] }], // prettier-ignore
    ['keep', 'the row trigger of a partitioned table has a name of its own', {}, { level: 'row', partitioned: true, triggers: [trigger('!audit_0123456789ab', 29), row[1] as InstalledTrigger] }], // prettier-ignore
    ['replace', 'a partitioned table has a row trigger of the common name', {}, { level: 'row', partitioned: true, triggers: row }], // prettier-ignore
    ['replace', 'row level is no longer needed', {}, { triggers: row }],
    ['replace', 'row level has become necessary', {}, { level: 'row', ...installed }],
    ['replace', 'one is switched off', {}, but({ enabled: 'D' })],
    ['replace', 'one fires in replica mode alone', {}, but({ enabled: 'R' })],
    ['replace', 'one has a condition', {}, but({ plain: false })],
    ['replace', 'one is of another type', {}, but({ type: 5 })],
    ['replace', 'one does not see the rows', {}, but({ newTable: null })],
    ['replace', 'one calls another function', {}, but({ function: ['public', 'capture'] })],
    ['replace', 'a missing log is to be only warned of', { onMissing: 'warn' }, installed],
    ['replace', 'the one for TRUNCATE is gone', {}, { triggers: [insert, ...others.slice(0, 2)] }],
    ['replace', 'there is one too many', {}, { triggers: [...row, ...installed.triggers] }],
    ['replace', 'an argument differs', { tenantColumn: 'title' }, installed],
    ['replace', 'an argument is missing', {}, but({ args: args.slice(1) })],
    ['remove', 'the model was left out', { models: { Invoice: false } }, installed],
    ['skip', 'the model is left out', { models: { Invoice: false } }, {}],
  ])('is "%s" when %s', (step, _when, coverage, fields) => {
    expect(plan(coverage, fields)[0]?.step).toBe(step);
  });
});
