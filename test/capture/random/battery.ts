import fc from 'fast-check';
import type { World } from '../world/world.js';
import { checkProgram } from './check.js';
import { print, programOf, tapes } from './program.js';

export interface BatteryOptions {
  /** Programs to run. */
  readonly runs: number;
  /** @defaultValue the clock */
  readonly seed?: number;
}

export interface Report {
  /** One line. */
  readonly summary: string;
  /** The seed, the smallest program, and what is wrong with it. */
  readonly failure: string | undefined;
}

const STEPS = 8;

export async function battery(world: World, { runs, seed = Date.now() % 1_000_000 }: BatteryOptions): Promise<Report> {
  let acts = 0;
  let changes = 0;
  const ends = new Map<string, number>();
  const property = fc.asyncProperty(tapes(STEPS), async (numbers) => {
    const checked = await checkProgram(world, programOf(world.schema, numbers));
    acts += checked.outcomes.length;
    changes += checked.changes;
    for (const outcome of checked.outcomes) {
      const end = outcome.startsWith('throws')
        ? (/"code":"(\w+)"/.exec(outcome)?.[1] ?? /"name":"(\w+)"/.exec(outcome)?.[1] ?? '?')
        : 'ok';
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    if (checked.problems.length > 0) throw new Error(checked.problems.slice(0, 20).join('\n'));
  });
  const found = await fc.check(property, {
    numRuns: runs,
    seed,
    endOnFailure: false,
    interruptAfterTimeLimit: 3_600_000,
  });
  const outcomes = [...ends].sort((a, b) => b[1] - a[1]).map(([end, count]) => `${end} ${count}`);
  const summary = `${world.schema.models.size} models, seed ${seed}: ${found.numRuns} programs, ${acts} acts (${outcomes.join(', ')}), ${changes} row changes, ${found.failed ? 'A DIFFERENCE' : 'no difference'}`;
  if (!found.failed) return { summary, failure: undefined };
  const smallest = found.counterexample?.[0];
  const program = smallest ? print(programOf(world.schema, smallest)) : 'none';
  return {
    summary,
    failure: `seed ${seed}, path ${found.counterexamplePath}\n${program}\n\n${found.errorInstance instanceof Error ? found.errorInstance.message : 'interrupted'}`,
  };
}
