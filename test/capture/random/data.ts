import type { Field, Model, Relation, Schema } from '../world/model.js';
import type { Tape } from './tape.js';
import { anyValue, freshKey, isRequired, keyValue, KEYS, likelyKey, whereUnique } from './values.js';

export type Data = Record<string, unknown>;

/** How a row comes to be written: below another one, whose relation to it is given by that. */
export interface Place {
  /** Levels of nested writes that may still follow. */
  readonly depth: number;
  /** The relation that leads back. */
  readonly back?: Relation;
}

const TOP: Place = { depth: 2 };

export const isAutomatic = (field: Field): boolean =>
  typeof field.default === 'object' &&
  field.default !== null &&
  (field.default as { name?: string }).name === 'autoincrement';

export class DataMaker {
  constructor(
    private readonly schema: Schema,
    private readonly tape: Tape,
  ) {}

  private model(name: string): Model {
    const model = this.schema.models.get(name);
    if (!model) throw new Error(`no model ${name}`);
    return model;
  }

  /** Scalars alone, foreign keys too: what createMany takes. */
  flat(model: Model, back?: Relation): Data {
    const skipped = new Set(back?.fields);
    const k = freshKey(this.tape);
    return this.scalars(
      model,
      model.fields.filter(({ name }) => !skipped.has(name)),
      k,
    );
  }

  create(model: Model, place: Place = TOP): Data {
    const { tape } = this;
    const holding = model.relations.filter(({ kind, name }) => kind === 'holds' && name !== place.back?.name);
    // By relations, or by foreign keys: a mixture does not compile.
    const checked = place.depth > 0 && holding.length > 0 && tape.chance(35);
    const skipped = new Set(place.back?.fields);
    const fields = model.fields.filter(
      (field) => !skipped.has(field.name) && !(checked && (model.foreign.has(field.name) || isAutomatic(field))),
    );
    const data = this.scalars(model, fields, freshKey(tape));
    for (const relation of model.relations) {
      if (relation.name === place.back?.name || place.depth === 0) continue;
      if (relation.kind === 'holds' ? checked && (relation.required || tape.chance(40)) : tape.chance(22)) {
        data[relation.name] = this.nestedCreate(relation, place.depth - 1);
      }
    }
    return data;
  }

  private scalars(model: Model, fields: readonly Field[], k: number): Data {
    const { tape, schema } = this;
    const data: Data = {};
    for (const field of fields) {
      // What the client or the database would make up is given, else twins differ: but numbers, which sequences count alike.
      if (isAutomatic(field) && tape.chance(50)) continue;
      const must = isRequired(field) && (!field.hasDefaultValue || field.default === undefined || isMadeUp(field));
      if (!must && !field.isUpdatedAt && !isAutomatic(field) && tape.chance(model.keyed.has(field.name) ? 20 : 50))
        continue;
      const known = model.foreign.has(field.name) && (!inKey(model, field.name) || tape.chance(50));
      if (known && (isRequired(field) || tape.chance(80)))
        data[field.name] = keyValue(schema, model, field.name, likelyKey(tape));
      else if (inKey(model, field.name) && !tape.chance(10)) data[field.name] = keyValue(schema, model, field.name, k);
      else data[field.name] = anyValue(schema, model, field, tape);
    }
    return data;
  }

  update(model: Model, place: Place = TOP): Data {
    const { tape } = this;
    const data = this.flatUpdate(model, place.back);
    if (place.depth === 0) return data;
    const relations = model.relations.filter(({ name }) => name !== place.back?.name).filter(() => tape.chance(25));
    if (relations.some(({ kind }) => kind === 'holds')) {
      for (const field of model.fields)
        if (model.foreign.has(field.name) || isAutomatic(field)) delete data[field.name];
    }
    for (const relation of relations) data[relation.name] = this.nestedUpdate(relation, place.depth - 1);
    return data;
  }

  /** Scalars alone: what updateMany takes. */
  flatUpdate(model: Model, back?: Relation): Data {
    const { tape, schema } = this;
    const skipped = new Set(back?.fields);
    const open = model.fields.filter(({ name }) => !skipped.has(name));
    const ordinary = open.filter(({ name }) => !model.keyed.has(name));
    const data: Data = {};
    for (const field of new Set([...tape.some(ordinary, 35), ...tape.some(open, 8)])) {
      data[field.name] = this.change(model, field);
    }
    for (const field of open)
      if (field.isUpdatedAt) data[field.name] = anyValue(schema, model, { ...field, isRequired: true }, tape);
    return data;
  }

