import { captureArguments, invalid } from '../../event/coverage/capture-arguments.js';
import { catalogueTables } from '../../event/coverage/catalogue-tables.js';
import type { Coverage } from '../../event/coverage/coverage.js';
import type { Table } from '../../event/coverage/table.js';
import { secretNames } from '../../event/redaction.js';
import { isAttached } from './attached.js';
import { DEFAULT_SCHEMA } from './schema.js';

export type { Coverage, ModelCoverage } from '../../event/coverage/coverage.js';

export interface PlannedTable {
  readonly table: Table;
  readonly model: string;
  /** Whether its changes are to be logged, by whichever engine. */
  readonly audited: boolean;
  /** What its triggers are told; `undefined`: it should have none, since it is not audited, or the client captures. */
  readonly wanted: readonly string[] | undefined;
  readonly step: 'add' | 'replace' | 'remove' | 'keep' | 'skip';
}

/**
 * What each table's trigger should be, compared with what it is.
 * @throws AuditError `AUDIT_CONFIG_INVALID` when the configuration names what is not there
 */
export function planCoverage(tables: readonly Table[], coverage: Coverage): readonly PlannedTable[] {
  const models = new Map(Object.entries(coverage.models ?? {}));
  const schemas = coverage.schemas ?? ['public'];
  const ownSchema = coverage.schema ?? DEFAULT_SCHEMA;
  // A trigger on the log would write to the log, and so without end.
  if (schemas.includes(ownSchema)) {
    throw invalid(
      `the schema ${JSON.stringify(ownSchema)} is that of the log: name another with schema, or leave it out of schemas`,
    );
  }
  const nameOf = (table: Table): string => (table.schema === schemas[0] ? table.name : `${table.schema}.${table.name}`);
  const modelOf = new Map<string, string>();
  for (const [model, rules] of models) modelOf.set((rules || undefined)?.table || model, model);
  // Of what the catalogue knows and the database has not, or not as a table, doctor tells; the other tables are covered meanwhile.
  const { catalogue } = coverage;
  const inSchema = catalogue === undefined ? [] : catalogueTables(catalogue, coverage.schemas);
  const known = new Set([...tables, ...inSchema].map((table) => nameOf(table)));
  for (const [table, model] of modelOf) {
    if (!known.has(table) && !Object.hasOwn(catalogue?.models ?? {}, model)) {
      throw invalid(
        `model ${model}: there is no table ${JSON.stringify(table)} (set models.${model}.table where @@map renames it)`,
      );
    }
  }
  const isSecret = secretNames(coverage.redaction);
  const isKnown = inCatalogue(coverage);
  const plan = tables.map((table): PlannedTable => {
    const model = modelOf.get(nameOf(table)) ?? nameOf(table);
    const rules = models.get(model) ?? {};
    const told = rules === false ? undefined : captureArguments(table, model, rules, coverage, isSecret);
    const byClient = coverage.engine === 'client';
    const wanted = byClient ? undefined : told;
    const audited = told !== undefined && (!byClient || isKnown(table));
    return { table, model, audited, wanted, step: stepOf(table, wanted, coverage) };
  });
  checkTenantColumn(plan, coverage);
  return plan;
}

function checkTenantColumn(plan: readonly PlannedTable[], { tenantColumn }: Coverage): void {
  if (
    tenantColumn !== undefined &&
    !plan.some(({ audited, table }) => audited && table.columns.includes(tenantColumn))
  ) {
    throw invalid(
      `no audited table has a column ${JSON.stringify(tenantColumn)}: tenantColumn is the name in the database (@map), not the field's`,
    );
  }
}

/** A client knows the tables of its schema, and no others. */
function inCatalogue({ catalogue, schemas }: Coverage): (table: Table) => boolean {
  if (catalogue === undefined) return () => false;
  const known = new Set(catalogueTables(catalogue, schemas).map(({ schema, name }) => JSON.stringify([schema, name])));
  return ({ schema, name }) => known.has(JSON.stringify([schema, name]));
}

function stepOf(
  table: Table,
  wanted: readonly string[] | undefined,
  { schema = DEFAULT_SCHEMA, onMissing = 'fail' }: Coverage,
): PlannedTable['step'] {
  if (wanted === undefined) return table.triggers.length + table.ownPartitions.length === 0 ? 'skip' : 'remove';
  if (table.triggers.length === 0) return 'add';
  return isAttached(table, wanted, onMissing, schema) ? 'keep' : 'replace';
}
