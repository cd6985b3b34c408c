import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SAMPLE } from '../support/hostile.js';
import { exitCode, verify } from '../../src/verify/index.js';
import { after } from './attacker.js';
import { closeFixtures, openFixtures, type Fixtures } from './matrix/fixtures.js';
import { MATRIX_LEVELS } from './matrix/case.js';
import { recorded } from './matrix/recorded.js';
import { codesOf, MATRIX, optionsOf, STATED } from './matrix.js';

let fixtures: Fixtures;
beforeAll(async () => {
  fixtures = await openFixtures();
}, 120_000);
const rows: string[][] = [];
afterAll(async () => {
  await closeFixtures(fixtures);
  const width = Math.max(0, ...rows.map(([name = '']) => name.length));
  process.stdout.write(
    `${rows.map(([name = '', ...codes]) => `${name.padEnd(width)} | ${codes.join(' | ')}`).join('\n')}\n`,
  );
});

describe('the matrix', () => {
  it.each(MATRIX.filter((_, i) => process.env.ONLY ? MATRIX[i]!.name.includes(process.env.ONLY) : i % SAMPLE === 0).map((each) => [each.name, each] as const))('%s', async (name, each) => {
    const fixture = fixtures[each.on ?? 'plain'];
    const source = await after(fixture.log.pool, each.steps ?? [], recorded);
    const seen = { ...source, evidence: source.evidence && { ...source.evidence, ...each.server } };
    const found: string[] = [];
    const d: string[] = [];
    for (const level of MATRIX_LEVELS) {
      const report = await verify(seen, await optionsOf(each, fixture, level));
      found.push(codesOf(report));
      d.push(level, ...report.findings.slice(0,8).map((f) => '   ' + f.code + ' ' + f.origin + ' ' + f.seq + ' ' + f.message.slice(0,200)), '  ' + report.verdict + ' ' + report.level + ' ' + (report.limits[0] ?? '').slice(0, 90));
    }
    rows.push([name, ...found]);
    process.stdout.write(name + '\n' + d.join('\n') + '\n');
  });
});
