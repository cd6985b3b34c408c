import { getDMMF } from '@prisma/get-dmmf';
import { describe, expect, it } from '@jest/globals';
import type { Catalogue } from '../../src/event/catalogue.js';
import { catalogueOf } from '../../src/prisma/generator/index.js';
import { checkAgainst } from '../../src/prisma/generator/check-dmmf.js';
import { HEAD, SCHEMAS } from './schemas.js';

type Files = Readonly<Record<string, string>>;

/** The catalogue of a schema that Prisma finds valid, and reads in the same way. */
function read(files: Files | string, schemas: readonly string[] = []): Catalogue {
  const all = Object.entries(typeof files === 'string' ? { 'schema.prisma': files } : files);
  const document = getDMMF({ datamodel: [['head.prisma', HEAD(schemas)], ...all] });
  if (!('datamodel' in document)) throw document.error;
  const catalogue = catalogueOf(all.map(([path, content]) => ({ path, content })));
  checkAgainst(document.datamodel, catalogue);
  return catalogue;
}

const scalar = (column: string, type: string, more: object = {}): object => ({ column, type, kind: 'scalar', ...more });
const id = scalar('id', 'Int');

describe('the catalogue of', () => {
  it.each<[string, string, object]>([
    ['a model', 'model A {\n id Int @id\n}', { models: { A: { table: 'A', id: ['id'], uniques: [], fields: { id }, relations: {} } }, enums: {} }], // prettier-ignore
    ['mapped names', 'model A {\n a Int @id @map("x")\n b Int @map(name: "y z")\n @@map(name: "as")\n}', { models: { A: { table: 'as', id: ['a'], fields: { a: scalar('x', 'Int'), b: scalar('y z', 'Int') } } } }], // prettier-ignore
    ['types of the database', 'model A {\n id Int @id @db.SmallInt\n d Decimal @db.Decimal(10, 2)\n t String[] @db.VarChar(3)\n u String? @db.Uuid\n}', { models: { A: { fields: { id: scalar('id', 'Int', { native: ['SmallInt'] }), d: scalar('d', 'Decimal', { native: ['Decimal', '10', '2'] }), t: scalar('t', 'String', { list: true, native: ['VarChar', '3'] }), u: scalar('u', 'String', { optional: true, native: ['Uuid'] }) } } } }], // prettier-ignore
    ['all scalar types', `model A {\n id Int @id\n ${['String', 'Boolean', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Json', 'Bytes'].map((type) => `f${type} ${type}`).join('\n ')}\n}`, { models: { A: { fields: { fJson: scalar('fJson', 'Json'), fBytes: scalar('fBytes', 'Bytes'), fBoolean: scalar('fBoolean', 'Boolean'), fFloat: scalar('fFloat', 'Float'), fDateTime: scalar('fDateTime', 'DateTime') } } } }], // prettier-ignore
    ['types that Prisma does not know', 'model A {\n id Int @id\n at Unsupported("point")? @map("where")\n v Unsupported("vector(3)")\n}', { models: { A: { fields: { at: { column: 'where', type: 'Unsupported', kind: 'unsupported', optional: true, native: ['point'] }, v: { column: 'v', type: 'Unsupported', kind: 'unsupported', native: ['vector(3)'] } } } } }], // prettier-ignore
    ['fields and models that the client ignores', 'model A {\n id Int @id\n s String @ignore\n b B[] @ignore\n}\nmodel B {\n id Int\n a A @relation(fields: [id], references: [id])\n @@ignore\n}', { models: { A: { fields: { id, s: scalar('s', 'String') } }, B: { id: [], fields: { id }, relations: { a: { model: 'A', name: 'AToB', fields: ['id'], references: ['id'] } } } } }], // prettier-ignore
    ['enums', 'model A {\n id Int @id\n e E @default(X)\n es E[]\n}\nenum E {\n X @map("ex")\n Y\n @@map("kinds")\n}', { enums: { E: { X: 'ex', Y: 'Y' } }, models: { A: { fields: { id, e: { column: 'e', type: 'E', kind: 'enum' }, es: { column: 'es', type: 'E', kind: 'enum', list: true } } } } }], // prettier-ignore
    ['a composite id', 'model A {\n b Int\n a String\n @@id([a, b], name: "ab", map: "pk")\n}', { models: { A: { id: ['a', 'b'], fields: { b: scalar('b', 'Int'), a: scalar('a', 'String') } } } }], // prettier-ignore
    ['a composite id by its argument', 'model A {\n b Int\n a String\n @@id(fields: [b, a])\n}', { models: { A: { id: ['b', 'a'] } } }], // prettier-ignore
    ['uniques', 'model A {\n a Int\n b Int @unique(map: "u", sort: Desc)\n c Int\n @@unique([c, a(sort: Desc)], name: "x")\n @@unique([a])\n}', { models: { A: { id: [], uniques: [['b'], ['c', 'a'], ['a']] } } }], // prettier-ignore
    ['a relation', 'model A {\n id Int @id\n b B? @relation("r", fields: [bid], references: [id], onDelete: SetNull, onUpdate: NoAction)\n bid Int?\n}\nmodel B {\n id Int @id\n as A[] @relation("r")\n}', { models: { A: { relations: { b: { model: 'B', name: 'r', optional: true, fields: ['bid'], references: ['id'], onDelete: 'SetNull', onUpdate: 'NoAction' } } }, B: { relations: { as: { model: 'A', name: 'r', list: true } } } } }], // prettier-ignore
    ['a relation of itself', 'model A {\n id Int @id\n up A? @relation("t", fields: [upId], references: [id])\n upId Int? @unique\n down A? @relation("t")\n}', { models: { A: { relations: { up: { model: 'A', name: 't', optional: true, fields: ['upId'], references: ['id'] }, down: { model: 'A', name: 't', optional: true } } } } }], // prettier-ignore
    ['an implicit many-to-many relation', 'model B {\n id Int @id @map("x")\n as A[]\n}\nmodel A {\n id String @id @db.Uuid\n bs B[]\n}', { models: { _AToB: { table: '_AToB', implicit: true, id: ['A', 'B'], uniques: [], fields: { A: scalar('A', 'String', { native: ['Uuid'] }), B: scalar('B', 'Int') }, relations: { a: { model: 'A', name: 'AToB', fields: ['A'], references: ['id'], onDelete: 'Cascade', onUpdate: 'Cascade' }, b: { model: 'B', name: 'AToB', fields: ['B'], references: ['id'], onDelete: 'Cascade', onUpdate: 'Cascade' } } } } }], // prettier-ignore
    ['two of them', 'model A {\n id Int @id\n x B[] @relation("X")\n y B[] @relation(name: "Y")\n}\nmodel B {\n id Int @id\n x A[] @relation("X")\n y A[] @relation("Y")\n}', { models: { _X: { table: '_X' }, _Y: { table: '_Y' } } }], // prettier-ignore
    ['one of itself', 'model A {\n id BigInt @id\n x A[] @relation("f")\n y A[] @relation("f")\n}', { models: { _f: { fields: { A: scalar('A', 'BigInt'), B: scalar('B', 'BigInt') } } } }], // prettier-ignore
    ['a view', 'view V {\n id Int @unique\n n String @map("m")\n @@map("seen")\n}', { models: { V: { table: 'seen', view: true, id: [], uniques: [['id']], fields: { id, n: scalar('m', 'String') } } } }], // prettier-ignore
    ['names that mean something elsewhere', 'model model {\n enum Int @id\n view String @map("__proto__")\n type type\n Json String\n}\nenum type {\n model\n enum @map("__proto__")\n}', { models: { model: { id: ['enum'], fields: { enum: scalar('enum', 'Int'), view: scalar('__proto__', 'String'), type: { type: 'type', kind: 'enum' }, Json: scalar('Json', 'String') } } }, enums: { type: { model: 'model', enum: '__proto__' } } }], // prettier-ignore
    ['letters beyond ASCII', 'model A {\n id Int @id\n @@map("журнал")\n}', { models: { A: { table: 'журнал' } } }], // prettier-ignore
    ['strings with everything in them', String.raw`model A {
 id String @id @default("} // \" ) ] @map(\"no\")") @map("a\"b\\c") // @map("z")
 x Int @default(dbgenerated("(1 + [2])")) @map("é\n") /* @map("q") */
}`, { models: { A: { id: ['id'], fields: { id: scalar('a"b\\c', 'String'), x: scalar('é\n', 'Int') } } } }], // prettier-ignore
    ['a name longer than PostgreSQL takes', `model A {\n id Int @id @map("${'é'.repeat(40)}")\n @@map("${'x'.repeat(64)}")\n}`, { models: { A: { table: 'x'.repeat(63), fields: { id: scalar('é'.repeat(31), 'Int') } } } }], // prettier-ignore
  ])('%s', (_name, schema, expected) => {
    const catalogue = read(schema);
    expect(catalogue).toMatchObject(expected);
    for (const [name, model] of Object.entries((expected as Partial<Catalogue>).models ?? {}))
      if (model.fields) expect(Object.keys(catalogue.models[name]?.fields ?? {})).toEqual(expect.arrayContaining(Object.keys(model.fields))); // prettier-ignore
  });

  it('several schemas, with the table of a relation in that of its first model', () => {
    const schema =
      'model B {\n id Int @id\n as A[]\n @@schema("one")\n}\nmodel A {\n id Int @id\n bs B[]\n @@schema("two")\n}';
    expect(read(schema, ['one', 'two']).models).toMatchObject({
      A: { schema: 'two' },
      B: { schema: 'one' },
      _AToB: { schema: 'two' },
    });
  });
});

