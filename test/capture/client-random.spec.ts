import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeFull } from '../support/full.js';
import { battery } from './random/battery.js';
import { sow } from './random/seed.js';
import { openWorld, type ClientForm, type World } from './world/world.js';

/**
 * Programs over each schema with engine `client`, but over that with triggers of the application's, which it cannot see. Where two
 * referential actions of one statement change the same row it logs the sum; raw SQL in them is what it can read.
 */
const RUNS: readonly (readonly [schema: string, form: ClientForm])[] = [
  'shop',
  'billing',
  'clinic',
  'social',
  'mapped',
  'learning',
  'helpdesk',
].flatMap((schema) => (['client', 'client without RETURNING old'] as const).map((form) => [schema, form] as const));

/** Seeds that have found something once: a row whose key is made of two foreign keys, and both move. */
const FOUND: Readonly<Record<string, number>> = { social: 340_189 };

describeFull.each(RUNS)('random programs over the schema of %s, with %s', (name, form) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(fileURLToPath(new URL(`schemas/${name}.prisma`, import.meta.url)), form);
    await sow(world);
  }, 120_000);
  afterAll(() => world?.close());

  it('are captured whole, and behave as without audit', async () => {
    const before = FOUND[name] && (await battery(world, { runs: 100, seed: FOUND[name] })).failure;
    expect(before).toBeUndefined();
    const { failure, summary } = await battery(world, { runs: 200 });
    process.stdout.write(`${name}, ${form}: ${summary}\n`);
    expect(failure).toBeUndefined();
  });
});
