import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { verifyCommand } from '../../src/cli/verify.js';
import { FINDINGS, parsePolicy } from '../../src/verify/index.js';
import { LEVELS } from '../../src/verify/report.js';

const page = readFileSync('docs/auditors.md', 'utf8');
const runbook = readFileSync('docs/runbook-tampered.md', 'utf8');
const threats = readFileSync('docs/threat-model.md', 'utf8');

describe('the page for auditors', () => {
  it('has every finding, of its kind, and no other', () => {
    const rows = [...page.matchAll(/^\| `([A-Z_]+)` \| (tampered|incomplete) \|/gm)].map(
      ([, code, kind]) => `${code} ${kind}`,
    );
    expect(new Set(rows)).toEqual(new Set(Object.entries(FINDINGS).map(([code, { kind }]) => `${code} ${kind}`)));
    expect(rows).toHaveLength(Object.keys(FINDINGS).length);
  });

  it('has every verdict and every option of verify', () => {
    for (const word of ['VERIFIED', 'TAMPERED', 'INCOMPLETE', 'UNVERIFIABLE'])
      expect(page).toContain(`| \`${word}\` |`);
    for (const { long } of verifyCommand().options) expect(page).toContain(`\`${long}`);
  });

  it('has every member of the report', () => {
    for (const member of ['schema', 'mode', 'verifiedAt', 'since', 'codes', 'verdict', 'level', 'entries', 'chains', 'coverage', 'findings', 'findingCount', 'notes', 'limits'])
      expect(page).toMatch(new RegExp(`\`${member}\`[^|]*\\|`)); // prettier-ignore
  });
});

describe('its policy', () => {
  const [, example = ''] = /^```json\n(.*?)^```$/ms.exec(page) ?? [];

  it('is one that verify takes, and has every member that there is', () => {
    const { keys, quorum } = parsePolicy(example);
    expect([keys.length, quorum]).toEqual([2, 2]);
    // What the reader says of a member that it does not know.
    const refused = (): unknown => parsePolicy(example.replace('"version"', '"versions"'));
    expect(refused).toThrow('there are');
    const known = /there are (\w+(?:, \w+)*)/.exec(messageOf(refused))?.[1]?.split(', ') ?? [];
    expect(Object.keys(JSON.parse(example) as object).toSorted()).toEqual(known.toSorted());
    for (const member of known) expect(page).toContain(`| \`${member}\` |`);
  });

  it('has every level, as the page on threats', () => {
    for (const level of LEVELS) for (const text of [page, threats]) expect(text).toContain(`| \`${level}\` |`);
  });
});

describe('the page on what to do', () => {
  it('says of every finding of somebody at work what it probably is, and names no code that there is not', () => {
    const named = new Set([...runbook.matchAll(/`([A-Z_]{8,})`/g)].map(([, code]) => code));
    const ours = Object.entries(FINDINGS).flatMap(([code, { kind }]) => (kind === 'tampered' ? [code] : []));
    expect(ours.filter((code) => !named.has(code))).toEqual([]);
    const others = [...named].filter(
      (code) => !(String(code) in FINDINGS) && !/^AUDIT_|_URL$/.test(String(code)) && code !== 'INCOMPLETE',
    );
    expect(others).toEqual([]);
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}
