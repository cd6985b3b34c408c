import type { Catalogue, CatalogueAnnotations, CatalogueModel } from '../catalogue.js';
import { AuditError } from '../errors.js';
import { secretNames, type SecretName } from '../redaction.js';
import type { Coverage, ModelCoverage } from './coverage.js';

/**
 * The configuration with what its catalogue says put in: names of tables and columns, and the annotations. What the
 * configuration says of a model or a field wins over the annotations of that model or field.
 * @throws AuditError `AUDIT_CONFIG_INVALID` when two models would go by one name, and for an engine that there is not, or that needs a catalogue
 */
export function withCatalogue<C extends Coverage>(coverage: C): C & Coverage {
  const { catalogue } = coverage;
  checkEngine(coverage);
  if (catalogue === undefined) return coverage;
  const schemas = coverage.schemas ?? schemasOf(catalogue);
  const configured = coverage.models ?? {};
  const isSecret = secretNames(coverage.redaction);
  const models = new Map(Object.entries(configured).filter(([name]) => !Object.hasOwn(catalogue.models, name)));
  const nameOfTable = new Map([...models].map(([name, said]) => [(said || undefined)?.table || name, name]));
  for (const [name, model] of Object.entries(catalogue.models)) {
    if (model.view === true || outside(model, schemas)) continue;
    const table = tableOf(model, schemas);
    // The configuration may know the table by another name than the catalogue, and means the same.
    const other = Object.hasOwn(configured, name) ? undefined : nameOfTable.get(table);
    if (other !== undefined) models.delete(other);
    const rules = rulesOf(
      model,
      Object.hasOwn(configured, other ?? name) ? configured[other ?? name] : undefined,
      isSecret,
    );
    // A model that is left out is known by its table alone.
    const key = rules === false ? table : name;
    if (models.has(key))
      throw new AuditError(
        'AUDIT_CONFIG_INVALID',
        `audit.config: ${key} is both a model and the table of another: leave neither out, or rename the model`,
      );
    models.set(key, rules === false ? false : { table, ...rules });
  }
  return { ...coverage, ...(schemas === undefined ? {} : { schemas }), models: Object.fromEntries(models) };
}

function checkEngine({ engine, catalogue }: Coverage): void {
  if (engine !== undefined && engine !== 'database' && engine !== 'client')
    throw new AuditError('AUDIT_CONFIG_INVALID', 'audit.config: engine is "database" or "client"');
  if (engine === 'client' && catalogue === undefined)
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      'audit.config: engine "client" needs to know the schema: add "generator audit" to it and set catalogue',
    );
}

/** Those of `@@schema`, the usual first one first; none if the models have none. */
function schemasOf(catalogue: Catalogue): readonly string[] | undefined {
  const found = new Set(
    Object.values(catalogue.models).flatMap(({ schema }) => (schema === undefined ? [] : [schema])),
  );
  if (found.size === 0) return undefined;
  const first = found.delete('public') ? ['public'] : [];
  return [...first, ...[...found].sort()];
}

/** The application audits some of its schemas alone. */
function outside({ schema }: CatalogueModel, schemas: readonly string[] | undefined): boolean {
  return schema !== undefined && schemas !== undefined && !schemas.includes(schema);
}

function tableOf({ table, schema }: CatalogueModel, schemas: readonly string[] | undefined): string {
  return schema === undefined || schema === schemas?.[0] ? table : `${schema}.${table}`;
}

function rulesOf(
  model: CatalogueModel,
  said: ModelCoverage | false | undefined,
  isSecret: SecretName,
): ModelCoverage | false {
  if (said === false || (said === undefined && model.audit?.ignored === true)) return false;
  const { tenant, subject } = { ...model.audit, ...said };
  return {
    ...said,
    ...hidden(model.audit ?? {}, said ?? {}, secretFields(model, isSecret)),
    ...(tenant === undefined ? {} : { tenant }),
    ...(subject === undefined ? {} : { subject }),
    ...renamed(model, said),
  };
}

/** Names of columns that differ from their field's. */
function renamed(model: CatalogueModel, said: ModelCoverage | undefined): Pick<ModelCoverage, 'columns'> {
  const columns = Object.entries(model.fields).flatMap(([field, { column }]) => (field === column ? [] : [[field, column]])); // prettier-ignore
  const all = { ...Object.fromEntries(columns), ...said?.columns };
  return Object.keys(all).length === 0 ? {} : { columns: all };
}

/** `@map` may have taken the word from a column that tells a secret: `passwordHash @map("pw")`. */
function secretFields({ fields }: CatalogueModel, isSecret: SecretName): readonly string[] {
  return Object.entries(fields).flatMap(([field, { column }]) => (field !== column && isSecret(field) ? [field] : []));
}

/** The annotations and the configuration together, without annotations of fields of which the configuration speaks. */
function hidden(annotations: CatalogueAnnotations, said: ModelCoverage, secrets: readonly string[]): ModelCoverage {
  const mask = said.mask ?? {};
  const named = new Set([said.redact, said.keep, said.ignore, Object.keys(mask)].flatMap((fields) => fields ?? []));
  const left = (fields: readonly string[] = []): readonly string[] => fields.filter((field) => !named.has(field));
  const redact = [...left(annotations.redact), ...(said.redact ?? [])];
  const ignore = [...left(annotations.ignore), ...(said.ignore ?? [])];
  const masks = [...Object.entries(annotations.mask ?? {}).filter(([field]) => !named.has(field)), ...Object.entries(mask)]; // prettier-ignore
  const spoken = new Set([...named, ...redact, ...ignore, ...masks.map(([field]) => field)]);
  redact.push(...secrets.filter((field) => !spoken.has(field)));
  return {
    ...(redact.length > 0 ? { redact } : {}),
    ...(ignore.length > 0 ? { ignore } : {}),
    ...(masks.length > 0 ? { mask: Object.fromEntries(masks) } : {}),
  };
}
