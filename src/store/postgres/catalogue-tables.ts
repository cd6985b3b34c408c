import type { Catalogue, CatalogueModel } from '../../event/catalogue.js';
import type { Table } from './tables.js';

/** The tables that a Prisma schema makes, as they are before any trigger: for a migration written without a database. */
export function tablesOfCatalogue(catalogue: Catalogue, firstSchema: string): readonly Table[] {
  return Object.values(catalogue.models)
    .filter((model) => model.view !== true)
    .map((model) => ({
      schema: model.schema ?? firstSchema,
      name: model.table,
      columns: Object.values(model.fields).map(({ column }) => column),
      notNullDomains: [], // Prisma has no domains
      key: keyOf(model).map((field) => model.fields[field]?.column ?? field),
      jsonColumns: Object.values(model.fields)
        .filter(({ type }) => type === 'Json')
        .map(({ column }) => column)
        .toSorted(),
      level: levelOf(model),
      triggers: [],
    }));
}

/** As in the database: the primary key, else the first unique key without NULL. */
function keyOf(model: CatalogueModel): readonly string[] {
  if (model.id.length > 0) return model.id;
  return model.uniques.find((fields) => fields.every((field) => model.fields[field]?.optional !== true)) ?? [];
}

/** As `"audit".level_of` sees it, which decides when the migration is applied: here it only tells whether something has changed. */
function levelOf(model: CatalogueModel): Table['level'] {
  const actions = Object.values(model.relations)
    .filter(({ fields }) => fields !== undefined)
    .map(({ onDelete, optional }) => onDelete ?? (optional ? 'SetNull' : 'Restrict'));
  return actions.includes('Cascade') && actions.some((action) => action.startsWith('Set')) ? 'row' : 'statement';
}