  private change(model: Model, field: Field): unknown {
    const { tape, schema } = this;
    const value = anyValue(schema, model, field, tape);
    if (field.isList) return tape.chance(40) ? { push: value } : tape.chance(50) ? { set: value } : value;
    if (value === null) return null;
    if (['Int', 'Float', 'BigInt', 'Decimal'].includes(field.type) && tape.chance(40)) {
      // A key that moves on by one meets the next row's, one that moves on by ten does not.
      if (model.keyed.has(field.name)) return { increment: tape.pick([10, 1]) };
      return { [tape.pick(['increment', 'decrement', 'multiply'])]: tape.below(3) };
    }
    return field.type !== 'Json' && tape.chance(20) ? { set: value } : value;
  }

  private target(relation: Relation): { model: Model; back: Relation | undefined } {
    const model = this.model(relation.target);
    return { model, back: model.relations.find(({ name }) => name === relation.opposite) };
  }

  private place(depth: number, back: Relation | undefined): Place {
    return back ? { depth, back } : { depth };
  }

  private nestedCreate(relation: Relation, depth: number): Data {
    const { tape, schema } = this;
    const { model, back } = this.target(relation);
    const create = (): Data => this.create(model, this.place(depth, back));
    const where = (): Data => whereUnique(schema, model, tape);
    const toOne = relation.kind === 'holds' || relation.kind === 'held';
    const many = <T>(make: () => T): T | T[] => (toOne ? make() : tape.times(2, make));
    const verbs: Record<string, () => unknown> = {
      create: () => many(create),
      connect: () => many(where),
      connectOrCreate: () => many(() => ({ where: where(), create: create() })),
      ...(relation.kind === 'many' ? { createMany: () => this.createMany(model, back) } : {}),
    };
    const verb = tape.pick(Object.keys(verbs));
    return { [verb]: verbs[verb]!() };
  }

  createMany(model: Model, back?: Relation): Data {
    const { tape } = this;
    return {
      data: tape.times(tape.chance(15) ? 20 : 3, () => this.flat(model, back)),
      ...(tape.chance(30) ? { skipDuplicates: true } : {}),
    };
  }

  private nestedUpdate(relation: Relation, depth: number): Data {
    const { tape, schema } = this;
    const { model, back } = this.target(relation);
    const place = this.place(depth, back);
    const where = (): Data => whereUnique(schema, model, tape);
    const update = (): Data => this.update(model, place);
    const create = (): Data => this.create(model, place);
    if (tape.chance(40)) return this.nestedCreate(relation, depth);
    if (relation.kind === 'holds' || relation.kind === 'held') {
      // Nothing can be disconnected from a key that must be there.
      const optional = relation.kind === 'holds' ? !relation.required : back?.required === false;
      const verbs: [string, () => unknown][] = [
        ['update', () => (tape.chance(30) ? { where: this.filter(model), data: update() } : update())],
        ['upsert', () => ({ create: create(), update: update() })],
        ...((optional ? [['disconnect', () => true]] : []) as [string, () => unknown][]),
        ...((optional || relation.kind === 'held' ? [['delete', () => true]] : []) as [string, () => unknown][]),
      ];
      const [verb, make] = tape.pick(verbs);
      return { [verb]: make() };
    }
    const loose = relation.kind === 'manyToMany' || back?.required === false;
    const verbs: [string, () => unknown][] = [
      ['update', () => tape.times(2, () => ({ where: where(), data: update() }))],
      ['updateMany', () => [{ where: this.filter(model), data: this.flatUpdate(model, back) }]],
      ['upsert', () => [{ where: where(), create: create(), update: update() }]],
      ['delete', () => tape.times(2, where)],
      ['deleteMany', () => [this.filter(model)]],
      ...((loose
        ? [
            ['set', () => (tape.chance(30) ? [] : tape.times(2, where))],
            ['disconnect', () => tape.times(2, where)],
          ]
        : []) as [string, () => unknown][]),
    ];
    return Object.fromEntries([tape.pick(verbs), ...tape.some(verbs, 8)].map(([verb, make]) => [verb, make()]));
  }

  /** Which rows a `…Many` means. */
  filter(model: Model): Data {
    const { tape, schema } = this;
    const plain = model.fields.filter(({ type, isList }) => !isList && !['Json', 'Bytes'].includes(type));
    if (plain.length === 0 || tape.chance(15)) return {};
    const field = tape.pick(plain);
    const value = (): unknown =>
      keyValue(schema, model, field.name, tape.chance(20) ? tape.below(KEYS) : likelyKey(tape));
    const ways: (() => Data)[] = [
      () => ({ [field.name]: value() }),
      () =>
        field.type === 'Boolean' ? { [field.name]: { not: value() } } : { [field.name]: { in: tape.times(3, value) } },
      () => ({ NOT: { [field.name]: value() } }),
      () => ({ OR: [{ [field.name]: value() }, this.filter(model)] }),
    ];
    return tape.pick(ways)();
  }
}

const inKey = (model: Model, name: string): boolean => model.uniques.some(({ fields }) => fields.includes(name));

const isMadeUp = (field: Field): boolean =>
  typeof field.default === 'object' && field.default !== null && !Array.isArray(field.default) && !isAutomatic(field);
