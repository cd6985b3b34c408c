import { AuditError } from '../../event/errors.js';
import { fail, type Check } from './checks.js';
import type { PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { DEFAULT_SCHEMA, inSchema } from './schema.js';
import { qualified } from './tables.js';

/** A part of a column's type whose owner could run code with the rights of the log's owner, since the capturing function calls it. */
interface Stranger {
  readonly model: string;
  readonly table: string;
  readonly column: string;
  readonly what: string;
  readonly owner: string;
}

const STRANGERS = `
select t.place::int, s.column_name as "column", s.what, s.owner
  from unnest($1::text[]) with ordinality t (name, place), lateral "audit".strangers(t.name::regclass) s
 order by 1, 2, 3`;

const REMEDY =
  'give it to the owner of the log (ALTER TYPE … OWNER TO, ALTER FUNCTION … OWNER TO), or leave the model out of audit.config (models: { name: false })';

/** Of the tables that are to be captured by triggers. */
export async function readStrangers(
  pool: Pool,
  plan: readonly PlannedTable[],
  schema = DEFAULT_SCHEMA,
): Promise<readonly Stranger[]> {
  const captured = plan.filter(({ wanted }) => wanted !== undefined);
  if (captured.length === 0) return [];
  const names = captured.map(({ table }) => qualified(table.schema, table.name));
  const { rows } = await pool.query<{ place: number; column: string; what: string; owner: string }>(
    inSchema(schema, STRANGERS),
    [names],
  );
  return rows.map(({ place, ...part }) => {
    const { model } = captured[place - 1] as PlannedTable;
    return { model, table: names[place - 1] as string, ...part };
  });
}

const describe = ({ model, column, what, owner }: Stranger): string =>
  `column ${column} of ${model} uses ${what}, which belongs to ${owner}`;

/** @throws AuditError `AUDIT_CONFIG_INVALID`, where there is any */
export function refuseStrangers(strangers: readonly Stranger[]): void {
  const [first] = strangers;
  if (first === undefined) return;
  const more = strangers.length > 1 ? ` (and ${strangers.length - 1} more like it)` : '';
  throw new AuditError(
    'AUDIT_CONFIG_INVALID',
    `${describe(first)}${more}: capture would run what ${first.owner} puts there with the rights of the log's owner. The tables concerned were left as they are, all others are done: ${REMEDY}`,
    { strangers: strangers.map((stranger) => describe(stranger)) },
  );
}

export async function checkStrangers(
  pool: Pool,
  plan: readonly PlannedTable[],
  schema: string,
): Promise<readonly Check[]> {
  return (await readStrangers(pool, plan, schema)).map((stranger) =>
    fail('types', `${describe(stranger)}, and capture runs it with the rights of the log's owner`, REMEDY),
  );
}
