import type { Catalogue, CatalogueField, CatalogueModel } from '../event/catalogue.js';

/** A field by the name of its column. */
export interface ColumnField {
  /** In the client. */
  readonly name: string;
  readonly field: CatalogueField;
  readonly names?: ReadonlyMap<string, string>;
}

/** Finds the columns of an entry's model. Each model is prepared once. */
export function modelFields(
  catalogue: Catalogue | undefined,
): (model: string) => ReadonlyMap<string, ColumnField> | undefined {
  const known = new Map<string, ReadonlyMap<string, ColumnField> | undefined>();
  return (model) => {
    if (catalogue === undefined) return undefined;
    if (known.has(model)) return known.get(model);
    const found = find(catalogue, model);
    const columns = found && columnsOf(catalogue, found);
    if (known.size < 10_000) known.set(model, columns);
    return columns;
  };
}

/** What the client calls the model of an entry, where the catalogue has it. */
export function modelName(catalogue: Catalogue | undefined, name: string): string | undefined {
  const found = catalogue && find(catalogue, name);
  return found && Object.entries(catalogue?.models ?? {}).find(([, model]) => model === found)?.[0];
}

/** By its name, or by that of its table: what an entry has that was logged before the model had a name. */
function find(catalogue: Catalogue, name: string): CatalogueModel | undefined {
  if (Object.hasOwn(catalogue.models, name)) return catalogue.models[name];
  return Object.values(catalogue.models).find(
    ({ table, schema }) => table === name || (schema !== undefined && `${schema}.${table}` === name),
  );
}

function columnsOf(catalogue: Catalogue, model: CatalogueModel): ReadonlyMap<string, ColumnField> {
  return new Map(
    Object.entries(model.fields).map(([name, field]) => {
      const values = field.kind === 'enum' && Object.hasOwn(catalogue.enums, field.type) && catalogue.enums[field.type];
      const names = values ? new Map(Object.entries(values).map(([client, stored]) => [stored, client])) : undefined;
      return [field.column, { name, field, ...(names ? { names } : {}) }];
    }),
  );
}
