import type { Catalogue, CatalogueRelation } from '../catalogue.js';

export type Action = 'Cascade' | 'SetNull' | 'SetDefault' | 'Restrict' | 'NoAction';

/** A foreign key as a Prisma schema makes it; names are those of the database. */
export interface CatalogueKey {
  /** The table that holds it. */
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly string[];
  readonly onDelete: Action;
  readonly onUpdate: Action;
}

/** What the database does to the rows of a relation; where the schema says nothing, Prisma's defaults. */
export function actionsOf({
  onDelete,
  onUpdate,
  optional,
}: CatalogueRelation): Pick<CatalogueKey, 'onDelete' | 'onUpdate'> {
  // The words are those of the schema, which Prisma has checked.
  return {
    onDelete: (onDelete ?? (optional === true ? 'SetNull' : 'Restrict')) as Action,
    onUpdate: (onUpdate ?? 'Cascade') as Action,
  };
}

/** @param first the schema of models without `@@schema` */
export function catalogueKeys(catalogue: Catalogue, first = 'public'): readonly CatalogueKey[] {
  return Object.values(catalogue.models).flatMap(({ schema = first, table, fields, relations }) =>
    Object.values(relations).flatMap(
      (relation) =>
      relation.fields === undefined
        ? []
        : { schema, table, columns: relation.fields.map((field) => fields[field]?.column ?? field), ...actionsOf(relation) }, // prettier-ignore
    ),
  );
}
