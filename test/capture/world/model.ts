import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The parts of Prisma's DMMF that a random program needs. */
export interface Field {
  readonly name: string;
  /** Absent: the name is that of the column. */
  readonly dbName?: string | null;
  readonly kind: 'scalar' | 'object' | 'enum' | 'unsupported';
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isUnique: boolean;
  readonly isId: boolean;
  readonly isUpdatedAt: boolean;
  readonly hasDefaultValue: boolean;
  readonly default?: unknown;
  readonly nativeType?: readonly [string, readonly string[]] | null;
  readonly relationName?: string;
  readonly relationFromFields?: readonly string[];
  readonly relationToFields?: readonly string[];
}

interface Key {
  readonly name: string | null;
  readonly fields: readonly string[];
}

interface DmmfModel {
  readonly name: string;
  readonly dbName: string | null;
  readonly schema: string | null;
  readonly fields: readonly Field[];
  readonly primaryKey: Key | null;
  readonly uniqueIndexes: readonly Key[];
}

export interface Relation {
  readonly name: string;
  readonly target: string;
  /** `holds`: the key is in this table. `held`: it is in the table of the other side. */
  readonly kind: 'holds' | 'held' | 'many' | 'manyToMany';
  readonly required: boolean;
  /** Fields of the key, where this side holds it. */
  readonly fields: readonly string[];
  readonly references: readonly string[];
  /** The relation's field in the other model. */
  readonly opposite: string;
}

export interface Model {
  readonly name: string;
  /** Its property of the client. */
  readonly property: string;
  /** Quoted, with its schema. */
  readonly table: string;
  /** Scalars and enums. */
  readonly fields: readonly Field[];
  readonly relations: readonly Relation[];
  /** Fields that are part of a foreign key. */
  readonly foreign: ReadonlySet<string>;
  /** Fields that are part of a key, or that a key refers to: their values come from a pool that both sides share. */
  readonly keyed: ReadonlySet<string>;
  /** The id first: how a `where` names it, and its fields. */
  readonly uniques: readonly { readonly name: string; readonly fields: readonly string[] }[];
}

export interface Schema {
  readonly models: ReadonlyMap<string, Model>;
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** Raw SQL is one plain statement, which a client can read, or of these one that moves no keys; else of any kind. */
  readonly raw?: 'plain' | 'plain, without keys' | undefined;
}

export function readSchema(folder: string): Schema {
  // The file is that of prepare.mjs.
  const read = JSON.parse(readFileSync(join(folder, 'models.json'), 'utf8')) as {
    models: DmmfModel[];
    enums: { name: string; values: { name: string }[] }[];
  };
  const byName = new Map(read.models.map((model) => [model.name, model]));
  const referred = new Map<string, Set<string>>(read.models.map(({ name }) => [name, new Set()]));
  for (const { fields } of read.models) {
    for (const field of fields) for (const to of field.relationToFields ?? []) referred.get(field.type)?.add(to);
  }
  return {
    models: new Map(
      read.models.map((model) => [model.name, modelOf(model, byName, referred.get(model.name) ?? new Set())]),
    ),
    enums: new Map(read.enums.map(({ name, values }) => [name, values.map((value) => value.name)])),
  };
}

function modelOf(model: DmmfModel, all: ReadonlyMap<string, DmmfModel>, referred: ReadonlySet<string>): Model {
  const relations = model.fields.filter(({ kind }) => kind === 'object').map((field) => relationOf(model, field, all));
  const single = model.fields.filter(({ isId, isUnique }) => isId || isUnique).sort((a, b) => +b.isId - +a.isId);
  const composite = [...(model.primaryKey ? [model.primaryKey] : []), ...model.uniqueIndexes];
  const uniques = [
    ...single.map(({ name }) => ({ name, fields: [name] })),
    ...composite.map(({ name, fields }) => ({
      name: fields.length > 1 ? (name ?? fields.join('_')) : (fields[0] ?? ''),
      fields,
    })),
  ].sort((a, b) => Number(isId(model, b.fields)) - Number(isId(model, a.fields)));
  const foreign = new Set(relations.flatMap(({ fields }) => fields));
  return {
    name: model.name,
    property: model.name.charAt(0).toLowerCase() + model.name.slice(1),
    table: `"${model.schema ?? 'public'}"."${model.dbName ?? model.name}"`,
    fields: model.fields.filter(({ kind }) => kind === 'scalar' || kind === 'enum'),
    relations,
    foreign,
    keyed: new Set([...foreign, ...referred, ...uniques.flatMap(({ fields }) => fields)]),
    uniques: uniques.filter(({ fields }, i) => uniques.findIndex((u) => u.fields.join() === fields.join()) === i),
  };
}

const isId = (model: DmmfModel, fields: readonly string[]): boolean =>
  model.primaryKey?.fields.join() === fields.join() ||
  (fields.length === 1 && model.fields.some(({ name, isId: id }) => id && name === fields[0]));

function relationOf(model: DmmfModel, field: Field, all: ReadonlyMap<string, DmmfModel>): Relation {
  const other = all.get(field.type)?.fields.find(
    // A self-relation has both sides in one model.
    (back) => back.relationName === field.relationName && (field.type !== model.name || back.name !== field.name),
  );
  const fields = field.relationFromFields ?? [];
  const kind = fields.length > 0 ? 'holds' : !field.isList ? 'held' : other?.isList ? 'manyToMany' : 'many';
  return {
    name: field.name,
    target: field.type,
    kind,
    required: field.isRequired,
    fields,
    references: field.relationToFields ?? [],
    opposite: other?.name ?? field.name,
  };
}
