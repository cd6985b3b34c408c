import { expect, it } from '@jest/globals';
import { calledFunctions } from '../../../src/prisma/client-engine/functions.js';
import { readStatement } from '../../../src/prisma/client-engine/statement.js';

it.each<[string, string[]]>([
  ['SELECT "public"."a"."id", COUNT(*) FROM "public"."a" WHERE ("public"."a"."id" IN ($1,$2) AND 1=1) LIMIT $3', []],
  ['select coalesce(max(a), 0) from (select 1) x left join lateral (values (1)) y on (true)', []],
  ['select f(1), g (2), "H x"(3), F(4)', ['f', 'g', 'H x']],
  ['select public.lower($1)', ['lower']],
  ['select "a" . "b"(1)', ['b']],
  ['select größe(1)', ['größe']],
  [`select 'f(x)' -- g(x)`, []],
  ['(with a as (select f(1)) select * from a)', ['f']],
  ['select f\n(1), g /* from */ (2), h -- from\n (3)', ['f', 'g', 'h']],
  ['create table a (b int)', []],
  ['set local a = 1', []],
])('%s', (sql, names) => {
  expect(calledFunctions(sql)).toEqual(names);
  expect(readStatement(sql)).toEqual({ kind: 'none', ...(names.length > 0 ? { calls: names } : {}) });
});
