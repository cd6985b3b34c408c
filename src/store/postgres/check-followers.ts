import type { Check } from '../../event/check.js';
import { hasSetAside, howFarBehind, sayHowToSettle, sayWhereToGoOn, whyStopped } from '../../event/say-follower.js';
import { fail, ok } from './checks.js';
import { postgresFollowerStore } from './follower-store.js';
import type { Pool } from './pool.js';

const MOST_COUNTED = 10_000;

/** That each follower goes on, and has set nothing aside. */
export async function checkFollowers(pool: Pool, schema: string): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const states = await postgresFollowerStore(pool, schema).states(MOST_COUNTED);
  for (const state of states) {
    const { name, alive } = state;
    const [stopped, late, aside] = [whyStopped(state), howFarBehind(state), hasSetAside(state)];
    if (stopped !== undefined) checks.push(fail('followers', stopped, sayWhereToGoOn(name)));
    else if (late !== undefined)
      checks.push(fail('followers', late, alive ? '"nestjs-prisma-audit follow list" says why the last attempt failed' : 'start the process that follows')); // prettier-ignore
    if (aside !== undefined)
      checks.push({ name: 'followers', state: 'warn', message: aside, remedy: sayHowToSettle(name) });
  }
  if (checks.length > 0) return checks;
  const many = states.length === 1 ? 'the follower is' : `all ${states.length} followers are`;
  return [ok('followers', states.length === 0 ? 'nothing follows the log' : `${many} less than a minute behind`)];
}
