import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { filledLog } from '../support/filled-log.js';
import { full } from '../support/full.js';
import { verify, type LogSource, type VerifyOptions } from '../../src/verify/index.js';
import { after } from './attacker.js';
import { MATRIX_LEVELS } from './matrix/case.js';
import { closeFixtures, openFixtures } from './matrix/fixtures.js';
import { recorded } from './matrix/recorded.js';
import { codesOf, MATRIX, optionsOf, seenAfter } from './matrix.js';
import { Verifiers, type Verifier } from './mutants/load.js';
import { LEFT, MUTANTS } from './mutants/mutants.js';
import { codesOf as codesInOrder, RESTORED, restoredLog } from './restored-log.js';
import { CASES } from './tamperings.js';

/** One question to a verifier, and whether the answer is the one that is expected. */
interface Asked {
  readonly name: string;
  readonly seen: LogSource;
  readonly options: VerifyOptions;
  readonly isRight: (report: Awaited<ReturnType<typeof verify>>) => boolean;
}

const asked: Asked[] = [];
const shown: string[] = [];
const verifiers = new Verifiers();
beforeAll(async () => {
  const fixtures = await openFixtures();
  for (const each of MATRIX) {
    const fixture = fixtures[each.on ?? 'plain'];
    const seen = await seenAfter(fixture, each);
    for (const level of MATRIX_LEVELS)
      asked.push({
        name: `${each.name} (${level})`,
        seen,
        options: await optionsOf(each, fixture, level, seen),
        isRight: (report) => codesOf(report) === each.finds[level] && (each.says?.[level]?.test(report.limits[0] ?? '') ?? true),
      }); // prettier-ignore
  }
  await closeFixtures(fixtures);
  const restored = await restoredLog();
  for (const { name, steps, policy, anchors, finds } of RESTORED) {
    const seen = await after(restored.log.pool, (await steps?.(restored)) ?? [], recorded);
    const options = { policy: { ...restored.policy, ...policy?.(restored) }, anchors: (await anchors?.(restored)) ?? [restored.anchor] }; // prettier-ignore
    asked.push({ name: `restored: ${name}`, seen, options, isRight: (report) => codesInOrder(report) === finds });
  }
  await restored.log.close();
  const log = await filledLog();
  for (const { name, steps, code, seq } of CASES)
    asked.push({
      name,
      seen: await after(log.pool, steps, recorded),
      options: {},
      isRight: ({ findings }) => findings.some((finding) => finding.code === code && finding.seq === seq),
    });
  await log.close();
}, 300_000);
afterAll(() => {
  verifiers.close();
  process.stdout.write(`mutants of the verifier, and the first case that found each:\n  ${shown.join('\n  ')}\n`);
});

/** @param file of the mutant: what stands on entries is found by the tamperings of columns first */
async function firstWrong({ verify: ask }: Verifier, file = ''): Promise<string | undefined> {
  const isOfEntries = /^(check|clean|compare|late|parse)-/.test(file);
  for (const { name, seen, options, isRight } of isOfEntries ? asked.toReversed() : asked)
    if (!isRight(await ask(seen, options))) return name;
  return undefined;
}

describe('a verifier', () => {
  it('that is as it should be answers all cases right', async () => {
    expect(await firstWrong({ verify })).toBeUndefined();
  });

  // All of them take minutes: the long run has them.
  const SHOWN = MUTANTS.filter(({ from }) => !LEFT.includes(from)).filter((_, i) => full || i % 5 === 0);
  it.each(SHOWN.map((mutant) => [`${mutant.file}: ${mutant.from.replaceAll(/\s+/g, ' ')} → ${mutant.to.replaceAll(/\s+/g, ' ')}`, mutant] as const))('with %s is found', async (name, mutant) => {
    const found = await firstWrong(await verifiers.load(mutant), mutant.file);
    shown.push(`${name}: ${found}`);
    expect(found).toBeDefined();
  }); // prettier-ignore
});
