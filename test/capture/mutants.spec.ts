import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeFull } from '../support/full.js';
import { MUTANTS } from './mutants/mutants.js';
import { ENGINES } from './shapes/engine.js';
import { ALL_SHAPES } from './shapes/index.js';
import { pairOf, putThrough, type Pair } from './shapes/put-through.js';
import type { Shape } from './shapes/shape.js';
import { openTwin } from './shapes/twins.js';

const ENGINE = ENGINES[0]!;
const SHAPES = ALL_SHAPES.filter(({ knownBug }) => !knownBug);

/** The first shape that shows the fault. */
async function firstFinding(pair: Pair): Promise<Shape | undefined> {
  for (const shape of SHAPES) {
    try {
      await putThrough(ENGINE, pair, shape);
    } catch (error) {
      // A difference that `expect` saw; a crash of the battery would "find" anything.
      if (!(error instanceof Error && 'matcherResult' in error)) throw error;
      return shape;
    }
  }
  return undefined;
}

// It tests the test: an engine that is broken in such a way must not come through the battery.
describeFull('a capture that', () => {
  let pair: Pair;
  const shown: string[] = [];
  const asLogged = (sql: string): Promise<unknown> => pair.logged.pool.query(sql);
  beforeAll(async () => {
    const [plain, logged] = await Promise.all([openTwin(), openTwin(ENGINE)]);
    pair = pairOf(plain, logged, ENGINE.clients[0]![1]);
  });
  afterAll(async () => {
    process.stdout.write(`mutants, and the first shape that found each:\n  ${shown.join('\n  ')}\n`);
    await Promise.all([pair.plain.close(), pair.logged.close()]);
  });

  /** Behind the greatest position there is, since a mutant may have left some behind the sequence. */
  const repair = (): Promise<unknown> =>
    asLogged(`drop function if exists mutant() cascade;
      select setval('audit.content_pos_seq', (select max(pos) from audit.content) + 1)`);

  it('is as it should be is found by no shape', async () => {
    expect(await firstFinding(pair)).toBeUndefined();
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s is found', async (name, { plpgsql }) => {
    await asLogged(`create function mutant() returns trigger language plpgsql as $mutant$ begin ${plpgsql} return new; end $mutant$;
      create trigger mutant before insert on audit.content for each row execute function mutant()`);
    try {
      const found = await firstFinding(pair);
      await repair();
      // Without the mutant the same shape is right: it was the mutant that was found.
      await putThrough(ENGINE, pair, found!);
      shown.push(`${name}: ${found!.name}`);
    } finally {
      await repair();
    }
  });
});
