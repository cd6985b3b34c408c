import type { Catalogue, CatalogueModel } from '../../event/catalogue.js';
import { AuditError } from '../../event/errors.js';
import { identifier } from './identifier.js';

/** As much of Prisma's own data model (`DMMF.Datamodel` of @prisma/generator-helper) as can be compared. */
export interface Datamodel {
  readonly models: readonly {
    readonly name: string;
    readonly dbName?: string | null;
    readonly schema?: string | null;
    readonly fields: readonly DatamodelField[];
  }[];
}

interface DatamodelField {
  readonly name: string;
  readonly kind: string;
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly dbName?: string | null;
  readonly relationName?: string;
  readonly relationFromFields?: readonly string[];
}

/**
 * Holds the catalogue, which is read off the files, against what Prisma itself has read: a later Prisma may write schemas
 * that this package does not know, and must not get triggers for half of them.
 * @throws AuditError `AUDIT_CONFIG_INVALID` when they differ
 */
export function checkAgainst({ models }: Datamodel, catalogue: Catalogue): void {
  for (const model of models) {
    const ours = catalogue.models[model.name];
    const differs =
      ours === undefined ||
      ours.table !== identifier(model.dbName ?? model.name) ||
      (ours.schema ?? null) !== (model.schema ?? null) ||
      model.fields.some((field) => !agrees(ours, field));
    if (differs)
      throw new AuditError(
        'AUDIT_CONFIG_INVALID',
        `the model ${model.name} was read otherwise than Prisma reads it: this version of nestjs-prisma-audit does not know something in its schema. Please report it`,
        { model: model.name },
      );
  }
}

function agrees(model: CatalogueModel, field: DatamodelField): boolean {
  if (field.kind === 'object') {
    const relation = model.relations[field.name];
    return (
      relation?.model === field.type &&
      relation.name === field.relationName &&
      (relation.list ?? false) === field.isList &&
      (relation.fields ?? []).join() === (field.relationFromFields ?? []).join()
    );
  }
  const column = model.fields[field.name];
  return (
    column !== undefined &&
    column.column === identifier(field.dbName ?? field.name) &&
    column.type === field.type &&
    column.kind === field.kind &&
    (column.list ?? false) === field.isList &&
    (column.optional ?? false) !== (field.isRequired || field.isList)
  );
}
