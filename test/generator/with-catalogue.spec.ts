import { describe, expect, it } from '@jest/globals';
import { catalogueOf } from '../../src/prisma/generator/index.js';
import { catalogueTables } from '../../src/event/coverage/catalogue-tables.js';
import { planCoverage, withCatalogue, type Coverage } from '../../src/store/postgres/index.js';

const catalogue = catalogueOf([
  {
    path: 'schema.prisma',
    content: `
model User {
  id    Int    @id
  /// @audit redact
  a     String
  b     String @map("bee") /// @audit mask(2)
  c     String /// @audit ignore
  d     String /// @audit tenant
  e     String /// @audit subject
  token String
  tags  Tag[]
  @@map("users")
}
/// @audit ignore
model Session {
  id    String @id
  token String
  @@map("sessions")
}
model Tag {
  id    Int    @id
  users User[]
}
view Seen {
  id Int @unique
}`,
  },
]);

interface Told {
  model: string;
  redact?: string[];
  mask?: object;
  ignore?: string[];
  tenant?: string;
}

/** What the triggers are told, of tables that are audited. */
function told(coverage: Coverage): Record<string, Told> {
  const merged = withCatalogue<Coverage>({ catalogue, ...coverage });
  const plan = planCoverage(catalogueTables(catalogue, merged.schemas), merged);
  return Object.fromEntries(
    plan.flatMap(({ table, wanted }) => {
      if (wanted === undefined) return [];
      const { redact, mask, ignore } = JSON.parse(wanted[3] || '{}') as Partial<Told>;
      return [[table.name, { model: wanted[0], redact, mask, ignore, tenant: wanted[4] } as Told]];
    }),
  );
}

const ANNOTATED: Told = { model: 'User', redact: ['a', 'token'], mask: { bee: 2 }, ignore: ['c'], tenant: 'd' };

