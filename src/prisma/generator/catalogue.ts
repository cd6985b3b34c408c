import { createHash } from 'node:crypto';
import type { Catalogue, CatalogueModel } from '../../event/catalogue.js';
import { annotationsOf, refuseStrays } from './annotations.js';
import { columnsOf, idOf, mapped, uniquesOf } from './columns.js';
import { identifier } from './identifier.js';
import { implicitTables, relationsOf } from './relations.js';
import { parseSchema, type ParsedSchema, type SchemaBlock } from './schema-blocks.js';

export interface SchemaFile {
  /** As it is named in messages. */
  readonly path: string;
  readonly content: string;
}

/**
 * The catalogue of a schema that Prisma has found valid; the same for the same schema, however its files are cut.
 * @throws AuditError `AUDIT_CONFIG_INVALID`, with file and line, for an annotation that is not understood
 */
export function catalogueOf(files: readonly SchemaFile[]): Catalogue {
  const parsed = files.map(({ path, content }) => parseSchema(content, path));
  for (const each of parsed) refuseStrays(each);
  const enums = enumsOf(parsed);
  const models = modelsOf(parsed, new Set(Object.keys(enums)));
  const content = {
    version: 1,
    models: sorted({ ...models, ...implicitTables(models) }),
    enums: sorted(enums),
  } as const;
  const checksum = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { version: 1, checksum, models: content.models, enums: content.enums };
}

function modelsOf(
  parsed: readonly ParsedSchema[],
  enums: ReadonlySet<string>,
): Readonly<Record<string, CatalogueModel>> {
  const blocks = blocksOf(parsed, 'model', 'view');
  const names = new Set(blocks.map(({ name }) => name));
  return Object.fromEntries(blocks.map((block) => [block.name, modelOf(block, names, enums)]));
}

function modelOf(block: SchemaBlock, models: ReadonlySet<string>, enums: ReadonlySet<string>): CatalogueModel {
  const schema = mapped(block.attributes, '@@schema');
  const fields = columnsOf(block, enums);
  const audit = annotationsOf(block, fields);
  return {
    table: identifier(mapped(block.attributes, '@@map') ?? block.name),
    ...(schema === undefined ? {} : { schema }),
    ...(block.kind === 'view' ? { view: true as const } : {}),
    id: idOf(block),
    uniques: uniquesOf(block),
    fields,
    relations: relationsOf(block, models),
    ...(audit === undefined ? {} : { audit }),
  };
}

function enumsOf(parsed: readonly ParsedSchema[]): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return Object.fromEntries(
    blocksOf(parsed, 'enum').map(({ name, fields }) => [
      name,
      Object.fromEntries(fields.map((value) => [value.name, mapped(value.attributes, '@map') ?? value.name])),
    ]),
  );
}

function blocksOf(parsed: readonly ParsedSchema[], ...kinds: readonly string[]): readonly SchemaBlock[] {
  return parsed.flatMap(({ blocks }) => blocks.filter(({ kind }) => kinds.includes(kind)));
}

function sorted<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
