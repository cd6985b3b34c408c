import { AuditError } from '../errors.js';
import { secretPatterns } from '../redaction.js';
import type { Coverage, ModelCoverage } from './coverage.js';
import type { Table } from './table.js';

/** The database has these (0004_capture.sql): what a trigger is told is copied by each statement. */
const DEFAULT_NAMES = JSON.stringify(secretPatterns());

/**
 * What the function that captures is told of a table: the arguments of its trigger (0004_capture.sql), and of engine
 * "client" (0009_client_engine.sql).
 * @throws AuditError `AUDIT_CONFIG_INVALID` when the rules name what is not there
 */
export function captureArguments(
  table: Pick<Table, 'columns' | 'notNullDomains' | 'key' | 'jsonColumns'>,
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
  const kept = table.jsonColumns.filter((name) => keep.has(name)).toSorted();
  const tenant = rules.tenant !== undefined ? column(rules.tenant)[0] : coverage.tenantColumn;
  const names = secretPatterns(coverage.redaction);
  const own = documents.length > 0 && JSON.stringify(names) !== DEFAULT_NAMES;
  const hidden = blank.length + documents.length + kept.length > 0;
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
          ...(kept.length > 0 ? { kept } : {}),
          ...(own ? { names } : {}),
        })
      : '',
    tenant !== undefined && table.columns.includes(tenant) ? tenant : '',
    blank.length > 0 ? JSON.stringify(nulls(blank)) : '',
    ignore.length > 0 ? JSON.stringify(nulls(ignore)) : '',
    redact.length > 0 ? arrayLiteral(redact) : '',
    documents.length > 0 ? arrayLiteral(documents) : '',
    own ? arrayLiteral(['null%', ...names.words]) : '',
    mask.size > 0 ? 'masked' : blank.length > 0 ? 'hidden' : '',
    table.key.length === 1 ? `{${JSON.stringify(table.key[0])}:` : '',
  ];
}

const nulls = (names: readonly string[]): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]));

function characters(model: string, field: string, shown: number | undefined): number {
  if (shown === undefined || !Number.isSafeInteger(shown) || shown < 0 || shown > 1000)
    throw invalid(`model ${model}: mask.${field} is how many characters stay readable, 0 to 1000`);
  return shown;
}

export function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

export function invalid(message: string): AuditError {
  return new AuditError('AUDIT_CONFIG_INVALID', `audit.config: ${message}`);
}