describe('the catalogue', () => {
  it.each(Object.entries(SCHEMAS))('of the schema %s is what Prisma reads', (_name, { files, schemas }) => {
    expect(Object.keys(read(files, schemas).models).length).toBeGreaterThan(2);
  });

  it('is the same however the files are cut, and comments that say nothing change nothing', () => {
    const { files } = SCHEMAS['social'] as { files: Files };
    const [people = '', groups = ''] = Object.values(files);
    const one = read(files);
    expect(read({ 'z.prisma': `// note\n${people}`, 'a.prisma': groups.replaceAll('\n', '\r\n') })).toEqual(one);
    expect(read(`${groups}\n/// The people.\n${people}`).checksum).toBe(one.checksum);
  });

  it.each([
    ['a column', 'id Int @id', 'id BigInt @id'],
    ['a name', 'id Int @id', 'id Int @id @map("x")'],
    ['an annotation', 'n Int', 'n Int /// @audit redact'],
  ])('has another checksum with another %s', (_name, from, to) => {
    const schema = 'model A {\n id Int @id\n n Int\n}';
    expect(read(schema.replace(from, to)).checksum).not.toBe(read(schema).checksum);
  });

  it('that differs from what Prisma reads is refused', () => {
    const catalogue = read('model A {\n id Int @id\n n String\n}');
    const document = getDMMF({ datamodel: `${HEAD()}model A {\n id Int @id\n n Int\n}` });
    if (!('datamodel' in document)) throw document.error;
    expect(() => checkAgainst(document.datamodel, catalogue)).toThrow(/the model A was read otherwise than Prisma/);
  });
});
