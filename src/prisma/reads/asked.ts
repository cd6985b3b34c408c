import type { Catalogue, CatalogueModel } from '../../event/catalogue.js';
import { isObject, listed, type Unknowns } from './unknowns.js';
import { whereShape, type Shape } from './where-shape.js';

/** What was asked for, as it stands in an entry: names of the schema, numbers of rows, never a value. */
export interface Asked {
  readonly where?: Shape;
  readonly orderBy?: readonly string[];
  readonly take?: number;
  readonly skip?: number;
  readonly cursor?: Shape;
  readonly distinct?: readonly string[];
  /** Of `count`, `aggregate` and `groupBy`: `_all`, `_max.weight` … */
  readonly fields?: readonly string[];
  readonly by?: readonly string[];
  readonly having?: Shape;
}

const MOST = 200;
const ORDERS = 10;
const AGGREGATES = ['_count', '_sum', '_avg', '_min', '_max'] as const;

/** Which rows a call, or the selection of a relation, asks for. */
export function callOf(catalogue: Catalogue, model: CatalogueModel, args: Unknowns): Asked {
  const orderBy = ordersOf(catalogue, model, args['orderBy']);
  const { where, cursor } = args;
  return {
    ...(where === undefined ? {} : { where: whereShape(catalogue, model, where) }),
    ...(orderBy.length === 0 ? {} : { orderBy }),
    ...number('take', args['take']),
    ...number('skip', args['skip']),
    ...(cursor === undefined ? {} : { cursor: whereShape(catalogue, model, cursor) }),
    ...names('distinct', model, args['distinct']),
  };
}

/** What a call that hands out no rows asks of them; `undefined` for one that does. */
export function aggregateOf(
  catalogue: Catalogue,
  model: CatalogueModel,
  operation: string,
  args: Unknowns,
): Asked | undefined {
  const columns = (given: unknown): readonly string[] =>
    isObject(given) ? Object.keys(given).filter((name) => given[name] === true && (name === '_all' || Object.hasOwn(model.fields, name))) : []; // prettier-ignore
  if (operation === 'count') {
    const fields = columns(args['select']);
    return fields.length === 0 ? {} : { fields };
  }
  if (operation !== 'aggregate' && operation !== 'groupBy') return undefined;
  const fields = AGGREGATES.flatMap((name) =>
    args[name] === true ? [name] : columns(args[name]).map((column) => `${name}.${column}`),
  );
  return {
    ...(fields.length === 0 ? {} : { fields: fields.slice(0, MOST) }),
    ...names('by', model, args['by']),
    ...(args['having'] === undefined ? {} : { having: whereShape(catalogue, model, args['having']) }),
  };
}

function number(name: 'take' | 'skip', value: unknown): { readonly [N in typeof name]?: number } {
  return Number.isSafeInteger(value) ? { [name]: value as number } : {}; // just looked at
}

function names(name: 'distinct' | 'by', { fields }: CatalogueModel, value: unknown): Partial<Asked> {
  const found = listed(value).filter((each): each is string => typeof each === 'string' && Object.hasOwn(fields, each));
  return found.length === 0 ? {} : { [name]: found.slice(0, MOST) };
}

/** `name desc`, `practice.name asc`, `visits._count desc`. */
function ordersOf(catalogue: Catalogue, model: CatalogueModel, given: unknown): readonly string[] {
  return listed(given).slice(0, ORDERS).flatMap((order) => (isObject(order) ? orderOf(catalogue, model, order) : [])).slice(0, ORDERS); // prettier-ignore
}

function orderOf(catalogue: Catalogue, model: CatalogueModel, order: Unknowns, depth = 0): readonly string[] {
  if (depth > ORDERS) return [];
  return Object.entries(order).flatMap(([key, value]) => {
    if (Object.hasOwn(model.fields, key) || key === '_count') {
      const way = isObject(value) ? value['sort'] : value;
      return way === 'asc' || way === 'desc' ? [`${key} ${way}`] : [key];
    }
    const to = catalogue.models[model.relations[key]?.model ?? ''];
    return to !== undefined && isObject(value) ? orderOf(catalogue, to, value, depth + 1).map((each) => `${key}.${each}`) : []; // prettier-ignore
  });
}
