import pg from 'pg';
import type { Statement } from './statement.js';

const NAMES = [
  'audit',
  'user',
  'select',
  'by',
  '__proto__',
  'constructor',
  'new',
  'x'.repeat(63),
  'Счёт',
  `o'dd "name`,
];

/** Tables, columns and enums whose names mean something to SQL, to PL/pgSQL, to JavaScript or to us. */
export const ODD_NAMES: Statement[] = NAMES.map((name) => {
  const quoted = pg.escapeIdentifier(name);
  const type = pg.escapeIdentifier(`${name.slice(0, 60)} e`);
  return {
    name: `a table, a key and an enum's value named ${name.length > 20 ? '63 times x' : name}`,
    setup: `create type ${type} as enum (${pg.escapeLiteral(name)}, 'other');
      create table ${quoted} (${quoted} text primary key, value ${type})`,
    run: `insert into ${quoted} values ('k', ${pg.escapeLiteral(name)}); update ${quoted} set value = 'other', ${quoted} = 'l'; delete from ${quoted}`,
    sees: `insert ${name}, update ${name}, delete ${name}`,
    logs: [{ resourceId: 'k' }, { resourceId: 'l' }, { resourceId: 'l' }],
  };
});
