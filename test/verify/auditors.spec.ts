import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { verifyCommand } from '../../src/cli/verify.js';
import { FINDINGS } from '../../src/verify/index.js';

const page = readFileSync('docs/auditors.md', 'utf8');

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
