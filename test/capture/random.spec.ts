import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { full } from '../support/full.js';
import { battery } from './random/battery.js';
import { FAULTS, withFault } from './random/faults.js';
import { sow } from './random/seed.js';
import { openWorld, type Form, type World } from './world/world.js';

/** Programs over each schema: a sample that is always the same, and under full many that are never. */
const RUNS: Record<string, number> = full
  ? { shop: 400, billing: 400, clinic: 400, social: 400, mapped: 400, triggered: 150, learning: 150, helpdesk: 150 }
  : { shop: 6 };

/** The others are classes that extend `audited(PrismaClient)`. */
const FORMS: Record<string, Form> = { mapped: 'extension', clinic: 'extension', helpdesk: 'extension' };

describe.each(Object.entries(RUNS))('random programs over the schema of %s', (name, runs) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(fileURLToPath(new URL(`schemas/${name}.prisma`, import.meta.url)), FORMS[name]);
    await sow(world);
  }, 120_000);
  afterAll(() => world?.close());

  it('are captured whole, and behave as without audit', async () => {
    const { failure, summary } = await battery(world, full ? { runs } : { runs, seed: 1 });
    if (full) process.stdout.write(`${name}: ${summary}\n`);
    expect(failure).toBeUndefined();
  });

  if (name === 'shop') {
    // One change of a hundred takes some hundred programs to be missed; two of the others are enough to see that it looks.
    const faults = full ? FAULTS : FAULTS.filter(([fault]) => !fault.endsWith('hundred')).slice(0, 2);
    it.each(faults)('find a capture that %s', async (_fault, said, body) => {
      const mend = await withFault(world.audited.pool, body);
      try {
        const { failure, summary } = await battery(world, { runs: full ? 1_000 : 60, seed: 1, tries: 0 });
        expect(failure ?? summary).toMatch(said);
      } finally {
        await mend();
      }
    });
  }
});
