import { callersOwn, lookedAt } from './callers-own.js';
import { gapOf } from './facts.js';
import type { HandOver } from './hand-over.js';
import { observe, type Query } from './observe.js';
import type { RawTables } from './raw-tables.js';
import { isObject } from './unknowns.js';

/** What Prisma gives a query hook of a method of the client itself. */
export interface HookedRaw {
  readonly operation: string;
  /** A copy that Prisma makes for hooks. */
  readonly args: unknown;
  readonly query: Query;
  readonly __internalParams?: unknown;
}

/** The methods that take SQL. */
export const RAW_OPERATIONS = [
  '$queryRaw',
  '$queryRawUnsafe',
  '$queryRawTyped',
  '$executeRaw',
  '$executeRawUnsafe',
] as const;

/** SQL that names a table whose reads are audited leaves an entry flagged `gap`; the text and its values are in none. */
export function rawHook(tables: RawTables, to: HandOver): (call: HookedRaw) => Promise<unknown> {
  return ({ operation, args: copy, query, __internalParams: internals }) => {
    const args = callersOwn(internals, copy);
    const models = modelsIn(tables, lookedAt(internals, copy));
    if (models.length === 0) return query(args);
    return observe(query, args, to, (ending, moment) => models.map((model) => gapOf(model, operation, moment, ending)));
  };
}

function modelsIn(tables: RawTables, args: unknown): readonly string[] {
  try {
    const text = textOf(args);
    return text === undefined ? [] : tables.readBy(text);
  } catch {
    return [];
  }
}

/** A text with values behind it, a tagged template, or a query of TypedSQL. */
function textOf(args: unknown): string | undefined {
  const [first] = Array.isArray(args) ? (args as unknown[]) : [args];
  if (typeof first === 'string') return first;
  if (!isObject(first)) return undefined;
  const { strings } = first;
  if (Array.isArray(strings)) return strings.join(' ? ');
  const { sql } = first;
  return typeof sql === 'string' ? sql : undefined;
}
