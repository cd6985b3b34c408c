import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SAMPLE } from '../support/hostile.js';
import { exitCode, FINDINGS, verify, type FindingCode } from '../../src/verify/index.js';
import { MATRIX_LEVELS, type MatrixCase } from './matrix/case.js';
import { closeFixtures, openFixtures, type Fixtures } from './matrix/fixtures.js';
import { codesOf, MATRIX, optionsOf, seenAfter, STATED } from './matrix.js';

let fixtures: Fixtures;
const rows: string[][] = [];
beforeAll(async () => {
  fixtures = await openFixtures();
}, 120_000);
afterAll(async () => {
  await closeFixtures(fixtures);
  const width = Math.max(...rows.map(([name = '']) => name.length));
  const left = SAMPLE === 1 ? '' : ` (${MATRIX.length} in a longer run)`;
  process.stdout.write(
    `tamper matrix: ${rows.length} cases${left}; L0 | L1 | L2\n${rows.map(([name = '', ...found]) => `${name.padEnd(width)}  ${found.join(' | ')}`).join('\n')}\n`,
  );
});

const nothing = ({ isRight }: MatrixCase): string => (isRight ? 'right' : 'NOT FOUND');
const isTampering = (codes: string): boolean =>
  codes.split(' ').some((code) => FINDINGS[code as FindingCode].kind === 'tampered'); // they are codes

describe('the verifier says of', () => {
  it.each(MATRIX.filter((_, i) => i % SAMPLE === 0).map((each) => [each.name, each] as const))('%s', async (name, each) => {
    const fixture = fixtures[each.on ?? 'plain'];
    const seen = await seenAfter(fixture, each);
    const row = [name];
    for (const level of MATRIX_LEVELS) {
      const report = await verify(seen, await optionsOf(each, fixture, level, seen));
      const codes = codesOf(report);
      row.push(codes || nothing(each));
      expect(`${level}: ${codes}`).toBe(`${level}: ${each.finds[level]}`);
      if (codes === '') {
        expect(report.verdict).toBe(report.entries === 0 ? 'UNVERIFIABLE' : 'VERIFIED');
        expect(report.level).toBe(level);
        expect(report.limits[0]).toMatch(STATED[level]);
        expect(report.limits[0]).toMatch(each.says?.[level] ?? /./);
      } else {
        expect(report.verdict).toBe(isTampering(codes) ? 'TAMPERED' : 'INCOMPLETE');
        expect(exitCode(report.verdict)).not.toBe(0);
      }
    }
    rows.push(row);
  }); // prettier-ignore
});

describe('the matrix', () => {
  it('has no name twice', () => {
    const names = MATRIX.map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('has every finding that stands on registry, checkpoints, keys, anchors and the policy', () => {
    const found = new Set(MATRIX.flatMap(({ finds }) => Object.values(finds).join(' ').split(' ')));
    const codes = Object.keys(FINDINGS);
    const from = codes.indexOf('HEADS_WRONG');
    expect(codes.slice(from, codes.indexOf('BELOW_LEVEL') + 1).filter((code) => !found.has(code))).toEqual([]);
  });
});