describe('a configuration with a catalogue', () => {
  it('knows the tables, columns and annotations without another word', () => {
    expect(told({})).toMatchObject({ users: ANNOTATED, Tag: { model: 'Tag' }, _TagToUser: { model: '_TagToUser' } });
    expect(Object.keys(told({}))).toEqual(['Tag', '_TagToUser', 'users']);
    expect(withCatalogue<Coverage>({ catalogue }).models).toMatchObject({ User: { subject: 'e' } });
  });

  it.each<[string, Coverage, object]>([
    ['that speaks of nothing', { models: { User: {} } }, ANNOTATED],
    ['more to redact', { models: { User: { redact: ['id'] } } }, { ...ANNOTATED, redact: ['a', 'id', 'token'] }],
    ['keep', { models: { User: { keep: ['a', 'token'] } } }, { ...ANNOTATED, redact: [] }],
    ['a mask instead of redaction', { models: { User: { mask: { a: 1 } } } }, { ...ANNOTATED, redact: ['token'], mask: { bee: 2, a: 1 } }], // prettier-ignore
    ['redaction instead of a mask', { models: { User: { redact: ['b'] } } }, { ...ANNOTATED, redact: ['a', 'bee', 'token'], mask: {} }], // prettier-ignore
    ['another mask', { models: { User: { mask: { b: 9 } } } }, { ...ANNOTATED, mask: { bee: 9 } }],
    ['not told instead of a mask', { models: { User: { ignore: ['b'] } } }, { ...ANNOTATED, mask: {}, ignore: ['c', 'bee'] }], // prettier-ignore
    ['told again', { models: { User: { keep: ['c'] } } }, { ...ANNOTATED, ignore: [] }],
    ['another tenant', { models: { User: { tenant: 'b' } } }, { ...ANNOTATED, tenant: 'bee' }],
    ['a tenant of all tables, which is less than that of a model', { tenantColumn: 'id' }, ANNOTATED],
    ['rules by the name of the table', { models: { users: { redact: ['id'] } } }, { ...ANNOTATED, redact: ['a', 'id', 'token'] }], // prettier-ignore
    ['rules by a name of its own', { models: { Person: { table: 'users', keep: ['a'] } } }, { ...ANNOTATED, redact: ['token'] }], // prettier-ignore
  ])('wins over annotations: %s', (_name, coverage, expected) => {
    expect(told(coverage)['users']).toEqual(expected);
  });

  it.each<[string, Coverage, string[]]>([
    ['a model left out', { models: { User: false } }, ['Tag', '_TagToUser']],
    ['a table left out', { models: { users: false } }, ['Tag', '_TagToUser']],
    ['a relation left out', { models: { _TagToUser: false } }, ['Tag', 'users']],
    ['a model taken in again', { models: { Session: {} } }, ['Tag', '_TagToUser', 'sessions', 'users']],
    ['a model taken in again by its table', { models: { sessions: {} } }, ['Tag', '_TagToUser', 'sessions', 'users']],
  ])('decides which are audited: %s', (_name, coverage, expected) => {
    expect(Object.keys(told(coverage))).toEqual(expected);
  });

  it('still has its mistakes found', () => {
    expect(() => told({ models: { Usr: {} } })).toThrow(/model Usr: there is no table "Usr"/);
    expect(() => told({ models: { User: { redact: ['pasword'] } } })).toThrow(/no column "pasword"/);
  });

  describe('knows a secret by the name of its field, which @map may have taken from the column:', () => {
    const content = `model User {\n id Int @id\n passwordHash String @map("pw")\n apiKey String @map("k") /// @audit mask(4)\n}`;
    const mapped = catalogueOf([{ path: 'schema.prisma', content }]);
    it.each<[string, Coverage, object]>([
      ['without a word', {}, { redact: ['passwordHash'], mask: { apiKey: 4 } }],
      ['unless it is kept', { models: { User: { keep: ['passwordHash'] } } }, { keep: ['passwordHash'] }],
      [
        'unless it is masked',
        { models: { User: { mask: { passwordHash: 1 } } } },
        { mask: { apiKey: 4, passwordHash: 1 } },
      ],
      ['unless it is not told', { models: { User: { ignore: ['passwordHash'] } } }, { ignore: ['passwordHash'] }],
      ['unless the word is none', { redaction: { remove: ['password'] } }, { mask: { apiKey: 4 } }],
    ])('%s', (_name, coverage, expected) => {
      const columns = { passwordHash: 'pw', apiKey: 'k' };
      const mask = { apiKey: 4 };
      expect(withCatalogue<Coverage>({ catalogue: mapped, ...coverage }).models?.['User']).toEqual({ table: 'User', columns, mask, ...expected }); // prettier-ignore
    });
  });

  it('can be put together twice', () => {
    const coverage: Coverage = { models: { User: { keep: ['a'] }, Session: {}, Tag: false } };
    const once = withCatalogue<Coverage>({ catalogue, ...coverage });
    expect(withCatalogue(once)).toEqual(once);
  });

  it('without one is what it was', () => {
    const coverage: Coverage = { models: { users: { redact: ['a'] } } };
    expect(withCatalogue(coverage)).toBe(coverage);
  });

  it('refuses a model left out by its table’s name when another model has that name', () => {
    const content = `/// @audit ignore\nmodel A {\n id Int @id\n @@map("B")\n}\nmodel B {\n id Int @id\n @@map("A")\n}`;
    const crossed = catalogueOf([{ path: 'schema.prisma', content }]);
    expect(() => withCatalogue<Coverage>({ catalogue: crossed })).toThrow(/B is both a model and the table of another/);
  });
});

describe('schemas', () => {
  const model = (name: string, schema: string, table = name): string =>
    `model ${name} {\n id Int @id\n @@map("${table}")\n @@schema("${schema}")\n}\n`;
  const content = model('A', 'app') + model('B', 'public') + model('C', 'base', 'A');
  const many = catalogueOf([{ path: 'schema.prisma', content }]);
  const tables = (coverage: Coverage): string[] => {
    const merged = withCatalogue<Coverage>({ catalogue: many, ...coverage });
    return planCoverage(catalogueTables(many, merged.schemas), merged).map(
      ({ table, model: name }) => `${table.schema}.${table.name} ${name}`,
    );
  };

  it('are those of the catalogue, the usual one first', () => {
    expect(withCatalogue<Coverage>({ catalogue: many }).schemas).toEqual(['public', 'app', 'base']);
    expect(tables({})).toEqual(['app.A A', 'base.A C', 'public.B B']);
  });

  it('can be fewer by configuration', () => {
    expect(tables({ schemas: ['base', 'public'] })).toEqual(['base.A C', 'public.B B']);
  });
});
