/**
 * What the generator knows of a Prisma schema: enough to install triggers, to plan captures, and to give values back as
 * Prisma gave them. Plain data, so that it loads in any module format.
 */
export interface Catalogue {
  readonly version: 1;
  /** SHA-256 in hex of the rest: tells a stale catalogue. */
  readonly checksum: string;
  /** By name of the model; tables of implicit many-to-many relations by the name of their table. */
  readonly models: Readonly<Record<string, CatalogueModel>>;
  /** By name of the enum: its values, by their name in the client, with the name in the database. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface CatalogueModel {
  /** Name in the database. */
  readonly table: string;
  /** `@@schema`; absent: the first schema of the connection. */
  readonly schema?: string;
  /** A view: read only, never audited. */
  readonly view?: true;
  /** The table of an implicit many-to-many relation. */
  readonly implicit?: true;
  /** Fields of the primary key; empty if there is none. */
  readonly id: readonly string[];
  /** Fields of each unique key. */
  readonly uniques: readonly (readonly string[])[];
  /** Fields that are columns, by their name in the client. */
  readonly fields: Readonly<Record<string, CatalogueField>>;
  readonly relations: Readonly<Record<string, CatalogueRelation>>;
  /** What the annotations say; absent: nothing. */
  readonly audit?: CatalogueAnnotations;
}

export type ScalarType = 'String' | 'Boolean' | 'Int' | 'BigInt' | 'Float' | 'Decimal' | 'DateTime' | 'Json' | 'Bytes';

export interface CatalogueField {
  /** Name in the database. */
  readonly column: string;
  /** A scalar type of Prisma, or the name of an enum; `Unsupported` for what the client cannot read. */
  readonly type: ScalarType | (string & NonNullable<unknown>);
  readonly kind: 'scalar' | 'enum' | 'unsupported';
  readonly list?: true;
  readonly optional?: true;
  /** `@db.…` with its arguments, e.g. `['Decimal', '10', '2']`. */
  readonly native?: readonly string[];
}

export interface CatalogueRelation {
  /** Model on the other side. */
  readonly model: string;
  /** Name of the relation, the same on both sides. */
  readonly name: string;
  readonly list?: true;
  readonly optional?: true;
  /** On the side that holds the key: its fields, and those they refer to. */
  readonly fields?: readonly string[];
  readonly references?: readonly string[];
  readonly onDelete?: string;
  readonly onUpdate?: string;
}

/** `/// @audit …` of a model and its fields; names are those of the client. */
export interface CatalogueAnnotations {
  /** The model is not audited. */
  readonly ignored?: true;
  /** Reads of it become entries. */
  readonly reads?: true;
  readonly redact?: readonly string[];
  /** How many characters at the end stay readable. */
  readonly mask?: Readonly<Record<string, number>>;
  /** Columns that are never logged; a change of nothing else makes no entry. */
  readonly ignore?: readonly string[];
  readonly tenant?: string;
  /** The field that names the data subject. */
  readonly subject?: string;
}
