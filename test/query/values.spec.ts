import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RecordChange } from '../../src/event/record-change.js';
import { full } from '../support/full.js';
import { THING } from './values/arbitrary.js';
import { openWorld, Prisma, type World } from './values/world.js';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

/** Prisma reads both nulls of a document as `null`; the log tells them apart, as what was written. */
function asRead(values: RecordChange['new'], written: Record<string, unknown>): Record<string, unknown> {
  const read: Record<string, unknown> = { ...values };
  for (const field of ['json', 'jsonb']) {
    expect(read[field] === Prisma.JsonNull).toBe(written[field] === Prisma.JsonNull);
    if (read[field] === Prisma.JsonNull) read[field] = null;
  }
  return read;
}

it('comes back as Prisma gave it: every type, created, updated and deleted', async () => {
  await fc.assert(
    fc.asyncProperty(THING, THING, async (first, second) => {
      const hidden = { omit: { phone: true, pet: true, password: true } } as const;
      const created = await world.prisma.thing.create({ data: first, ...hidden });
      const { id } = created;
      const before = await world.prisma.thing.findUniqueOrThrow({ where: { id }, ...hidden });
      await world.prisma.thing.update({ where: { id }, data: second });
      const after = await world.prisma.thing.findUniqueOrThrow({ where: { id }, ...hidden });
      await world.prisma.thing.delete({ where: { id } });
      const entries = await world.history(id);
      const [create, update, remove] = entries.map(({ change }) => change);
      const { phone: _1, ...made } = asRead(create?.new, first);
      expect(made).toEqual(before);
      if (update?.operation === 'update') {
        const { phone: _2, ...old } = asRead(update.old, first);
        const { phone: _3, ...now } = asRead(update.new, second);
        expect(old).toEqual(before);
        expect(now).toEqual(after);
        for (const change of entries[1]?.changes ?? []) {
          expect({ [change.field]: change.old }).toEqual({ [change.field]: update.old?.[change.field] });
          expect({ [change.field]: change.new }).toEqual({ [change.field]: update.new?.[change.field] });
        }
        const { phone: _4, ...gone } = asRead(remove?.old, second);
        expect(gone).toEqual(after);
      }
      expect(create?.asText).toEqual({});
    }),
    { numRuns: full ? 500 : 15, endOnFailure: false },
  );
});
