import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exitCode, type Report, type VerifyOptions } from '../../src/verify/index.js';
import { rehash, verifyAfter, type Tampering } from './attacker.js';
import { ORIGIN, policyOf, REGISTRY, signedLog, TENANTS, type SignedLog } from './signed-log.js';

let log: SignedLog;
beforeAll(async () => {
  log = await signedLog();
});
afterAll(() => log.close());

const after = (steps: Tampering[], options: VerifyOptions = {}): Promise<Report> =>
  verifyAfter(log.pool, steps, { policy: log.policy, anchors: [log.anchor], ...options });
const codes = (report: Report): string[] => [...new Set(report.findings.map(({ code }) => code))].toSorted();

describe('a log that is signed and anchored', () => {
  it('is verified at L2, and the report says how far anchors cover it', async () => {
    const report = await after([]);
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ verdict: 'VERIFIED', level: 'L2' });
    expect(report.coverage.evidence).toMatchObject({
      signed: { entries: 9 },
      anchored: { entries: 9, anchors: 1 },
      tail: 0,
    });
    expect(report.limits[0]).toMatch(/^Level L2 proves what anchors have/);
  });

  it('is at L0 without a policy, and at L1 without an anchor', async () => {
    expect(await verifyAfter(log.pool, [])).toMatchObject({ verdict: 'VERIFIED', level: 'L0', findings: [] });
    const policy = await policyOf({ quorum: 0, level: 'L1' });
    const report = await verifyAfter(log.pool, [], { policy });
    expect(report).toMatchObject({ verdict: 'VERIFIED', level: 'L1', findings: [] });
    expect(report.limits[0]).toMatch(/^Level L1/);
  });

  it('is never a pass when an anchor cannot be read, or has less than the policy asks for', async () => {
    const why = `no route ${'by this way '.repeat(10)}to it`;
    const away = { name: 'file "/mnt/away"', list: () => { throw new Error(`${why}\u001b`); } }; // prettier-ignore
    const report = await after([], { anchors: [away] });
    expect(report.trusted?.anchors).toEqual([away.name]);
    expect(report.findings.map(({ message }) => message)).toContainEqual(
      String.raw`the anchor file "/mnt/away" could not be read: ${why}\u001b`,
    );
    expect(codes(report)).toEqual(['ANCHOR_MISSING', 'ANCHOR_UNREACHABLE', 'BELOW_LEVEL']);
    expect(exitCode(report.verdict)).toBe(3);
    const stale = await after([], { policy: await policyOf({ maxAnchorAge: 60 }), now: () => Date.now() + 120_000 });
    expect(codes(stale)).toEqual(['ANCHOR_STALE']);
  });
});

const chainOf = (tenant: string): number => TENANTS.indexOf(tenant as '') + 1;
/** All that an owner can do to a chain who has the source of this package and not the key. */
const rewrite = (tenant: string): Tampering[] => [
  `update audit.content set resource_id = '8', data = '{"id":"8","new":{"id":7}}', salt_data = '00000000-0000-4000-8000-000000000000' where pos in (select pos from audit.entry where chain = ${chainOf(tenant)} and seq = 1)`,
  `update audit.entry e set resource_id = '8', body = regexp_replace(e.body, '"data":"[0-9a-f]{64}"', '"data":"' || encode(sha256(convert_to('audit-section/v1' || chr(10) || 'data' || chr(10) || '00000000000040008000000000000000' || chr(10) || '{"id":"8","new":{"id":7}}', 'UTF8')), 'hex') || '"') where chain = ${chainOf(tenant)} and seq = 1`,
  rehash({ head: true, tenant }),
];

describe('the owner who rewrites a whole chain so that it agrees with itself', () => {
  it('is found by what the registry told of it, with or without a policy', async () => {
    const report = await after(rewrite('acme'));
    expect(codes(report)).toEqual(['HEADS_DIFFER']);
    expect(report.findings[0]).toMatchObject({ origin: REGISTRY, seq: expect.any(Number) });
    expect(report.findings[0]?.message).toContain(`"${ORIGIN}/${chainOf('acme')}"`);
    // That of the default chain was confirmed later; of globex, nothing else was told.
    expect(report.findings[0]?.message).not.toContain(`"${ORIGIN}/${chainOf('')}"`);
    expect(report.verdict).toBe('TAMPERED');
  });
});
