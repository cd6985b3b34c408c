import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  FINDINGS,
  htmlReport,
  REPORT_SCHEMA,
  type Finding,
  type FindingCode,
  type Report,
} from '../../src/verify/index.js';

const RAN = { version: '1.2.3', seconds: 1.5, options: ['--pin pins.txt'] };

function reportWith(text: string): Report {
  const code: FindingCode = 'PROJECTION_ALTERED';
  const { kind, class: of, means, todo } = FINDINGS[code];
  return {
    schema: REPORT_SCHEMA,
    verdict: 'TAMPERED',
    level: 'L0',
    mode: 'full',
    verifiedAt: '2026-01-02T03:04:05.678Z',
    entries: 3,
    since: { verifiedAt: text, entries: 1, chains: 1 },
    chains: [{ origin: text, chain: 1, tenant: text, entries: 3, root: text, findings: 1 }],
    trusted: { keys: [text], anchors: [text], quorum: 1, restores: [text] },
    coverage: { sections: 0, from: text, to: text, pins: { compared: 1, agreed: 0, chainsWithout: 0 } },
    findings: [{ code, origin: text, chain: 1, seq: 2, id: text, message: text }],
    findingCount: 1,
    codes: { [code]: { kind, class: of, count: 1, means, todo } },
    notes: [text],
    limits: [text],
  };
}

const tagsOf = (page: string): string[] => (page.match(/<[^>]*>/g) ?? []).toSorted();
const HARMLESS = tagsOf(htmlReport(reportWith('x'), RAN));

describe('the report as a page', () => {
  it('has no other markup for whatever is stored', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', `'onmouseover='x`, '</style><b>', '<!--', ']]>', '&lt;', '\u202e<', '\0', '</title>'), // prettier-ignore
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const page = htmlReport(reportWith(text), { ...RAN, options: [text], version: text });
        expect(tagsOf(page)).toEqual(HARMLESS);
        // eslint-disable-next-line no-control-regex -- that is what is looked for
        expect(page).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/);
      }),
      { numRuns: 500 },
    );
  });

  it('shows a value as it is', () => {
    expect(htmlReport(reportWith('<b>&"\'é'), RAN)).toContain('&lt;b&gt;&amp;&quot;&#39;é');
  });

  it('has some of each code, however often another was found', () => {
    const [first] = reportWith('x').findings as [Finding];
    const many = Array.from({ length: 1_000 }, (_, i) => ({ ...first, message: `finding ${i}.` }));
    const findings = [...many, { ...first, code: 'REGISTRY_CUT' as const, message: 'cut.' }];
    const page = htmlReport({ ...reportWith('x'), findings, findingCount: 2_000 }, RAN);
    expect(page.match(/finding \d+\./g)).toHaveLength(50);
    expect(page).toContain('cut.');
    expect(page).toContain('1949 more are not on this page');
  });

  it('loads nothing and runs nothing', () => {
    expect(
      HARMLESS.filter((tag) => /<(script|link|img|iframe|object|base)|\s(src|href|on[a-z]+)=|url\(|refresh/i.test(tag)),
    ).toEqual([]);
    const page = htmlReport(reportWith('x'), RAN);
    expect(page).toContain(`default-src 'none'; style-src 'unsafe-inline'`);
    expect(page).not.toMatch(/https?:|@import|url\(/);
  });

  it('has verdict, what was run, and what the verdict cannot know', () => {
    const page = htmlReport({ ...reportWith('x'), limits: ['a limit'], notes: ['a note'] }, RAN);
    for (const part of ['TAMPERED', 'a limit', 'a note', '1.2.3', '1.5 s', '--pin pins.txt', REPORT_SCHEMA, FINDINGS.PROJECTION_ALTERED.todo.split(';')[0] as string]) expect(page).toContain(part); // prettier-ignore
  });

  it('shows so many chains and findings, and says how many there are more', () => {
    const one = reportWith('x');
    const chains = Array.from({ length: 300 }, (_, i) => ({ ...one.chains[0]!, origin: `example.com/${i}` }));
    const page = htmlReport({ ...one, chains, findingCount: 5_000 }, RAN);
    expect(page).toContain('example.com/199<');
    expect(page).not.toContain('example.com/200<');
    expect(page).toContain('100 more are not on this page');
    expect(page).toContain('4999 more are not on this page');
  });
});
