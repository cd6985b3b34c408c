import { expect, it } from '@jest/globals';
import { printReport } from '../../src/cli/print-report.js';
import { FINDINGS, REPORT_SCHEMA, type Finding, type FindingCode, type Report } from '../../src/verify/index.js';

const found = (code: FindingCode, count: number): Report['codes'] => {
  const { kind, class: of, means, todo } = FINDINGS[code];
  return { [code]: { kind, class: of, count, means, todo } };
};

it('a thousand findings of one code hide none of another', () => {
  const many = Array.from({ length: 999 }, (_, i): Finding => ({ code: 'CHECKPOINT_UNTRUSTED', origin: 'o/registry', message: `no ${i}` })); // prettier-ignore
  const lines: string[] = [];
  const report: Report = {
    schema: REPORT_SCHEMA,
    verdict: 'INCOMPLETE',
    level: 'L0',
    mode: 'full',
    verifiedAt: '2026-01-02T03:04:05.678Z',
    entries: 3,
    chains: [],
    coverage: { sections: 0, pins: { compared: 0, agreed: 0, chainsWithout: 0 } },
    findings: [...many, { code: 'BELOW_LEVEL', message: 'L0 is proved' }],
    findingCount: 5_001,
    codes: { ...found('CHECKPOINT_UNTRUSTED', 5_000), ...found('BELOW_LEVEL', 1) },
    notes: [],
    limits: [],
  };
  printReport(report, (text) => lines.push(String(text)));
  const of = (code: string): string[] => lines.filter((line) => line.includes(code));
  expect(of('CHECKPOINT_UNTRUSTED')).toHaveLength(11);
  expect(of('CHECKPOINT_UNTRUSTED').at(-1)).toContain('4990 CHECKPOINT_UNTRUSTED more');
  expect(of('BELOW_LEVEL')).toEqual([expect.stringMatching(/BELOW_LEVEL[^ ]*: L0 is proved/)]);
});
