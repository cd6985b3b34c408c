import type { ActionCatalogue } from '../../event/actions.js';
import type { Catalogue } from '../../event/catalogue.js';
import { AuditError } from '../../event/errors.js';
import { secretNames, secretPatterns, type RedactionOptions } from '../../event/redaction.js';
import { isAttached } from './attached.js';
import { DEFAULT_SCHEMA } from './schema.js';
import type { Table } from './table.js';

/** What is to be audited: `audit.config.ts`, without the types that check it. */
export interface Coverage {
  readonly schema?: string;
  readonly schemas?: readonly string[];
  readonly tenantColumn?: string;
  readonly redaction?: RedactionOptions;
  readonly catalogue?: Catalogue;
  readonly actions?: ActionCatalogue;
  readonly onMissing?: 'fail' | 'warn';
  readonly models?: Readonly<Record<string, ModelCoverage | false | undefined>>;
}

export interface ModelCoverage {
  readonly redact?: readonly string[];
  readonly keep?: readonly string[];
  readonly mask?: Readonly<Record<string, number | undefined>>;
  readonly ignore?: readonly string[];
  readonly subject?: string;
  readonly tenant?: string;
  readonly table?: string;
  readonly columns?: Readonly<Record<string, string | undefined>>;
}

export interface PlannedTable {
  readonly table: Table;
  readonly model: string;
  /** `undefined`: not audited. */
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
  const known = new Set(tables.map((table) => nameOf(table)));
  for (const [table, model] of modelOf) {
    // Of what the catalogue knows and the database has not, doctor tells; the other tables are covered meanwhile.
    if (!known.has(table) && !Object.hasOwn(coverage.catalogue?.models ?? {}, model)) {
      throw invalid(
        `model ${model}: there is no table ${JSON.stringify(table)} (set models.${model}.table where @@map renames it)`,
      );
    }
  }
  const { tenantColumn } = coverage;
  if (tenantColumn !== undefined && !tables.some((table) => table.columns.includes(tenantColumn))) {
    throw invalid(
      `no table has a column ${JSON.stringify(tenantColumn)}: tenantColumn is the name in the database (@map), not the field's`,
    );
  }
  const isSecret = secretNames(coverage.redaction);
  return tables.map((table) => {
    const model = modelOf.get(nameOf(table)) ?? nameOf(table);
    const rules = models.get(model) ?? {};
    const wanted = rules === false ? undefined : triggerArguments(table, model, rules, coverage, isSecret);
    return { table, model, wanted, step: stepOf(table, wanted, coverage) };
  });
}

function stepOf(
  table: Table,
  wanted: readonly string[] | undefined,
  { schema = DEFAULT_SCHEMA, onMissing = 'fail' }: Coverage,
): PlannedTable['step'] {
  if (wanted === undefined) return table.triggers.length === 0 ? 'skip' : 'remove';
  if (table.triggers.length === 0) return 'add';
  return isAttached(table, wanted, onMissing, schema) ? 'keep' : 'replace';
}

function triggerArguments(
  table: Table,
  model: string,
  rules: ModelCoverage,
  coverage: Coverage,
  isSecret: (name: string) => boolean,
): readonly string[] {
  const inCatalogue = coverage.catalogue?.models[model]?.fields;
  const column = (field: string): string[] => {
    const name = rules.columns?.[field] ?? field;
    if (table.columns.includes(name)) return [name];
    if (inCatalogue !== undefined && Object.hasOwn(inCatalogue, field)) return []; // not deployed yet, or dropped
    throw invalid(
      `model ${model}: the table has no column ${JSON.stringify(name)} (set models.${model}.columns where @map renames it)`,
    );
  };
  const keep = new Set((rules.keep ?? []).flatMap((field) => column(field)));
  const ignore = (rules.ignore ?? []).flatMap((field) => column(field));
  const mask = new Map(
    Object.entries(rules.mask ?? {}).flatMap(([field, shown]) =>
      column(field).map((name): [string, number] => [name, characters(model, field, shown)]),
    ),
  );
  const redact = [
    ...new Set([
      ...table.columns.filter((name) => isSecret(name) && !keep.has(name) && !mask.has(name) && !ignore.includes(name)),
      ...(rules.redact ?? []).flatMap((field) => column(field)),
    ]),
  ].toSorted();
  const blank = [...redact, ...mask.keys(), ...ignore];
  const twice = blank.find((name, i) => blank.indexOf(name) !== i);
  if (twice !== undefined)
    throw invalid(`model ${model}: ${twice} is in two of redact, mask and ignore, and can be in one alone`);
  const stubborn = table.notNullDomains.filter((name) => blank.includes(name));
  if (stubborn.length > 0) {
    throw invalid(
      `model ${model}: ${stubborn.join(', ')} cannot be redacted, its domain refuses NULL. Leave the model out (models.${model}: false), or say that it holds no secret (keep)`,
    );
  }
  const documents = table.jsonColumns.filter((name) => !blank.includes(name) && !keep.has(name)).toSorted();
  const tenant = rules.tenant !== undefined ? column(rules.tenant)[0] : coverage.tenantColumn;
  const names = secretPatterns(coverage.redaction);
  const hidden = blank.length + documents.length > 0;
  return [
    model,
    table.key.length === 1 ? (table.key[0] as string) : '',
    table.key.length > 1 ? arrayLiteral(table.key) : '',
    hidden
      ? JSON.stringify({
          blank: nulls(blank),
          redact,
          mask: Object.fromEntries(mask),
          ignore,
          untold: nulls(ignore),
          json: documents,
          ...(documents.length > 0 ? { names } : {}),
        })
      : '',
    tenant !== undefined && table.columns.includes(tenant) ? tenant : '',
    blank.length > 0 ? JSON.stringify(nulls(blank)) : '',
    ignore.length > 0 ? JSON.stringify(nulls(ignore)) : '',
    redact.length > 0 ? arrayLiteral(redact) : '',
    documents.length > 0 ? arrayLiteral(documents) : '',
    documents.length > 0 ? arrayLiteral(names.words) : '',
    mask.size > 0 ? 'masked' : '',
  ];
}

const nulls = (names: readonly string[]): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]));

function characters(model: string, field: string, shown: number | undefined): number {
  if (shown === undefined || !Number.isSafeInteger(shown) || shown < 0 || shown > 1000)
    throw invalid(`model ${model}: mask.${field} is how many characters stay readable, 0 to 1000`);
  return shown;
}

function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_CONFIG_INVALID', `audit.config: ${message}`);
}
