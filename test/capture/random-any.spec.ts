import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { battery } from './random/battery.js';
import { sow } from './random/seed.js';
import { openWorld } from './world/world.js';

/** `npm run battery -- --schema PATH [--runs N] [--seed S]` says over which schema; without it there is nothing to do. */
const asked = process.env['AUDIT_BATTERY'];

interface Asked {
  readonly schema: string;
  readonly runs: number;
  readonly seed?: number;
}

(asked ? describe : describe.skip)('npm run battery', () => {
  it('random programs over any schema are captured whole, and behave as without audit', async () => {
    // Written by scripts/battery.mjs.
    const { schema, runs, ...seed } = JSON.parse(asked ?? '') as Asked;
    const world = await openWorld(resolve(schema));
    try {
      await sow(world);
      const report = await battery(world, { runs, ...seed });
      process.stdout.write(`\nbattery: ${report.summary}\n${report.failure ?? ''}\n`);
      expect(report.failure === undefined).toBe(true);
    } finally {
      await world.close();
    }
  });
});
