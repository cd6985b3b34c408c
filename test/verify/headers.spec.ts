import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exitCode, FINDINGS, type FindingCode, type Report } from '../../src/verify/index.js';
import { filledLog, type FilledLog } from '../support/filled-log.js';
import { verifyAfter, type Tampering } from './attacker.js';
import { CASES } from './tamperings.js';

let log: FilledLog;
beforeAll(async () => {
  log = await filledLog();
});
afterAll(() => log.close());

const headers = (steps: readonly Tampering[]): Promise<Report> => verifyAfter(log.pool, [...steps], { content: false });

/** What stands in sections, captured rows, or the form of bodies. */
const NEEDS_CONTENT: ReadonlySet<FindingCode> = new Set(['SECTION_ALTERED', 'SECTION_MISSING', 'CONTENT_MISSING', 'CAPTURE_DIFFERS', 'BODY_INVALID', 'OPENING_WRONG', 'PROJECTION_ALTERED']); // prettier-ignore

describe('verifying headers alone', () => {
  it('is never a pass, and says what it did not look at', async () => {
    const report = await headers([]);
    expect(report).toMatchObject({ verdict: 'INCOMPLETE', mode: 'headers', findings: [], coverage: { sections: 0 } });
    expect(exitCode(report.verdict)).toBe(3);
    expect(report.limits[0]).toMatch(/^Headers alone were verified/);
  });

  it.each(CASES.map((each) => [each.name, each] as const))(
    '%s: is found, or needs content',
    async (_name, { steps, code }) => {
      const report = await headers(steps);
      expect(report.verdict).not.toBe('VERIFIED');
      const codes = report.findings.map((finding) => finding.code);
      if (NEEDS_CONTENT.has(code)) return;
      expect(codes).toContain(code);
      if (FINDINGS[code].kind === 'tampered') expect(report.verdict).toBe('TAMPERED');
    },
  );

  it('finds a column that the body contradicts', async () => {
    for (const set of [`outcome = 'success'`, `action = 'x'`, `resource_type = 'X'`, `occurred_at = occurred_at + interval '1 s'`])
      expect(await headers([`update audit.entry set ${set} where seq = 3`])).toMatchObject({ verdict: 'TAMPERED', findings: expect.arrayContaining([expect.objectContaining({ code: 'PROJECTION_ALTERED', seq: 3 })]) }); // prettier-ignore
  });
});
