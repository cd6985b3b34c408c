import { catalogueTables } from '../../event/coverage/catalogue-tables.js';
import { fail, ok, type Check } from './checks.js';
import type { Coverage, PlannedTable } from './coverage.js';
import type { Table } from '../../event/coverage/table.js';

const REMEDY =
  'run "prisma migrate deploy" and "prisma generate" with the same schema.prisma; a table that is not Prisma’s can be left out by name (models: { name: false })';

/**
 * Whether the generated catalogue is of this database: what it names is there, and no table or column is unknown to it, but for
 * tables that are left out by name. Nothing to say where audit.config has none.
 * @param each `false`: one warning for all differences. Where an application starts, its migration may come a little later, and
 *   every change is captured meanwhile
 */
export function checkCatalogue(plan: readonly PlannedTable[], coverage: Coverage, each = true): readonly Check[] {
  const { catalogue, schemas = ['public'] } = coverage;
  if (catalogue === undefined) return [];
  const there = new Map(plan.map((planned) => [idOf(planned.table), planned]));
  const known = new Map(catalogueTables(catalogue, schemas).map((table) => [idOf(table), table]));
  const found: string[] = [];
  for (const [id, table] of known) {
    if (!schemas.includes(table.schema)) continue; // not looked at
    const real = there.get(id)?.table;
    if (real === undefined) found.push(`the table ${id} is in the catalogue and not in the database`);
    else found.push(...differences(id, table, real));
  }
  for (const [id, { model }] of there)
    if (coverage.models?.[model] !== false && !known.has(id))
      found.push(`the table ${id} is in the database and not in the catalogue`);
  if (found.length === 0) return [ok('catalogue', `the catalogue of ${known.size} tables is that of the database`)];
  if (each) return found.map((text) => fail('catalogue', text, REMEDY));
  const message = `the catalogue is not that of the database: ${found.join('; ')}`;
  return [{ name: 'catalogue', state: 'warn', message, remedy: REMEDY }];
}

const idOf = ({ schema, name }: Table): string => `${schema}.${name}`;

function differences(id: string, known: Table, real: Table): readonly string[] {
  const missing = known.columns.filter((column) => !real.columns.includes(column));
  const unknown = real.columns.filter((column) => !known.columns.includes(column));
  return [
    ...missing.map((column) => `the column ${id}.${column} is in the catalogue and not in the database`),
    ...unknown.map((column) => `the column ${id}.${column} is in the database and not in the catalogue`),
    ...(known.key.join() === real.key.join() || known.key.length === 0
      ? []
      : [
          `the key of ${id} is (${real.key.join(', ')}) in the database and (${known.key.join(', ')}) in the catalogue`,
        ]),
  ];
}
