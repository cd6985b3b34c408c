import { describe, expect, it } from '@jest/globals';
import { KnownShapes } from '../../../src/prisma/plain-read/known-shapes.js';
import { readShapeOf } from '../../../src/prisma/plain-read/shape.js';

const U = '"public"."User"';

describe('a text that reads one table', () => {
  it.each([
    `SELECT ${U}."id", ${U}."email" FROM ${U} WHERE (${U}."id" = $1 AND 1=1) LIMIT $2 OFFSET $3`,
    `SELECT ${U}."id", ${U}."role"::text FROM ${U} WHERE ${U}."id" IN ($1,$2) OFFSET $3`,
    `SELECT ${U}."id" FROM ${U} WHERE ((${U}."a" = $1 OR ${U}."b" IS NULL) AND (NOT ${U}."c" > $2)) ORDER BY ${U}."id" DESC, ${U}."b"ASC NULLS LAST LIMIT $3 OFFSET $4`,
    `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" IN (NULL) OFFSET $1`,
    `SELECT ${U}."a""b" FROM ${U} WHERE 1=0 OFFSET $1`,
  ])('is known: %s', (sql) => {
    expect(readShapeOf(sql)).toMatchObject({ schema: 'public', table: 'User' });
  });

  it('names its columns, each once, wherever they stand', () => {
    expect(
      readShapeOf(`SELECT ${U}."id", ${U}."a""b" FROM ${U} WHERE ${U}."c" = $1 ORDER BY ${U}."id" ASC`)?.columns,
    ).toEqual(['id', 'a"b', 'c']);
  });

  it.each([
    ['a function', `SELECT "public"."evil"() FROM ${U}`],
    ['a function of two parts, with a blank', `SELECT "public"."evil" () FROM ${U}`],
    ['a function of three parts', `SELECT ${U}."evil"(1) FROM ${U}`],
    ['a function without quotes', `SELECT evil(${U}."id") FROM ${U}`],
    ['a function with the name of a word that is not reserved', `SELECT FIRST(${U}."id") FROM ${U}`],
    ['a function with the name of a word that is not reserved, with a blank', `SELECT LAST (${U}."id") FROM ${U}`],
    ['a function named NULLS', `SELECT NULLS(${U}."id") FROM ${U}`],
    ['a function named by', `SELECT BY(${U}."id") FROM ${U}`],
    ['a function that counts', `SELECT COUNT(${U}."id") FROM ${U}`],
    ['a function in FROM', `SELECT ${U}."id" FROM "public"."User"($1)`],
    ['a function of a row, by one name', `SELECT "evil" FROM ${U}`],
    ['a function of a row, by two', `SELECT "User"."evil" FROM ${U}`],
    ['another table behind a comma', `SELECT ${U}."id" FROM ${U}, "public"."evil"`],
    ['another table of three parts behind a comma', `SELECT ${U}."id" FROM ${U}, "public"."User"."id"`],
    ['a table of another', `SELECT "public"."Other"."id" FROM ${U}`],
    ['a join', `SELECT ${U}."id" FROM ${U} INNER JOIN "public"."evil" ON 1=1`],
    [
      'a sub-select',
      `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" IN (SELECT "public"."evil"."id" FROM "public"."evil")`,
    ],
    ['a sub-select in brackets', `SELECT (SELECT ${U}."id" FROM ${U}) FROM ${U}`],
    ['two FROM', `SELECT ${U}."id" FROM ${U} FROM ${U}`],
    ['INTO', `SELECT ${U}."id" INTO "x"."y"."z" FROM ${U}`],
    ['a lock', `SELECT ${U}."id" FROM ${U} FOR UPDATE`],
    ['an alias', `SELECT ${U}."id" FROM ${U} AS "t"`],
    ['an alias of a column', `SELECT ${U}."id" "x" FROM ${U}`],
    ['a literal', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" = 'x'`],
    ['an escaped literal', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" = E'\\''`],
    ['a dollar-quoted literal', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" = $$x$$`],
    ['a name in Unicode escapes', `SELECT U&"a"."b"."c" FROM ${U}`],
    ['a comment', `SELECT ${U}."id" FROM ${U} /*audit1:00*/`],
    ['a comment to the end of the line', `SELECT ${U}."id" FROM ${U} --x`],
    ['a semicolon', `SELECT ${U}."id" FROM ${U};`],
    ['two statements', `SELECT ${U}."id" FROM ${U}; DELETE FROM ${U}`],
    ['a line break', `SELECT ${U}."id"\nFROM ${U}`],
    ['another operator', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" ~ $1`],
    ['an operator of two that are known', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" <=> $1`],
    ['an operator with a name', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" OPERATOR("public".=) $1`],
    ['another cast', `SELECT ${U}."id"::int4 FROM ${U}`],
    ['a cast to a type like text', `SELECT ${U}."id"::textual FROM ${U}`],
    ['a cast of a parameter', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" = $1::text`],
    ['CAST', `SELECT ${U}."id" FROM ${U} WHERE ${U}."id" = CAST($1 AS "public"."evil")`],
    ['a subscript', `SELECT ${U}."id"[1] FROM ${U}`],
    ['a field of a row', `SELECT (${U}."id")."evil" FROM ${U}`],
    ['all columns', `SELECT ${U}.* FROM ${U}`],
    ['WITH', `WITH x AS (DELETE FROM ${U} RETURNING 1) SELECT ${U}."id" FROM ${U}`],
    ['a union', `SELECT ${U}."id" FROM ${U} UNION SELECT ${U}."id" FROM ${U}`],
    ['lower case', `select ${U}."id" from ${U}`],
    ['nothing', ''],
    ['no table', 'SELECT $1'],
    ['a table without a schema', `SELECT ${U}."id" FROM "User"`],
    ['a table of three parts', `SELECT ${U}."id" FROM "db"."public"."User"`],
    ['TABLESAMPLE', `SELECT ${U}."id" FROM ${U} TABLESAMPLE "public"."evil"(1)`],
  ])('is not: one with %s', (_what, sql) => {
    expect(readShapeOf(sql)).toBeUndefined();
  });

  it('is looked at once; what is kept of all texts has a bound', () => {
    const known = new KnownShapes();
    const text = (i: number): string => `SELECT ${U}."c${i}" FROM ${U} WHERE ${U}."id" IN (${'$1,'.repeat(500)}$2)`;
    expect(known.of(text(1))).toBe(known.of(text(1)));
    for (let i = 0; i < 2_000; i++) known.of(text(i));
    expect(known.length).toBeLessThan(600_000);
    expect(known.of(`SELECT ${U}."id" FROM ${U} WHERE ${U}."id" IN (${'$1,'.repeat(5_000)}$2)`)).toBeUndefined();
  });
});
