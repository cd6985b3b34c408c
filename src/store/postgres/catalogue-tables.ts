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
      trigger: undefined,
      enabled: undefined,
      truncateTrigger: false,
    }));
}

/** As in the database: the primary key, else the first unique key without NULL. */
function keyOf(model: CatalogueModel): readonly string[] {
  if (model.id.length > 0) return model.id;
  return model.uniques.find((fields) => fields.every((field) => model.fields[field]?.optional !== true)) ?? [];
}
