import type { Catalogue, CatalogueModel } from '../catalogue.js';
import { actionsOf } from './catalogue-keys.js';
import type { Table } from './table.js';

/**
 * The tables that a Prisma schema makes, as they are before any trigger: for what is written without a database. What
 * happens to a table outside of Prisma (partitions, domains, triggers of the application) is not in it.
 * @param schemas which are audited, that of models without `@@schema` first; all if it is not given
 */
export function catalogueTables(catalogue: Catalogue, schemas?: readonly string[]): readonly Table[] {
  const [first = 'public'] = schemas ?? [];
  return Object.values(catalogue.models)
    .filter(({ view, schema = first }) => view !== true && (schemas?.includes(schema) ?? true))
    .map((model) => ({
      schema: model.schema ?? first,
      name: model.table,
      columns: Object.values(model.fields).map(({ column }) => column),
      notNullDomains: [], // Prisma makes no domains
      key: keyOf(model).map((field) => model.fields[field]?.column ?? field),
      jsonColumns: Object.values(model.fields)
        .filter(({ type, native }) => type === 'Json' || (type === 'Unsupported' && isJson(native?.[0])))
        .map(({ column }) => column)
        .toSorted(),
      level: levelOf(model),
      triggers: [],
      barePartitions: [],
      ownPartitions: [],
      partitioned: false,
    }))
    .sort((a, b) => order(a.schema, b.schema) || order(a.name, b.name));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const isJson = (type = ''): boolean => /^jsonb?(\[\])?$/i.test(type);

/** As in the database: the primary key, else the first unique key without NULL. Prisma's lists are columns that take NULL. */
function keyOf(model: CatalogueModel): readonly string[] {
  if (model.id.length > 0) return model.id;
  const never = (field: string): boolean => {
    const column = model.fields[field];
    return column !== undefined && column.optional !== true && column.list !== true;
  };
  return model.uniques.find((fields) => fields.every((field) => never(field))) ?? [];
}

/** As `"audit".level_of` sees it, which decides when triggers are made: here it only tells what is to be expected. */
function levelOf(model: CatalogueModel): Table['level'] {
  const actions = Object.values(model.relations)
    .filter(({ fields }) => fields !== undefined)
    .map((relation): string => actionsOf(relation).onDelete);
  return actions.includes('Cascade') && actions.some((action) => action.startsWith('Set')) ? 'row' : 'statement';
}
