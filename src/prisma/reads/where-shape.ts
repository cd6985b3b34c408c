import type { Catalogue, CatalogueField, CatalogueModel } from '../../event/catalogue.js';
import { REDACTED } from '../../event/redaction.js';
import { isObject, type Unknowns } from './unknowns.js';

/** A condition with `[redacted]` for each value of it. */
export type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };

const LOGICAL: ReadonlySet<string> = new Set(['AND', 'OR', 'NOT']);
const OF_RELATIONS: ReadonlySet<string> = new Set(['is', 'isNot', 'some', 'every', 'none']);
const OF_FIELDS: ReadonlySet<string> = new Set(
  'equals in notIn lt lte gt gte contains startsWith endsWith search mode not has hasEvery hasSome isEmpty path string_contains string_starts_with string_ends_with array_contains array_starts_with array_ends_with _count _avg _sum _min _max'.split(
    ' ',
  ),
);
const OF_AGGREGATES: ReadonlySet<string> = new Set(['not', '_count', '_avg', '_sum', '_min', '_max']);

/** Names in it, and how deep they may stand. A condition beyond them ends in this mark. */
const MOST = 200;
const DEEPEST = 12;
const LISTED = 10;
const MORE = '…';
/** A key that nothing in the schema is called: it came from outside, and may be a value. */
const STRANGE = '?';

/**
 * The structure of a `where` (or `having`) of a model: fields, relations and operators by their names, no value. Only words of
 * the schema and of Prisma are kept, since arguments may be made of what a request sent.
 */
export function whereShape(catalogue: Catalogue, model: CatalogueModel, where: unknown): Shape {
  return new Shaper(catalogue).where(model, where, 0);
}

/** What is left of a value: of a list its length. */
export function withoutValue(value: unknown): string {
  return Array.isArray(value) ? `${REDACTED} x ${value.length}` : REDACTED;
}

/** The same of a condition over a relation to a model: `{ some: … }`, or that of a single row without a word. */
export function relationShape(catalogue: Catalogue, to: CatalogueModel, condition: unknown): Shape {
  return new Shaper(catalogue).relation(to, condition, 0);
}

class Shaper {
  readonly #catalogue: Catalogue;
  #names = 0;

  constructor(catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  where(model: CatalogueModel, where: unknown, depth: number): Shape {
    if (!isObject(where)) return withoutValue(where);
    return this.#members(where, depth, (key, value) => {
      if (LOGICAL.has(key)) return [key, this.#each(value, (each) => this.where(model, each, depth + 1))];
      const field = model.fields[key];
      if (field !== undefined) return [key, this.#operators(field, value, depth + 1)];
      const to = this.#catalogue.models[model.relations[key]?.model ?? ''];
      if (to !== undefined) return [key, this.relation(to, value, depth + 1)];
      // A key of several fields goes by their names joined, or by one that the catalogue does not know.
      const isKey =
        isObject(value) &&
        Object.keys(value).length > 1 &&
        Object.keys(value).every((name) => Object.hasOwn(model.fields, name));
      return isKey ? [Object.keys(value).join('_'), this.where(model, value, depth + 1)] : [STRANGE, REDACTED];
    });
  }

  relation(to: CatalogueModel, value: unknown, depth: number): Shape {
    if (!isObject(value)) return REDACTED;
    const filters = Object.keys(value).some((key) => OF_RELATIONS.has(key));
    if (!filters) return this.where(to, value, depth);
    return this.#members(value, depth, (key, nested) =>
      OF_RELATIONS.has(key) ? [key, this.where(to, nested, depth + 1)] : [STRANGE, REDACTED],
    );
  }

  /** The value of a document is an object as well, and its keys are values. */
  #operators(field: CatalogueField, value: unknown, depth: number): Shape {
    const isFilter = isPlain(value) && Object.keys(value).every((key) => OF_FIELDS.has(key));
    if (!isFilter) return withoutValue(value);
    return this.#members(value, depth, (key, given) => {
      const nests = field.type !== 'Json' && OF_AGGREGATES.has(key);
      return [key, nests ? this.#operators(field, given, depth + 1) : withoutValue(given)];
    });
  }

  #members(value: Unknowns, depth: number, shape: (key: string, value: unknown) => [string, Shape]): Shape {
    if (depth > DEEPEST) return MORE;
    const members: [string, Shape][] = [];
    for (const [key, each] of Object.entries(value)) {
      if (each === undefined) continue;
      if (++this.#names > MOST) {
        members.push([MORE, MORE]);
        break;
      }
      members.push(shape(key, each));
    }
    return Object.fromEntries(members);
  }

  #each(value: unknown, shape: (value: unknown) => Shape): Shape {
    if (!Array.isArray(value)) return shape(value);
    const first = value.slice(0, LISTED).map((each) => shape(each));
    return value.length > LISTED ? [...first, `${MORE} ${value.length - LISTED} more`] : first;
  }
}

/** Not a Date, a Decimal, bytes, or another class of Prisma's: their members are nobody's operators. */
function isPlain(value: unknown): value is Unknowns {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
