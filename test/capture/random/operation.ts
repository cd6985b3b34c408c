import type { Model, Schema } from '../world/model.js';
import { DataMaker, type Data } from './data.js';
import { anyStatement } from './statement.js';
import type { Tape } from './tape.js';
import { whereUnique } from './values.js';

/** One call of the client: of a method of a model, or of `$executeRawUnsafe` with `args.sql`. */
export interface Operation {
  readonly model: Model;
  readonly action: string;
  readonly args: Data;
}

export const RAW = '$executeRawUnsafe';

const ACTIONS = [
  'create',
  'update',
  'delete',
  'upsert',
  'createMany',
  'updateMany',
  'deleteMany',
  'create',
  'update',
  'update',
  'upsert',
  'createManyAndReturn',
  'updateManyAndReturn',
  'findUnique',
  'findMany',
] as const;

export function anyOperation(schema: Schema, tape: Tape): Operation {
  const model = tape.pick([...schema.models.values()].filter(({ uniques }) => uniques.length > 0));
  if (tape.chance(8)) return { model, action: RAW, args: { sql: anyStatement(schema, model, tape) } };
  const action = tape.pick(ACTIONS);
  const make = new DataMaker(schema, tape);
  const where = (): Data => whereUnique(schema, model, tape);
  const args = ((): Data => {
    switch (action) {
      case 'create':
        return { data: make.create(model), ...shape(model, tape) };
      case 'update':
        return { where: where(), data: make.update(model), ...shape(model, tape) };
      case 'upsert': {
        const create = make.create(model);
        // A native upsert is one where the key that is looked for is the key that is made.
        const [first = '', ...others] = model.uniques[0]?.fields ?? [];
        const native = tape.chance(40) && others.length === 0 && Object.hasOwn(create, first);
        return {
          where: native ? { [first]: create[first] } : where(),
          create,
          update: native ? make.flatUpdate(model) : make.update(model),
          ...(native ? {} : shape(model, tape)),
        };
      }
      case 'delete':
      case 'findUnique':
        return { where: where(), ...shape(model, tape) };
      case 'createMany':
      case 'createManyAndReturn':
        return make.createMany(model);
      case 'updateMany':
      case 'updateManyAndReturn':
        return { where: make.filter(model), data: make.flatUpdate(model) };
      case 'deleteMany':
      case 'findMany':
      default:
        return { where: make.filter(model) };
    }
  })();
  return { model, action, args };
}

/** What the caller wants to see of the row. */
function shape(model: Model, tape: Tape): Data {
  if (!tape.chance(35)) return {};
  const relations = tape.some(model.relations, 40).map(({ name }) => [name, true]);
  const fields = tape.some(model.fields, 40).map(({ name }) => [name, true]);
  const choices: Data[] = [
    relations.length > 0 ? { include: Object.fromEntries(relations) as Data } : {},
    fields.length > 0 ? { select: Object.fromEntries([...fields, ...relations]) as Data } : {},
    fields.length > 0 && fields.length < model.fields.length ? { omit: Object.fromEntries(fields) as Data } : {},
  ];
  return tape.pick(choices);
}
