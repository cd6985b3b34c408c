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
  /** How often a smaller program is tried once one is wrong. @defaultValue 400 */
  readonly tries?: number;
}

export interface Report {
  /** One line. */
  readonly summary: string;
  /** The seed, the smallest program, and what is wrong with it. */
  readonly failure: string | undefined;
}

const STEPS = 8;

export async function battery(
  world: World,
  { runs, seed = Date.now() % 1_000_000, tries = 400 }: BatteryOptions,
): Promise<Report> {
  let acts = 0;
  const kinds = new Map<string, number>();
  let wrong: Wrong | undefined;
  const ends = new Map<string, number>();
  const property = fc.asyncProperty(tapes(STEPS), async (numbers) => {
    const program = programOf(world.schema, numbers);
    const checked = await checkProgram(world, program);
    acts += checked.outcomes.length;
    for (const kind of checked.changes) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    for (const end of checked.outcomes.map(endOf)) ends.set(end, (ends.get(end) ?? 0) + 1);
    if (checked.problems.length > 0) wrong = { program, problems: checked.problems };
    return checked.problems.length === 0;
  });
  const found = await fc.check(property, { numRuns: runs, seed, endOnFailure: true });
  const outcomes = [...ends].sort((a, b) => b[1] - a[1]).map(([end, count]) => `${end} ${count}`);
  const verdict = found.failed ? 'A DIFFERENCE' : 'no difference';
  const changes = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  const summary = `${world.schema.models.size} models, seed ${seed}: ${found.numRuns} programs, ${acts} acts (${outcomes.join(', ')}), ${changes} row changes of ${kinds.size} kinds, ${verdict}`;
  if (process.env['AUDIT_BATTERY_KINDS'] === '1')
    process.stdout.write(`${JSON.stringify(Object.fromEntries(kinds))}\n`);
  if (!found.failed) return { summary, failure: undefined };
  if (!wrong) throw new Error(`the battery itself failed, with seed ${seed}`, { cause: found.errorInstance });
  // What is said of the smallest is what was said when it was last tried.
  let least = wrong;
  await smallest(
    wrong.program,
    async (program) => {
      const { problems } = await checkProgram(world, program);
      if (problems.length > 0) least = { program, problems };
      return problems.length > 0;
    },
    tries,
  );
  return { summary, failure: `seed ${seed}\n${print(least.program)}\n\n${least.problems.slice(0, 20).join('\n')}` };
}

interface Wrong {
  readonly program: Program;
  readonly problems: readonly string[];
}

const endOf = (outcome: string): string =>
  outcome.startsWith('throws ')
    ? ((/"code":"(\w+)"/.exec(outcome) ?? /"name":"(\w+)"/.exec(outcome) ?? [])[1] ?? '?')
    : 'ok';
