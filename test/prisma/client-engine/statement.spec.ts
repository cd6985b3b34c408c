import { describe, expect, it } from '@jest/globals';
import { readStatement } from '../../../src/prisma/client-engine/statement.js';

describe('a text that changes no rows', () => {
  it.each([
    'select 1',
    'SELECT * FROM "update" WHERE x = \'; delete from t\' FOR UPDATE',
    'with a as (select 1) select * from a for update',
    'with a as (select 1) select * from a for no key update',
    'BEGIN',
    'COMMIT\n/*audit1:*/',
    'create table "insert" (a int references b on delete cascade on update cascade)',
    '-- delete from t\nselect 1',
    '/* a /* nested */ update t set a = 1 */ show all',
    "update t set a = 'never closed",
    'explain select 1',
    '',
  ])('%s', (sql) => {
    expect(readStatement(sql)).toEqual({ kind: 'none' });
  });
});

describe('a text that is not looked into', () => {
  it.each([
    ['with x as (delete from t returning 1) select 1', 'with', true],
    ['update a set b = 1; delete from c;', 'several', true],
    ['select 1; delete from c', 'several', true],
    ['select 1; call p()', 'several', false],
    ['merge into a using b on true when matched then delete', 'merge', true],
    ['truncate a', 'truncate', true],
    ['copy a from stdin', 'copy', true],
    ['do $$ begin end $$', 'do', false],
    ['call p(1)', 'call', false],
    ['execute p(1)', 'execute', false],
    ['explain analyze delete from a', 'explain', true],
    ['update a set b = 1 where current of c', 'update', true],
    ['update a set b = 1 returning with (old as o) o.b', 'update', true],
    ['delete from a.b.c', 'delete', true],
  ])('%s', (sql, verb, transactional) => {
    expect(readStatement(sql)).toEqual({ kind: 'unread', verb, transactional });
  });
});

describe('a write of one table', () => {
  it.each([
    [
      'UPDATE "public"."a ""b" SET "x" = $1, "y" = (select max("z") from "c" where 1 = 1) WHERE ("public"."a ""b"."x" = $2) RETURNING "x"::text',
      { verb: 'update', schema: 'public', table: 'a "b', row: '"a ""b"', sets: ['x', 'y'], joins: false },
      ' ("public"."a ""b"."x" = $2) ',
    ],
    ['delete from t', { verb: 'delete', table: 't', row: 't', sets: [], joins: false }, undefined],
    ['delete from only t as "where" where a = 1', { verb: 'delete', row: '"where"' }, ' a = 1'],
    ['delete from t x using y where x.a = y.a', { row: 'x', joins: true }, ' x.a = y.a'],
    ['update T as x set (a, b) = (1, 2), c = d = e from y where true', { table: 't', row: 'x', sets: ['a', 'b', 'c'], joins: true }, ' true'], // prettier-ignore
    [
      'insert into t (a) values ($1), ($2) on conflict (a) do update set b = excluded.b where t.a = $3 returning a',
      { verb: 'insert', mayUpdate: true, sets: ['b'] },
      ' t.a = $3 ',
    ],
    ['insert into t (a) values ($1) on conflict do nothing', { verb: 'insert', mayUpdate: false, sets: [] }, undefined],
    [
      'insert into t as x select a from u where b = 1 on conflict (a) where b > 1 do update set b = 2',
      { row: 'x', mayUpdate: true },
      undefined,
    ],
    [`update t set a = E'\\' where b' where c = $$ returning $$`, { sets: ['a'] }, ' c = $$ returning $$'],
    ['update t set "set" = 1 -- where x\n where /* y */ z = 1 ;\n-- end', { sets: ['set'] }, ' /* y */ z = 1'],
  ])('%s', (sql, expected, where) => {
    const reading = readStatement(sql);
    expect(reading).toMatchObject({ kind: 'write', write: expected });
    expect(reading.kind === 'write' ? reading.write.where : 'none').toBe(where);
  });

  it('ends before a semicolon and comments', () => {
    const sql = 'delete from t where a = 1 ; -- gone';
    const reading = readStatement(sql);
    expect(reading.kind === 'write' ? sql.slice(0, reading.write.end) : '').toBe('delete from t where a = 1');
  });
});
