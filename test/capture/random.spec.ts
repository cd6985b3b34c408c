import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { full } from '../support/full.js';
import { battery, type Report } from './random/battery.js';
import { sow } from './random/seed.js';
import { openWorld, type World } from './world/world.js';

const SCHEMAS = ['shop', 'billing', 'clinic', 'social', 'mapped'];

describe.each(SCHEMAS)('random programs over the schema of %s', (name) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(fileURLToPath(new URL(`schemas/${name}.prisma`, import.meta.url)));
    await sow(world);
  });
  afterAll(() => world?.close());

  it('are captured whole, and behave as without audit', async () => {
    const report: Report = await battery(world, full ? { runs: 500 } : { runs: 20, seed: 1 });
    console.log(report.summary);
    expect(report.failure).toBeUndefined();
  });
});
