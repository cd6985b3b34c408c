import { catalogueKeys, type Action } from '../../event/coverage/catalogue-keys.js';
import { ACTING_KEYS, RISKS } from './catalogue-risks-sql.js';
import type { Check } from './checks.js';
import type { Coverage, PlannedTable } from './coverage.js';
import type { Pool } from './pool.js';
import { qualified } from './tables.js';

interface Risks {
  readonly table: string;
  readonly role: string | null;
  readonly triggers: string[] | null;
  readonly rules: string[] | null;
  readonly heirs: string[] | null;
  readonly hidesRows: boolean | null;
  readonly unread: string[] | null;
  readonly writes: boolean | null;
}

interface ActingKey {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly fromSchema: string;
  readonly fromTable: string;
  readonly columns: string[];
  readonly onDelete: string;
  readonly onUpdate: string;
}

/** Letters of `pg_constraint`. */
const ACTION: Readonly<Record<string, Action>> = { c: 'Cascade', n: 'SetNull', d: 'SetDefault' };
const REMEDY = 'engine "database" sees them';

/**
 * The tables that are at risk with engine "client": what the database does there on its own, and what the role of the
 * application may not see. One check for each reason; one for all of them if there is none.
 * @param role of the application; that of this connection if it is not known
 */
export async function checkClientRisks(
  pool: Pool,
  plan: readonly PlannedTable[],
  coverage: Coverage,
  role: string | undefined,
): Promise<readonly Check[]> {
  const audited = plan.filter(({ audited: isAudited }) => isAudited);
  const byTable = new Map(audited.map((planned) => [qualified(planned.table.schema, planned.table.name), planned]));
  const tables = [...byTable.keys()];
  const { rows } = await pool.query<Risks>(RISKS, [tables, role ?? null]);
  const keys = (await pool.query<ActingKey>(ACTING_KEYS, [tables])).rows;
  const checks = rows.flatMap((risks) => {
    const planned = byTable.get(risks.table);
    if (planned === undefined) return [];
    const refers = keys.some(({ fromSchema, fromTable }) => fromSchema === planned.table.schema && fromTable === planned.table.name); // prettier-ignore
    return [...tableRisks(planned, risks), ...roleRisks(planned, risks, refers)];
  });
  checks.push(...keyRisks(plan, keys, coverage));
  return checks.length > 0 ? checks : [{ name: 'client', state: 'ok', message: 'engine "client" sees what happens to each of its tables' }]; // prettier-ignore
}

function tableRisks({ model, table }: PlannedTable, { triggers, rules, heirs }: Risks): Check[] {
  const warn = (message: string, remedy?: string): Check => ({ name: `client:${model}`, state: 'warn', message: `${model}: ${message}`, ...(remedy === undefined ? {} : { remedy }) }); // prettier-ignore
  return [
    ...(triggers ? [warn(`engine "client" does not see what the triggers ${triggers.join(', ')} write`, REMEDY)] : []),
    ...(rules ? [warn(`engine "client" does not see what the rules ${rules.join(', ')} write`, REMEDY)] : []),
    ...(heirs
      ? [warn(`of rows of ${heirs.join(', ')}, which inherit from it, engine "client" logs the columns of ${table.name} alone`, REMEDY)] // prettier-ignore
      : []),
    ...(table.key.length === 0
      ? [warn('without a key, changes carry no resource id, and a row that a referential action changes is not found again: an entry flagged gap', 'give it a primary key, or a unique key without NULL')] // prettier-ignore
      : []),
  ];
}

function roleRisks({ model }: PlannedTable, { hidesRows, unread, writes, role }: Risks, refers: boolean): Check[] {
  const name = `client:${model}`;
  return [
    ...(hidesRows === true
      ? [{ name, state: 'warn' as const, message: `${model}: row-level security may hide rows from the role ${role}; what a referential action does to them is not seen, and a createMany of rows that it cannot read fails`, remedy: REMEDY }] // prettier-ignore
      : []),
    ...(unread && (writes === true || refers)
      ? [{ name, state: 'fail' as const, message: `${model}: the role ${role} may not read ${unread.join(', ')}, so ${writes === true ? 'its writes fail' : 'writes that lead here by a referential action fail'}`, remedy: `grant it SELECT on the table` }] // prettier-ignore
      : []),
  ];
}

/** Foreign keys by which the database does something else than the Prisma schema says. */
function keyRisks(plan: readonly PlannedTable[], keys: readonly ActingKey[], coverage: Coverage): Check[] {
  const known = coverage.catalogue === undefined ? [] : catalogueKeys(coverage.catalogue, coverage.schemas?.[0]);
  return keys.flatMap((key): Check[] => {
    const planned = plan.find(({ table }) => table.schema === key.fromSchema && table.name === key.fromTable);
    // What is known and left out on purpose needs no entry.
    if (planned !== undefined && !planned.audited && coverage.models?.[planned.model] === false) return [];
    const columns = key.columns.toSorted().join();
    const said = known.find(
      (other) =>
        other.schema === key.fromSchema && other.table === key.fromTable && other.columns.toSorted().join() === columns,
    );
    const differs = (['onDelete', 'onUpdate'] as const).flatMap((when) => {
      const action = ACTION[key[when]];
      return action === undefined || action === said?.[when] ? [] : `${when} ${action}`;
    });
    if (differs.length === 0) return [];
    const message = `${key.from}: the foreign key ${key.name} (${key.columns.join(', ')}) to ${key.to} has ${differs.join(' and ')}, of which the Prisma schema does not know; what it does is not seen`; // prettier-ignore
    return [{ name: `client:${planned?.model ?? key.from}`, state: 'warn', message, remedy: 'make the schema and the database say the same' }]; // prettier-ignore
  });
}
