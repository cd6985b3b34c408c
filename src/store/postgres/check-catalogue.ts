import { catalogueTables } from '../../event/coverage/catalogue-tables.js';
import type { Table } from '../../event/coverage/table.js';
import { fail, ok, type Check } from './checks.js';
import type { Coverage, PlannedTable } from './coverage.js';
import { readNoTables } from './no-tables.js';
import type { Pool } from './pool.js';

const REMEDY =
  'run "prisma migrate deploy" and "prisma generate" with the same schema.prisma; a table that is not Prisma’s can be left out by name (models: { name: false })';

/** What is in the catalogue or in the database, and not in both. */
interface Difference {
  readonly text: string;
  readonly remedy: string;
}

/**
 * Whether the generated catalogue is of this database: what it names is there, and no table or column is unknown to it, but for
 * tables that are left out by name. Nothing to say where audit.config has none.
 * @param each `false`: one warning for all differences. Where an application starts, its migration may come a little later, and
 *   every change is captured meanwhile
 */
export async function checkCatalogue(
  pool: Pool,
  plan: readonly PlannedTable[],
  coverage: Coverage,
  each = true,
): Promise<readonly Check[]> {
  const { catalogue, schemas = ['public'] } = coverage;
  if (catalogue === undefined) return [];
  const there = new Map(plan.map((planned) => [idOf(planned.table), planned]));
  const known = new Map(catalogueTables(catalogue, schemas).map((table) => [idOf(table), table]));
  const unknown = [...there].filter(([id, { model }]) => coverage.models?.[model] !== false && !known.has(id));
  const found = [
    ...(await missing(pool, [...known.values()].filter((table) => !there.has(idOf(table))), coverage)),
    ...[...known].flatMap(([id, table]) => differences(id, table, there.get(id)?.table)),
    ...unknown.map(([id]) => `the table ${id} is in the database and not in the catalogue`),
  ].map((said): Difference => (typeof said === 'string' ? { text: said, remedy: REMEDY } : said)); // prettier-ignore
  if (found.length === 0) return [ok('catalogue', `the catalogue of ${known.size} tables is that of the database`)];
  if (each) return found.map(({ text, remedy }) => fail('catalogue', text, remedy));
  const message = `the catalogue is not that of the database: ${found.map(({ text }) => text).join('; ')}`;
  const remedy = [...new Set(found.map((difference) => difference.remedy))].join('; ');
  return [{ name: 'catalogue', state: 'warn', message, remedy }];
}

/** What is no table there has no changes to capture, so whoever leaves it out is not asked for it. */
async function missing(
  pool: Pool,
  tables: readonly Table[],
  { catalogue, models, schemas: [first] = ['public'] }: Coverage,
): Promise<readonly Difference[]> {
  const wanted = tables.filter(({ schema, name }) => models?.[schema === first ? name : `${schema}.${name}`] !== false);
  if (wanted.length === 0) return [];
  const kinds = await readNoTables(pool, wanted);
  return wanted.map((table, i) => {
    const kind = kinds[i];
    if (kind === undefined)
      return { text: `the table ${idOf(table)} is in the catalogue and not in the database`, remedy: REMEDY };
    const [model = table.name] = Object.entries(catalogue?.models ?? {}).find(([, known]) => known.table === table.name && (known.schema ?? first) === table.schema) ?? []; // prettier-ignore
    const declare = kind.endsWith('view') ? 'declare it as "view" in schema.prisma and run "prisma generate", or ' : '';
    return {
      text: `the model ${model} (${idOf(table)}) is ${kind}: it is not captured by itself`,
      remedy: `${declare}leave it out (models: { ${JSON.stringify(model)}: false })`,
    };
  });
}

const idOf = ({ schema, name }: Table): string => `${schema}.${name}`;

function differences(id: string, known: Table, real: Table | undefined): readonly string[] {
  if (real === undefined) return [];
  const gone = known.columns.filter((column) => !real.columns.includes(column));
  const unknown = real.columns.filter((column) => !known.columns.includes(column));
  return [
    ...gone.map((column) => `the column ${id}.${column} is in the catalogue and not in the database`),
    ...unknown.map((column) => `the column ${id}.${column} is in the database and not in the catalogue`),
    ...(known.key.join() === real.key.join() || known.key.length === 0
      ? []
      : [
          `the key of ${id} is (${real.key.join(', ')}) in the database and (${known.key.join(', ')}) in the catalogue`,
        ]),
  ];
}
