import type { Model, Schema } from '../world/model.js';
import type { Tape } from './tape.js';
import { keyValue, likelyKey } from './values.js';

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const literal = (value: unknown): string => {
  const text = value instanceof Date ? value.toISOString() : String(value);
  return `'${text.replaceAll("'", "''")}'`;
};

/** SQL that Prisma would never send: several changes of one table in a statement, keys that move, rows that are replaced. */
export function anyStatement(schema: Schema, model: Model, tape: Tape): string {
  const { table } = model;
  const columnOf = (name: string): string => quoted(model.fields.find((field) => field.name === name)?.dbName ?? name);
  const key = model.uniques[0]?.fields ?? [];
  const columns = key.map((name) => columnOf(name));
  const is = (alias: string): string => {
    const k = likelyKey(tape);
    return columns
      .map((column, i) => `${alias}.${column} = ${literal(keyValue(schema, model, key[i]!, k))}`)
      .join(' and ');
  };
  const others = model.fields.filter(({ name, isList }) => !model.keyed.has(name) && !isList);
  // Where there is no other column, the key is written to itself: a change of nothing.
  const other = others.length > 0 ? columnOf(tape.pick(others).name) : columns[0]!;
  const same = columns.map((column) => `t.${column} = s.${column}`).join(' and ');
  const number = model.fields.find(({ name, type }) => key.includes(name) && ['Int', 'BigInt'].includes(type));
  const ways: (() => string)[] = [
    () => `update ${table} t set ${other} = s.${other} from ${table} s where ${is('s')}`,
    () =>
      `with gone as (delete from ${table} t where ${is('t')} returning 1), changed as (update ${table} t set ${other} = s.${other} from ${table} s where ${is('s')} and ${is('t')} returning 1) select (select count(*) from gone), (select count(*) from changed)`,
    () => `with gone as (delete from ${table} t where ${is('t')} returning *) insert into ${table} select * from gone`,
    () =>
      `merge into ${table} t using ${table} s on ${same} when matched and ${is('t')} then delete when matched and ${is('s')} then do nothing when matched then update set ${other} = (select o.${other} from ${table} o where ${is('o')})`,
    () =>
      `insert into ${table} select t.* from ${table} t on conflict (${columns.join(', ')}) do update set ${other} = (select o.${other} from ${table} o where ${is('o')})`,
    () => `update ${table} t set ${other} = t.${other}`,
    ...(number
      ? [() => `update ${table} set ${columnOf(number.name)} = ${columnOf(number.name)} + ${tape.pick([100, 1])}`]
      : []),
  ];
  if (schema.raw === 'plain, without keys') return others.length > 0 ? ways[5]!() : 'select 1';
  return tape.pick(schema.raw ? ways.slice(5) : ways)();
}
