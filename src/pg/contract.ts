import { createHash } from 'node:crypto';
import type { Catalogue, CatalogueField, CatalogueModel, CatalogueRelation, ScalarType } from '../event/catalogue.js';
import { AuditError } from '../event/errors.js';

/** What is read of a `contract.json` of Prisma 8, as 8.0.0-rc.13 writes it. */
export interface ContractLike {
  readonly schemaVersion: string;
  readonly target: string;
  readonly domain: {
    readonly namespaces: Readonly<Record<string, { readonly models?: Readonly<Record<string, Model>> }>>;
  };
  readonly storage: {
    readonly namespaces: Readonly<
      Record<string, { readonly entries: { readonly table?: Readonly<Record<string, Table>> } }>
    >;
  };
}

interface Model {
  readonly storage: {
    readonly namespaceId: string;
    readonly table: string;
    readonly fields: Readonly<Record<string, { readonly column: string }>>;
  };
  readonly relations?: Readonly<Record<string, Relation>>;
}

interface Relation {
  readonly cardinality: string;
  readonly nullable?: boolean;
  readonly on?: { readonly localFields: readonly string[]; readonly targetFields: readonly string[] };
  readonly to: { readonly model: string; readonly namespace: string };
}

interface Table {
  readonly columns: Readonly<
    Record<string, { readonly nativeType: string; readonly nullable: boolean; readonly many?: boolean }>
  >;
  readonly primaryKey?: { readonly columns: readonly string[] };
  readonly uniques?: readonly { readonly columns: readonly string[] }[];
  readonly foreignKeys?: readonly {
    readonly source: { readonly columns: readonly string[] };
    readonly onDelete?: string;
    readonly onUpdate?: string;
  }[];
}

/** By PostgreSQL's name; what is none of these the reader leaves as the database wrote it. */
const TYPES: Readonly<Record<string, ScalarType>> = {
  text: 'String', varchar: 'String', bpchar: 'String', char: 'String', citext: 'String', uuid: 'String',
  int2: 'Int', int4: 'Int', int8: 'BigInt', float4: 'Float', float8: 'Float', numeric: 'Decimal', bool: 'Boolean',
  timestamp: 'DateTime', timestamptz: 'DateTime', date: 'DateTime', json: 'Json', jsonb: 'Json', bytea: 'Bytes',
}; // prettier-ignore

/**
 * The catalogue of a Prisma 8 contract, for `audit.config` and `createAudit()`: with it, entries name models and fields as the
 * application does. An enum of a contract is a column of text, and is one here.
 *
 * @param contract `contract.json`, as `prisma contract emit` writes it
 * @throws AuditError `AUDIT_CONFIG_INVALID` for a contract of another form or database
 * @example export default defineAudit({ catalogue: catalogueOf(contract) })
 */
export function catalogueOf(contract: ContractLike): Catalogue {
  if (contract?.schemaVersion !== '1' || contract.target !== 'postgres')
    throw new AuditError(
      'AUDIT_CONFIG_INVALID',
      'catalogueOf() takes the contract.json of Prisma 8 for PostgreSQL, schemaVersion "1"; for Prisma 7 there is generator audit',
    );
  const all = Object.entries(contract.domain.namespaces).flatMap(([namespace, { models = {} }]) =>
    Object.entries(models).map(([name, model]) => ({ namespace, name, model })),
  );
  const isTwice = (name: string): boolean => all.filter((each) => each.name === name).length > 1;
  // Two schemas can have a model of one name.
  const nameOf = (namespace: string, name: string): string => (isTwice(name) ? `${namespace}.${name}` : name);
  const content = {
    models: Object.fromEntries(
      all.map(({ namespace, name, model }) => [nameOf(namespace, name), modelOf(contract, name, model, nameOf)]),
    ),
    enums: {},
  };
  const checksum = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { version: 1, checksum, ...content };
}

type NameOf = (namespace: string, name: string) => string;

function modelOf(
  contract: ContractLike,
  name: string,
  { storage, relations = {} }: Model,
  nameOf: NameOf,
): CatalogueModel {
  const table = contract.storage.namespaces[storage.namespaceId]?.entries.table?.[storage.table];
  const fieldOf = new Map(Object.entries(storage.fields).map(([field, { column }]) => [column, field]));
  const fieldsOf = (columns: readonly string[] = []): string[] =>
    columns.map((column) => fieldOf.get(column) ?? column);
  return {
    table: storage.table,
    schema: storage.namespaceId,
    id: fieldsOf(table?.primaryKey?.columns),
    uniques: (table?.uniques ?? []).map(({ columns }) => fieldsOf(columns)),
    fields: Object.fromEntries(
      Object.entries(storage.fields).map(([field, { column }]) => [field, typed(column, table?.columns[column])]),
    ),
    relations: Object.fromEntries(
      Object.entries(relations).flatMap(([field, relation]) => {
        const found = relationOf(name, relation, table, fieldsOf, nameOf);
        return found === undefined ? [] : [[field, found]];
      }),
    ),
  };
}

function typed(column: string, of: Table['columns'][string] | undefined): CatalogueField {
  const type = of === undefined ? undefined : TYPES[of.nativeType];
  return {
    column,
    type: type ?? 'Unsupported',
    kind: type === undefined ? 'unsupported' : 'scalar',
    ...(of?.many === true ? { list: true } : {}),
    ...(of?.nullable === true ? { optional: true } : {}),
  };
}

/** None of one through a third table: that is a model of its own. */
function relationOf(
  name: string,
  { cardinality, nullable, on, to }: Relation,
  table: Table | undefined,
  fieldsOf: (columns: readonly string[]) => readonly string[],
  nameOf: NameOf,
): CatalogueRelation | undefined {
  if (on === undefined || cardinality === 'N:M') return undefined;
  const key = table?.foreignKeys?.find(({ source }) => fieldsOf(source.columns).join() === on.localFields.join());
  const holds = cardinality === 'N:1' || (cardinality === '1:1' && key !== undefined);
  return {
    model: nameOf(to.namespace, to.model),
    name: holds ? `${name}(${on.localFields.join()})` : `${to.model}(${on.targetFields.join()})`,
    ...(cardinality === '1:N' ? { list: true } : {}),
    ...(nullable === true ? { optional: true } : {}),
    ...(holds ? { fields: on.localFields, references: on.targetFields } : {}),
    ...(holds && key?.onDelete !== undefined ? { onDelete: word(key.onDelete) } : {}),
    ...(holds && key?.onUpdate !== undefined ? { onUpdate: word(key.onUpdate) } : {}),
  };
}

/** `setNull` is `SetNull` in a Prisma schema. */
function word(action: string): string {
  return action.slice(0, 1).toUpperCase() + action.slice(1);
}
