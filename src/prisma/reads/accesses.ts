import { isWrite } from './operations.js';
import { aggregateOf, callOf, type Asked } from './asked.js';
import type { ReadModel, ReadPlan } from './plan.js';
import { selectionOf, type Selection } from './selection.js';
import { isObject, listed, type Unknowns } from './unknowns.js';
import { relationShape, whereShape } from './where-shape.js';

/** That somebody came to know something of an audited model by a call: one for each model and path. */
export interface Access {
  readonly model: ReadModel;
  /** Relations from the model of the call on; empty for that model itself. */
  readonly path: readonly string[];
  /** Not its rows, but what a condition, an order or a number of rows tells of them. */
  readonly through?: 'where' | 'orderBy' | '_count';
  /** What is selected; absent where no rows are. */
  readonly selection?: Selection;
  /** What was asked, without a value. */
  readonly asked: Asked;
}

// Prisma cannot send an argument that holds itself: this is for the moment before it says so.
const DEEPEST = 32;

/** What a call gets to know of audited models; empty if nothing. Only names that the catalogue has are followed. */
export function accessesOf(plan: ReadPlan, model: ReadModel, operation: string, args: unknown): readonly Access[] {
  const finder = new Finder(plan);
  const given = isObject(args) ? args : {};
  if (model.audited && !isWrite(operation)) {
    const aggregate = aggregateOf(plan.catalogue, model.known, operation, given);
    const asked = { ...callOf(plan.catalogue, model.known, given), ...aggregate };
    finder.add({ model, path: [], asked, ...(aggregate ? {} : { selection: selectionOf(model.known, given) }) });
  }
  finder.conditions(model, given, []);
  finder.selected(model, given, []);
  return [...finder.found.values()];
}

class Finder {
  readonly found = new Map<string, Access>();
  readonly #plan: ReadPlan;

  constructor(plan: ReadPlan) {
    this.#plan = plan;
  }

  add(access: Access): void {
    const key = `${access.through ?? ''} ${access.path.join('.')}`;
    if (access.model.audited && !this.found.has(key)) this.found.set(key, access);
  }

  selected(model: ReadModel, args: Unknowns, path: readonly string[]): void {
    if (path.length > DEEPEST) return;
    for (const selection of [args['select'], args['include']]) {
      if (!isObject(selection)) continue;
      this.#counted(model, selection['_count'], path);
      for (const [field, to] of model.ways) {
        const nested = selection[field];
        if (nested === undefined || nested === null || nested === false) continue;
        const way = [...path, field];
        const given = isObject(nested) ? nested : {};
        if (to.audited) {
          const asked = callOf(this.#plan.catalogue, to.known, given);
          this.add({ model: to, path: way, asked, selection: selectionOf(to.known, given) });
        }
        this.conditions(to, given, way);
        this.selected(to, given, way);
      }
    }
  }

  #counted(model: ReadModel, count: unknown, path: readonly string[]): void {
    const selection = isObject(count) ? count['select'] : undefined;
    if (count !== true && !isObject(selection)) return;
    for (const [field, to] of model.ways) {
      if (model.known.relations[field]?.list !== true) continue;
      const nested = isObject(selection) ? selection[field] : true;
      if (nested === undefined || nested === null || nested === false) continue;
      const where = isObject(nested) ? nested['where'] : undefined;
      const way = [...path, field];
      const asked = where === undefined ? {} : { where: whereShape(this.#plan.catalogue, to.known, where) };
      this.add({ model: to, path: way, through: '_count', asked });
      this.#where(to, where, way);
    }
  }

  conditions(model: ReadModel, args: Unknowns, path: readonly string[]): void {
    this.#where(model, args['where'], path);
    this.#order(model, args['orderBy'], path);
  }

  #where(model: ReadModel, where: unknown, path: readonly string[]): void {
    if (!isObject(where) || path.length > DEEPEST) return;
    for (const word of ['AND', 'OR', 'NOT']) for (const each of listed(where[word])) this.#where(model, each, path);
    for (const [field, to] of model.ways) {
      const nested = where[field];
      if (nested === undefined) continue;
      const way = [...path, field];
      const asked = { where: relationShape(this.#plan.catalogue, to.known, nested) };
      this.add({ model: to, path: way, through: 'where', asked });
      this.#where(to, nested, way);
      for (const word of ['is', 'isNot', 'some', 'every', 'none'])
        if (isObject(nested)) this.#where(to, nested[word], way);
    }
  }

  #order(model: ReadModel, order: unknown, path: readonly string[]): void {
    if (path.length > DEEPEST) return;
    for (const each of listed(order)) {
      if (!isObject(each)) continue;
      for (const [field, to] of model.ways) {
        if (each[field] === undefined) continue;
        const way = [...path, field];
        this.add({ model: to, path: way, through: 'orderBy', asked: {} });
        this.#order(to, each[field], way);
      }
    }
  }
}
