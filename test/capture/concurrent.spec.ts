import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import fc from 'fast-check';
import { naiveAdapter } from '../prisma/naive-adapter.js';
import { full } from '../support/full.js';
import { crowd } from './random/crowd.js';
import { programOf, tapes } from './random/program.js';
import { sow } from './random/seed.js';
import type { AnyClient } from './world/client.js';
import { openWorld, type World } from './world/world.js';

const SCHEMAS = full ? ['shop', 'social', 'clinic', 'billing', 'mapped'] : ['shop'];
const ROUNDS = full ? 40 : 3;
const WORKERS = 8;

/** What the workers of each round do, as numbers. */
const roundsOf = (seed: number, numRuns = ROUNDS): number[][][][] =>
  fc.sample(fc.array(tapes(3), { minLength: WORKERS, maxLength: WORKERS }), { numRuns, seed });

describe.each(SCHEMAS)('eight workers on the same rows, over the schema of %s', (name) => {
  let world: World;
  let client: AnyClient;
  beforeAll(async () => {
    world = await openWorld(fileURLToPath(new URL(`schemas/${name}.prisma`, import.meta.url)));
    await sow(world);
    client = world.audited.connect(WORKERS);
  });
  afterAll(() => world?.close());

  it.each([
    ['when they start in one tick', true],
    ['when each starts when it comes', false],
  ])('the history of each row is a chain, and each change has its actor, %s', async (_when, together) => {
    const seed = full ? Date.now() % 1_000_000 : 7;
    let changes = 0;
    let marked = 0;
    for (const [round, workers] of roundsOf(seed).entries()) {
      const programs = workers.map((numbers) => programOf(world.schema, numbers));
      const seen = await crowd(world, client, programs, together);
      // The seed and the round say which programs these were.
      expect({ seed, round, problems: seen.problems }).toEqual({ seed, round, problems: [] });
      changes += seen.changes;
      marked += seen.marked;
    }
    expect(changes).toBeGreaterThan(ROUNDS);
    expect(marked).toBeGreaterThan(0);
  });

  // Its rows hold the most free text, and so the most marks: elsewhere it takes too many rounds.
  if (name !== 'shop' || !full) return;
  it('a client that takes the context of the moment is found out', async () => {
    const adapter = naiveAdapter(new PrismaPg({ connectionString: world.audited.url, max: WORKERS }));
    const naive = new world.Client({ adapter });
    const problems: string[] = [];
    for (const workers of roundsOf(7, 40)) {
      const programs = workers.map((numbers) => programOf(world.schema, numbers));
      problems.push(...(await crowd(world, naive, programs, true)).problems);
      if (problems.length > 0) break;
    }
    await naive.$disconnect();
    expect(problems.join('\n')).toMatch(/ is said to be by | has two actors/);
  });
});
