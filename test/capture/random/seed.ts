import { call } from '../world/client.js';
import type { Model } from '../world/model.js';
import type { Side } from '../world/side.js';
import type { World } from '../world/world.js';
import { isAutomatic, type Data } from './data.js';
import { isRequired, keyValue, SOWN, whereKey } from './values.js';

/** Gives both sides the same few rows in each table: row k has the k-th value in each field and refers to the rows k. */
export async function sow(world: World): Promise<void> {
  for (const side of [world.plain, world.audited]) {
    const there = new Set<string>();
    for (const model of inOrder([...world.schema.models.values()])) {
      for (let k = 0; k < (depends(model) ? SOWN - 2 : SOWN); k++) {
        // Where two rows cannot be (a unique Boolean), or what they refer to is not there yet, there is none.
        await Promise.resolve(call(side.client, model.property, 'create', { data: row(world, model, k, there) })).catch(
          () => undefined,
        );
      }
      there.add(model.name);
    }
    for (const model of world.schema.models.values()) await befriend(world, side, model);
    await side.keep();
  }
}

/** Row k of a many-to-many relation knows row k, and the next one. */
async function befriend({ schema }: World, side: Side, model: Model): Promise<void> {
  for (const { name, target, kind } of model.relations) {
    const other = schema.models.get(target);
    if (kind !== 'manyToMany' || !other) continue;
    for (const k of [0, 1]) {
      const data = { [name]: { connect: [whereKey(schema, other, k), whereKey(schema, other, k + 1)] } };
      await Promise.resolve(
        call(side.client, model.property, 'update', { where: whereKey(schema, model, k), data }),
      ).catch(() => undefined);
    }
  }
}

/** Each row has a key of others' keys: with one for each of them, there would be no place for another. */
const depends = (model: Model): boolean =>
  model.uniques.some(({ fields }) => fields.every((name) => model.foreign.has(name)));

/** @param there models whose rows are there */
function row(world: World, model: Model, k: number, there: ReadonlySet<string>): Data {
  const data: Data = {};
  for (const field of model.fields) {
    const optional = !isRequired(field) && !isAutomatic(field);
    const own = model.relations.some(({ target, fields }) => target === model.name && fields.includes(field.name));
    const early = model.relations.some(
      ({ target, fields }) => fields.includes(field.name) && target !== model.name && !there.has(target),
    );
    if (early && optional) continue;
    // A tree: each row below the one before it.
    if (own && optional) data[field.name] = k === 0 ? null : keyValue(world.schema, model, field.name, k - 1);
    else data[field.name] = keyValue(world.schema, model, field.name, k);
  }
  return data;
}

/** Models after those that they must refer to. */
function inOrder(models: readonly Model[]): Model[] {
  const done: Model[] = [];
  let open = [...models];
  while (open.length > 0) {
    const ready = open.filter(({ name, relations }) =>
      relations.every(
        ({ kind, target }) => kind !== 'holds' || target === name || done.some((model) => model.name === target),
      ),
    );
    // In a circle somebody must be first.
    const next = ready.length > 0 ? ready : open.slice(0, 1);
    done.push(...next);
    open = open.filter((model) => !next.includes(model));
  }
  return done;
}
