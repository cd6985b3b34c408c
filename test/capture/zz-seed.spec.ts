import { it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { battery } from './random/battery.js';
import { sow } from './random/seed.js';
import { openWorld } from './world/world.js';
it('x', async () => {
  const world = await openWorld(fileURLToPath(new URL('schemas/shop.prisma', import.meta.url)), 'client without RETURNING old');
  await sow(world);
  const r = await battery(world, { runs: 100, seed: 321197, tries: 100 });
  console.log(r.summary, r.failure);
  await world.close();
}, 200000);
