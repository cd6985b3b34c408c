import type { StandardSchema } from '../event/standard-schema.js';

/** One member of an action's details, as far as its schema tells. */
export interface Member {
  readonly name: string;
  /** In the schema's own words: `string`, `number`, `string[]`. */
  readonly type: string;
  readonly optional: boolean;
}

export interface Details {
  /** The library that validates. */
  readonly vendor: string;
  /** Absent where the schema tells none. */
  readonly members?: readonly Member[];
}

/**
 * What a schema tells of its members. zod and arktype speak JSON Schema through the Standard JSON Schema interface; valibot has
 * its entries. Of others only the name of the library is known. Total: a schema that cannot say it throws.
 */
export function membersOf(schema: StandardSchema): Details {
  const { vendor } = schema['~standard'];
  const members = fromJsonSchema(schema) ?? fromEntries(schema);
  return members === undefined ? { vendor } : { vendor, members };
}

type Conversion = (options: { target: string }) => unknown;

interface JsonSchema {
  readonly type?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: unknown;
  readonly anyOf?: readonly JsonSchema[];
}

/** What is logged is what comes out; where a transformation cannot say what that is, what goes in. */
function fromJsonSchema(schema: StandardSchema): Member[] | undefined {
  const { jsonSchema } = schema['~standard'] as { jsonSchema?: { output?: Conversion; input?: Conversion } };
  for (const convert of [jsonSchema?.output, jsonSchema?.input]) {
    if (convert === undefined) continue;
    try {
      const found = convert({ target: 'draft-2020-12' }) as JsonSchema;
      if (found.properties !== undefined) return membersIn(found, 1);
    } catch {
      // It has no word for this schema.
    }
  }
  return undefined;
}

function membersIn({ properties = {}, required = [] }: JsonSchema, depth: number): Member[] {
  return Object.entries(properties).map(([name, member]) => ({
    name,
    type: typeIn(member, depth),
    optional: !required.includes(name),
  }));
}

/** Objects in objects are opened so far; what lies deeper is an `object`. */
const DEPTH = 3;

function typeIn(schema: JsonSchema, depth = 1): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((each) => typeIn(each, depth)).join(' | ');
  if (schema.type === 'array') return schema.items ? `${typeIn(schema.items, depth)}[]` : 'array';
  if (schema.properties && depth < DEPTH) {
    const members = membersIn(schema, depth + 1).map(
      ({ name, type, optional }) => `${name}${optional ? '?' : ''}: ${type}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  const type = typeof schema.type === 'string' ? schema.type : 'any';
  return typeof schema.format === 'string' ? `${type} (${schema.format})` : type;
}

interface Entry {
  readonly type?: unknown;
  readonly expects?: unknown;
  readonly wrapped?: Entry;
}

/** Those of valibot's `object`. */
function fromEntries(schema: StandardSchema): Member[] | undefined {
  const { entries } = schema as { entries?: unknown };
  if (typeof entries !== 'object' || entries === null) return undefined;
  return Object.entries(entries as Record<string, Entry | undefined>).map(([name, entry]) => {
    const optional = entry?.type === 'optional' || entry?.type === 'exact_optional' || entry?.type === 'nullish';
    const { expects } = (optional ? entry?.wrapped : entry) ?? {};
    return { name, type: typeof expects === 'string' ? expects : 'any', optional };
  });
}
