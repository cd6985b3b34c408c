import fc from 'fast-check';
import type { World } from '../world/world.js';
import { checkProgram } from './check.js';
import { print, programOf, tapes, type Program } from './program.js';
import { smallest } from './smallest.js';

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
  let wrong: Program | undefined;
  const ends = new Map<string, number>();
  const property = fc.asyncProperty(tapes(STEPS), async (numbers) => {
    const program = programOf(world.schema, numbers);
    const checked = await checkProgram(world, program);
    acts += checked.outcomes.length;
    changes += checked.changes;
    for (const end of checked.outcomes.map(endOf)) ends.set(end, (ends.get(end) ?? 0) + 1);
    if (checked.problems.length > 0) wrong = program;
    return checked.problems.length === 0;
  });
  const found = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  const outcomes = [...ends].sort((a, b) => b[1] - a[1]).map(([end, count]) => `${end} ${count}`);
  const verdict = found.failed ? 'A DIFFERENCE' : 'no difference';
  const summary = `${world.schema.models.size} models, seed ${seed}: ${found.numRuns} programs, ${acts} acts (${outcomes.join(', ')}), ${changes} row changes, ${verdict}`;
  if (!found.failed) return { summary, failure: undefined };
  if (!wrong) throw new Error(`the battery itself failed, with seed ${seed}`, { cause: found.errorInstance });
  const isWrong = async (program: Program): Promise<boolean> =>
    (await checkProgram(world, program)).problems.length > 0;
  const least = await smallest(wrong, isWrong);
  const { problems } = await checkProgram(world, least);
  const said = problems.length > 0 ? problems.slice(0, 20).join('\n') : 'not seen again when it was run once more';
  return { summary, failure: `seed ${seed}\n${print(least)}\n\n${said}` };
}

const endOf = (outcome: string): string =>
  outcome.startsWith('throws ')
    ? ((/"code":"(\w+)"/.exec(outcome) ?? /"name":"(\w+)"/.exec(outcome) ?? [])[1] ?? '?')
    : 'ok';
