import type { World } from '../world/world.js';
import { compareLogs, compareRows, replay, type Rows } from './compare.js';
import { execute, type Ended } from './execute.js';
import type { Program } from './program.js';

export interface Checked {
  readonly problems: readonly string[];
  /** What the acts came to, with audit. */
  readonly outcomes: readonly string[];
  /** Of each change that a witness saw, its kind: `update Order`. */
  readonly changes: readonly string[];
}

const seeds = new WeakMap<World, Rows>();

/** Runs a program on both sides from the rows of the seed, and says what audit lost or disturbed. */
export async function checkProgram(world: World, program: Program): Promise<Checked> {
  await Promise.all([world.plain.reset(), world.audited.reset()]);
  const before = seeds.get(world) ?? (await world.readableRows());
  seeds.set(world, before);
  const mark = await world.mark();

  const expected: string[] = [];
  const outcomes: string[] = [];
  const owners: (Ended & { upTo: number })[] = [];
  const tell = (client: { sent(): number }, list: string[]): ((act: Ended) => void) => {
    const start = client.sent();
    return ({ outcome }) =>
      void list.push(world.sendsMore ? outcome : `${outcome} after ${client.sent() - start} messages`);
  };
  const tellPlain = tell(world.plain, expected);
  const tellAudited = tell(world.audited, outcomes);
  await Promise.all([
    execute(world.plain.client, program, async (act) => tellPlain(act)),
    execute(world.audited.client, program, async (act) => {
      tellAudited(act);
      owners.push({ ...act, upTo: await world.seen() });
    }),
  ]);

  const problems: string[] = [];
  for (const [i, outcome] of expected.entries()) {
    if (outcomes[i] !== outcome)
      problems.push(`act ${i} ends otherwise:\n  plain   ${outcome}\n  audited ${outcomes[i]}`);
  }
  const { witnessed, captured } = await world.since(mark);
  problems.push(
    ...compareLogs(witnessed, captured, (n) => owners.find(({ upTo }) => n <= upTo), world.flags, world.sendsMore),
  );
  problems.push(...replay(before, captured, await world.readableRows()));
  problems.push(...compareRows(await world.plain.rows(), await world.audited.rows()));
  return { problems, outcomes, changes: witnessed.map(({ op, table }) => `${op} ${table}`) };
}
