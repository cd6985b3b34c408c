import type { CatalogueField } from '../../event/catalogue.js';
import { identifier } from './identifier.js';
import type { SchemaBlock, SchemaField } from './schema-blocks.js';
import type { Attribute, Value } from './schema-values.js';

const SCALARS = ['String', 'Boolean', 'Int', 'BigInt', 'Float', 'Decimal', 'DateTime', 'Json', 'Bytes'];

/** The fields of a model or view that are columns: with those that the client ignores or cannot read. */
export function columnsOf(block: SchemaBlock, enums: ReadonlySet<string>): Readonly<Record<string, CatalogueField>> {
  return Object.fromEntries(
    block.fields.flatMap((field) => {
      const kind = kindOf(field, enums);
      return kind === undefined ? [] : [[field.name, columnOf(field, kind)]];
    }),
  );
}

function kindOf({ type, unsupported }: SchemaField, enums: ReadonlySet<string>): CatalogueField['kind'] | undefined {
  if (unsupported !== undefined) return 'unsupported';
  // A model's own name wins over a scalar's nowhere: Prisma refuses such names.
  if (SCALARS.includes(type)) return 'scalar';
  return enums.has(type) ? 'enum' : undefined;
}

function columnOf(field: SchemaField, kind: CatalogueField['kind']): CatalogueField {
  const native = field.attributes.find(({ name }) => name.startsWith('@db.'));
  const type =
    native !== undefined
      ? [native.name.slice('@db.'.length), ...native.positional.map(String)]
      : field.unsupported === undefined
        ? undefined
        : [field.unsupported];
  return {
    column: identifier(mapped(field.attributes, '@map') ?? field.name),
    type: field.type,
    kind,
    ...(field.list ? { list: true as const } : {}),
    ...(field.optional ? { optional: true as const } : {}),
    ...(type === undefined ? {} : { native: type }),
  };
}

/** The name that `@map`, `@@map` or `@@schema` gives. */
export function mapped(attributes: readonly Attribute[], name: string): string | undefined {
  const attribute = attributes.find((each) => each.name === name);
  const value = attribute?.named['name'] ?? attribute?.named['map'] ?? attribute?.positional[0];
  return typeof value === 'string' ? value : undefined;
}

/** Fields of the primary key. */
export function idOf(block: SchemaBlock): readonly string[] {
  const single = block.fields.find(({ attributes }) => attributes.some(({ name }) => name === '@id'));
  return single !== undefined ? [single.name] : (keysOf(block, '@@id')[0] ?? []);
}

/** Fields of each unique key, in the order of the schema: those of a single field first, as Prisma makes them. */
export function uniquesOf(block: SchemaBlock): readonly (readonly string[])[] {
  const single = block.fields.filter(({ attributes }) => attributes.some(({ name }) => name === '@unique'));
  return [...single.map(({ name }) => [name]), ...keysOf(block, '@@unique')];
}

function keysOf({ attributes }: SchemaBlock, kind: string): readonly (readonly string[])[] {
  return attributes.filter(({ name }) => name === kind).map(({ positional, named }) => namesIn(named['fields'] ?? positional[0])); // prettier-ignore
}

/** Names of fields in a list; arguments behind a name, like `sort`, are left out with their brackets. */
export function namesIn(value: Value | undefined): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
