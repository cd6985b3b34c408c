import type { CatalogueModel, CatalogueRelation } from '../../event/catalogue.js';
import { namesIn } from './columns.js';
import { identifier } from './identifier.js';
import type { SchemaBlock, SchemaField } from './schema-blocks.js';
import type { Value } from './schema-values.js';

/** @param models names of all models and views: a field of such a type is a relation */
export function relationsOf(
  block: SchemaBlock,
  models: ReadonlySet<string>,
): Readonly<Record<string, CatalogueRelation>> {
  return Object.fromEntries(
    block.fields.filter(({ type }) => models.has(type)).map((field) => [field.name, relationOf(block.name, field)]),
  );
}

function relationOf(model: string, field: SchemaField): CatalogueRelation {
  const attribute = field.attributes.find(({ name }) => name === '@relation');
  const named = attribute?.named ?? {};
  const fields = namesIn(named['fields']);
  const name = named['name'] ?? attribute?.positional[0];
  return {
    model: field.type,
    // Prisma's default, from both names in the order of the alphabet.
    name: typeof name === 'string' ? name : [model, field.type].sort().join('To'),
    ...(field.list ? { list: true as const } : {}),
    ...(field.optional ? { optional: true as const } : {}),
    ...(fields.length > 0 ? { fields, references: namesIn(named['references']) } : {}),
    ...action('onDelete', named['onDelete']),
    ...action('onUpdate', named['onUpdate']),
  };
}

function action(name: 'onDelete' | 'onUpdate', value: Value | undefined): Partial<CatalogueRelation> {
  return typeof value === 'string' ? { [name]: value } : {};
}

/**
 * The tables that Prisma makes for many-to-many relations without a model of their own: two columns, A and B, for the models
 * in the order of the alphabet; a self-relation has its own model on both sides.
 */
export function implicitTables(
  models: Readonly<Record<string, CatalogueModel>>,
): Readonly<Record<string, CatalogueModel>> {
  const sides = Object.entries(models).flatMap(([model, { relations }]) =>
    Object.values(relations)
      .filter((relation) => relation.list === true && isManyToMany(models, model, relation))
      .map(({ name, model: other }) => ({ name, pair: [model, other].sort() as [string, string] })),
  );
  return Object.fromEntries(
    sides.map(({ name, pair: [a, b] }) => {
      const table = identifier(`_${name}`);
      const schema = models[a]?.schema;
      return [
        table,
        {
          table,
          ...(schema === undefined ? {} : { schema }),
          implicit: true as const,
          id: ['A', 'B'],
          uniques: [],
          fields: { A: keyColumn(models[a], 'A'), B: keyColumn(models[b], 'B') },
          relations: { a: side(models[a], a, name, 'A'), b: side(models[b], b, name, 'B') },
        },
      ];
    }),
  );
}

/** A list whose other side is a list as well, under the same name. */
function isManyToMany(
  models: Readonly<Record<string, CatalogueModel>>,
  model: string,
  { model: other, name }: CatalogueRelation,
): boolean {
  const back = Object.values(models[other]?.relations ?? {}).filter(
    (each) => each.name === name && each.model === model,
  );
  return back.length > 0 && back.every(({ list }) => list === true);
}

function keyColumn(model: CatalogueModel | undefined, column: 'A' | 'B'): CatalogueModel['fields'][string] {
  const key = model?.fields[model.id[0] ?? ''];
  return {
    column,
    type: key?.type ?? 'Unsupported',
    kind: key?.kind ?? 'unsupported',
    ...(key?.native === undefined ? {} : { native: key.native }),
  };
}

function side(model: CatalogueModel | undefined, name: string, relation: string, field: 'A' | 'B'): CatalogueRelation {
  const [key] = model?.id ?? [];
  return {
    model: name,
    name: relation,
    fields: [field],
    references: key === undefined ? [] : [key],
    onDelete: 'Cascade',
    onUpdate: 'Cascade',
  };
}
