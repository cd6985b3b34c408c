import type { Access } from './accesses.js';
import { keyInWhere, keyOf, shortKey, type Key } from './keys.js';
import { isUnique } from './operations.js';
import { fieldsOf } from './selection.js';
import { isObject, type Unknowns } from './unknowns.js';

/** What the result of a call says of an access to it. */
export interface Found {
  /** Rows that were handed out, or that were counted; absent where the result does not tell. */
  readonly count?: number;
  /** Keys of the first rows, each once; absent where the rows do not hold them. */
  readonly ids?: readonly Key[];
  /** The key, when it was one row. */
  readonly id?: Key;
  readonly fields?: readonly string[];
}

/** Keys of an entry, at most. */
const MOST_IDS = 100;

export interface Call {
  readonly operation: string;
  readonly args: unknown;
  /** Relations by which a fluent call goes on from its model: its result begins there. */
  readonly fluent: readonly string[];
}

/** @param result as the caller gets it */
export function foundBy(access: Access, call: Call, result: unknown): Found {
  const { path, through } = access;
  const { fluent } = call;
  const isAggregate = through === undefined && access.selection === undefined;
  if (isAggregate) return aggregated(call.operation, result);
  if (through === 'where' || through === 'orderBy') return {};
  if (!fluent.every((field, i) => i >= path.length || field === path[i])) return {};
  if (path.length < fluent.length) return passed(access, call, result);
  const way = path.slice(fluent.length);
  if (through === '_count') return counted(way, result);
  const rows = new Rows(access);
  along(result, way, (row) => rows.add(row));
  if (path.length === 0 && isUnique(call.operation)) rows.keyed(keyAsked(access, call));
  return rows.found();
}

/** A row on the way of a fluent call: nothing of it is handed out, but that it is there. */
function passed(access: Access, call: Call, result: unknown): Found {
  const isThere = result !== null && result !== undefined;
  if (!isThere || access.path.length > 0 || !isUnique(call.operation)) return { fields: [] };
  const key = keyAsked(access, call);
  return { count: 1, fields: [], ...(key === undefined ? {} : { ids: [shortKey(key)], id: key }) };
}

function keyAsked({ model }: Access, { args }: Call): Key | undefined {
  return keyInWhere(model.known, isObject(args) ? args['where'] : undefined);
}

function aggregated(operation: string, result: unknown): Found {
  if (operation === 'groupBy') return Array.isArray(result) ? { count: result.length } : {};
  const count = isObject(result) ? (operation === 'count' ? result : result['_count']) : result;
  const number = isObject(count) ? (count['_all'] ?? Object.values(count)[0]) : count;
  return typeof number === 'number' ? { count: number } : {};
}

function counted(way: readonly string[], result: unknown): Found {
  let count = 0;
  along(result, way.slice(0, -1), (row) => {
    const numbers = row['_count'];
    const number = isObject(numbers) ? numbers[way.at(-1) ?? ''] : undefined;
    if (typeof number === 'number') count += number;
  });
  return { count };
}

/** Every row at the end of a way of relations. */
function along(from: unknown, way: readonly string[], visit: (row: Unknowns) => void, at = 0): void {
  if (Array.isArray(from)) {
    for (const each of from) along(each, way, visit, at);
    return;
  }
  if (!isObject(from)) return;
  const field = way[at];
  if (field === undefined) visit(from);
  else along(from[field], way, visit, at + 1);
}

class Rows {
  count = 0;
  readonly #access: Access;
  readonly #ids = new Map<string, Key>();
  #fields: readonly string[] | undefined;
  #keyless = false;

  constructor(access: Access) {
    this.#access = access;
  }

  add(row: Unknowns): void {
    this.count += 1;
    const { known } = this.#access.model;
    this.#fields ??= fieldsOf(known, row);
    // A million rows are not looked at for keys of which a hundred are kept.
    if (this.#ids.size >= MOST_IDS) return;
    const key = keyOf(known, row);
    if (key === undefined) this.#keyless = true;
    else this.#ids.set(typeof key === 'string' ? key : JSON.stringify(key), key);
  }

  /** That of the one row, where the row itself does not hold it. */
  keyed(key: Key | undefined): void {
    if (key === undefined || this.count !== 1 || this.#ids.size > 0) return;
    this.#ids.set('', key);
    this.#keyless = false;
  }

  found(): Found {
    const ids = [...this.#ids.values()];
    const [id] = ids;
    return {
      count: this.count,
      ...(id === undefined ? {} : { ids: ids.map((key) => shortKey(key)) }),
      ...(id !== undefined && ids.length === 1 && !this.#keyless ? { id } : {}),
      ...(this.#fields === undefined ? {} : { fields: this.#fields }),
    };
  }
}
