import type { Catalogue } from '../event/catalogue.js';
import type { FieldChange } from '../event/changes.js';
import type { RecordChange } from '../event/record-change.js';
import type { JsonObject } from '../event/types.js';
import { configuredNames, type ConfiguredModels } from './configured-names.js';
import { modelName, type ColumnField } from './model-fields.js';
import type { AuditEntry } from './read-entry.js';
import type { ReaderScope } from './scope.js';

type Sees = NonNullable<ReaderScope['fields']>;

export interface Hiding {
  readonly fields: Sees;
  readonly catalogue: Catalogue | undefined;
  readonly models: ConfiguredModels | undefined;
  readonly columnsOf: (model: string) => ReadonlyMap<string, ColumnField> | undefined;
}

/** An entry without the fields that its reader does not see: as if they had never been logged. */
export function hideFields(entry: AuditEntry, { fields, catalogue, models, columnsOf }: Hiding): AuditEntry {
  const type = entry.resource?.type ?? '';
  // An entry can have the name of the table, from before the model had one.
  const configured = configuredNames(models, type);
  const model = modelName(catalogue, type) ?? configured?.model ?? type;
  const columns = columnsOf(type);
  // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- what is not true is hidden
  const isSeen = (field: string): boolean => fields(model, field) === true;
  const seesColumn = (column: string): boolean => {
    const known = columns?.get(column)?.name;
    const names = known === undefined ? (configured?.fieldsOf(column) ?? []) : [known];
    return (names.length === 0 ? [column] : names).every((name) => isSeen(name));
  };
  // Where the catalogue has the model, changes have the client's names already; a column that it does not know stays one.
  const isField = new Set([...(columns?.values() ?? [])].map(({ name }) => name));
  const sees = (field: string): boolean => (isField.has(field) ? isSeen(field) : seesColumn(field));
  const { old, new: after, changes, change, unreadable, ...rest } = entry;
  return {
    ...rest,
    ...(old === undefined ? {} : { old: only<JsonObject>(old, seesColumn) }),
    ...(after === undefined ? {} : { new: only<JsonObject>(after, seesColumn) }),
    changes: changes.filter(({ field }: FieldChange) => sees(field)),
    ...(change === undefined ? {} : { change: hideChange(change, sees) }),
    // What could not be understood may be a value, and where it stands the name of a field.
    ...(unreadable === undefined
      ? {}
      : { unreadable: unreadable.map((each) => (/^data\b/.test(each.at) ? { at: 'data', why: each.why } : each)) }),
  };
}

function hideChange(change: RecordChange, sees: (field: string) => boolean): RecordChange {
  const both = <T>(sides: {
    readonly old?: Readonly<Record<string, T>>;
    readonly new?: Readonly<Record<string, T>>;
  }) => ({
    ...(sides.old === undefined ? {} : { old: only(sides.old, sees) }),
    ...(sides.new === undefined ? {} : { new: only(sides.new, sees) }),
  });
  return {
    model: change.model,
    operation: change.operation,
    ...both(change),
    redacted: change.redacted.filter((path) => sees(path) && sees(path.split('.')[0] ?? path)),
    masked: both(change.masked),
    cut: both(change.cut),
    ignored: change.ignored.filter((field) => sees(field)),
    asText: both(change.asText),
  };
}

/** Not by assignment: a field may be called `__proto__`. */
function only<T extends Readonly<Record<string, unknown>>>(values: T, sees: (field: string) => boolean): T {
  return Object.fromEntries(Object.entries(values).filter(([field]) => sees(field))) as T; // some of its members
}
