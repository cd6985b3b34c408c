import type { Catalogue } from '../../event/catalogue.js';
import { catalogueTables } from '../../event/coverage/catalogue-tables.js';
import { planCoverage } from './coverage.js';
import { guardedAttach, guardedDetach } from './prisma-sql.js';
import { checkSchemaName, DEFAULT_SCHEMA } from './schema.js';
import { qualified } from './tables.js';
import { withCatalogue } from '../../event/coverage/with-catalogue.js';

export interface TriggerSqlOptions {
  /** Schema of the log. @defaultValue `'audit'` */
  readonly schema?: string;
  /** Schema of the tables of models without `@@schema`. @defaultValue `'public'` */
  readonly tableSchema?: string;
}

const HEAD = `-- Written by the generator of nestjs-prisma-audit from the Prisma schema: do not edit, run "prisma generate" again.
-- The capture triggers that the schema and its annotations ask for; what audit.config says beside them is not in here.
-- Needs the log ("nestjs-prisma-audit migrate" makes it). Can be run again; a table that is not there is passed over.
`;

/**
 * The triggers of a catalogue as a script that can be run by psql or be part of a migration.
 * @throws AuditError `AUDIT_CONFIG_INVALID`
 */
export function triggerSql(catalogue: Catalogue, { schema = DEFAULT_SCHEMA, tableSchema }: TriggerSqlOptions): string {
  checkSchemaName(schema);
  const coverage = withCatalogue({ catalogue, schema, ...(tableSchema === undefined ? {} : { schemas: [tableSchema, ...schemasOf(catalogue)] }) }); // prettier-ignore
  const plan = planCoverage(catalogueTables(catalogue, coverage.schemas), coverage);
  const parts = plan.map(({ table, wanted }) => {
    const name = qualified(table.schema, table.name);
    return wanted === undefined ? guardedDetach(schema, name) : guardedAttach(schema, name, wanted, 'fail');
  });
  return [HEAD, ...parts].join('\n');
}

const schemasOf = ({ models }: Catalogue): readonly string[] =>
  Object.values(models).flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
