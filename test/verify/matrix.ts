import type { FindingCode, LogSource, VerifyOptions } from '../../src/verify/index.js';
import { after } from './attacker.js';
import { ANCHOR_CASES } from './matrix/anchor-cases.js';
import { CHAIN_CASES } from './matrix/chain-cases.js';
import { EVIDENCE_CASES } from './matrix/evidence-cases.js';
import { KEY_CASES } from './matrix/key-cases.js';
import type { Fixture } from './matrix/fixtures.js';
import type { Auditor, MatrixCase, MatrixLevel } from './matrix/case.js';
import { recorded } from './matrix/recorded.js';
import { REGISTRY_CASES } from './matrix/registry-cases.js';
import { REGISTRY_END_CASES } from './matrix/registry-end-cases.js';
import { policyOf } from './signed-log.js';

export const MATRIX: readonly MatrixCase[] = [
  ...CHAIN_CASES,
  ...REGISTRY_CASES,
  ...REGISTRY_END_CASES,
  ...EVIDENCE_CASES,
  ...ANCHOR_CASES,
  ...KEY_CASES,
];

/** What a report says at each level that could have been done, and not be found. */
export const STATED: Readonly<Record<MatrixLevel, RegExp>> = {
  L0: /^Level L0 proves that the log agrees with itself\. Whoever owns the database could have rewritten whole chains from their first entry, or cut off their ends/,
  L1: /^Level L1 proves that whoever does not have the key has not rewritten what is signed\. The last \d+ entries are not; and no anchor says .* could have cut it off, and whoever has the key too could have rewritten it/,
  L2: /^Level L2 proves what anchors have: up to \d{4}-.*\. What came after that \(\d+ entries are there\) could have been cut off or rewritten/,
};

/** The log as a verifier reads it after the steps of a case. */
export async function seenAfter(fixture: Fixture, { steps = [], server }: MatrixCase): Promise<LogSource> {
  const source = await after(fixture.log.pool, steps, recorded);
  return { ...source, evidence: source.evidence && { ...source.evidence, ...server } };
}

/** How the case is verified at a level. */
export async function optionsOf(
  { auditor }: MatrixCase,
  fixture: Fixture,
  level: MatrixLevel,
  seen: LogSource,
): Promise<VerifyOptions> {
  if (level === 'L0') return {};
  const isAnchored = level === 'L2';
  const has: Auditor = {
    policy: { level, quorum: isAnchored ? 1 : 0 },
    anchors: isAnchored ? [fixture.anchor] : [],
  };
  const { policy, ...rest } = (await auditor?.(has, fixture, level, seen)) ?? has;
  return { policy: await policyOf(policy), ...rest };
}

export const codesOf = ({ findings }: { findings: readonly { code: FindingCode }[] }): string =>
  [...new Set(findings.map(({ code }) => code))].toSorted().join(' ');
