import { Leader, type LeaderOptions } from '../../src/sealer/leader.js';
import { SetAside } from '../../src/sealer/set-aside.js';
import type { Log } from '../support/open-log.js';

/** Seals all that is there, in one term; resolves with what was told. */
export async function sealTelling(log: Log, given: Partial<LeaderOptions> = {}): Promise<unknown[]> {
  const told: unknown[] = [];
  const lease = await log.store.acquire('battery', 60_000);
  if (!lease) throw new Error('the lease is taken');
  const aside = new SetAside((error) => told.push(error));
  const leader = new Leader(log.store, lease, { leaseMs: 60_000, batchSize: 200, aside, ...given });
  await leader.begin();
  while ((await leader.round()) > 0);
  await leader.end();
  return told;
}
