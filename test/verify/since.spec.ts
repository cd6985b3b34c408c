import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { captureMany, filledLog, sealAll, type FilledLog } from '../support/filled-log.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { verify, type Pin, type Report, type VerifyOptions, type VerifyState } from '../../src/verify/index.js';
import { sealAll as sealLog } from '../support/log.js';
import { events, signedLog, type SignedLog } from './signed-log.js';
import { at, positionOf, rehash, verifyAfter, type Tampering } from './attacker.js';

const NEW = 250;
let log: FilledLog;
let state: VerifyState;
let before: Report;
let pins: Pin[];

async function saved(options: VerifyOptions = {}): Promise<{ report: Report; state: VerifyState | undefined }> {
  let kept: VerifyState | undefined;
  const report = await withLogSource(log.pool, 'audit', (source) =>
    verify(source, { ...options, onState: (given) => (kept = given) }),
  );
  return { report, state: kept };
}

beforeAll(async () => {
  log = await filledLog();
  const first = await saved();
  before = first.report;
  state = first.state as VerifyState;
  pins = before.chains.map(({ origin, entries, root }) => ({ origin, size: entries, root: Buffer.from(root, 'base64').toString('hex') })); // prettier-ignore
  await captureMany(log.pool, NEW); // all of the default chain
  await sealAll(log.pool);
});
afterAll(() => log.close());

const after = (...steps: Tampering[]): Promise<Report> => verifyAfter(log.pool, steps, { since: state });
/** Of chain "acme", 9 is the last entry that the state has, and nothing is behind it. */
const copyOf = (seq: number, number: string): string =>
  `insert into audit.entry select chain, ${number}, 900000, sealed_at, occurred_at, gen_random_uuid(), hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, body, source, actor_email, address, plate, subject from audit.entry where ${at(seq)}`;

describe('verifying since a state', () => {
  it('comes to what verifying all of it comes to, and says what it took on trust', async () => {
    const [all, since] = [(await saved()).report, (await saved({ since: state })).report];
    expect(since).toMatchObject({
      verdict: 'VERIFIED',
      entries: all.entries,
      since: { verifiedAt: state.verifiedAt, entries: before.entries, chains: 3 },
    });
    const chains = (report: Report): unknown => report.chains.map((chain) => ({ ...chain, trusted: undefined }));
    expect(chains(since)).toEqual(chains(all));
    expect(since.coverage.sections).toBe(2 * NEW);
    expect(since.limits.join('\n')).toContain(`${before.entries} entries were taken on trust: they were verified on ${state.verifiedAt}`); // prettier-ignore
  });

  it('leaves a state from which the next run goes on', async () => {
    const second = (await saved({ since: state })).state as VerifyState;
    expect(second.chains).toEqual(((await saved()).state as VerifyState).chains);
    expect((await saved({ since: second })).report).toMatchObject({ verdict: 'VERIFIED', coverage: { sections: 0 } });
  });

  it('does not see a change of what was taken on trust, which all of it would', async () => {
    const edit = `update audit.entry set outcome = 'success' where ${at(3)}`;
    expect((await after(edit)).verdict).toBe('VERIFIED');
    expect((await verifyAfter(log.pool, [edit])).verdict).toBe('TAMPERED');
  });

  it.each<[string, Tampering[], string]>([
    ['a chain rewritten up to the state', [`update audit.entry set body = replace(body, 'refund', 'refuse')`, rehash({ head: true })], 'CHAIN_REWRITTEN'], // prettier-ignore
    ['the last entry gone', [`delete from audit.entry where ${at(9)}`, rehash({ from: 99, head: true })], 'CHAIN_CUT'],
    ['an entry before the state gone', [`delete from audit.entry where ${at(4)}`], 'ENTRY_UNREAD'],
    ['an entry below 0', ['alter table audit.entry drop constraint entry_seq_check', copyOf(4, '-1')], 'ENTRY_UNREAD'],
    ['a second last entry', ['alter table audit.entry drop constraint entry_pkey', copyOf(9, 'seq')], 'ENTRY_EXTRA'],
    ['an entry behind the last', [copyOf(9, '10')], 'ENTRY_ALTERED'],
    ['a new entry changed', [`update audit.entry set action = 'x' where ${at(200, '')}`], 'PROJECTION_ALTERED'],
    ['a new entry gone', [`delete from audit.entry where ${at(200, '')}`], 'ENTRY_MISSING'],
    ['new content gone', [`delete from audit.content where pos = ${positionOf(200, '')}`], 'CONTENT_MISSING'],
    ['the row of the chain set back', [`update audit.chain set size = 5 where tenant_key = 'acme'`], 'ENTRY_EXTRA'],
    ['the chain gone', [`delete from audit.entry where tenant_key = 'acme'`, `delete from audit.chain where tenant_key = 'acme'`], 'CHAIN_MISSING'], // prettier-ignore
    ['the chain of another origin', [`update audit.chain set origin = 'example.com/test/77' where tenant_key = 'acme'`], 'CHAIN_MISSING'], // prettier-ignore
  ])('finds %s', async (_name, steps, code) => {
    const report = await after(...steps);
    expect(report.verdict).toBe('TAMPERED');
    expect(report.findings.map((finding) => finding.code)).toContain(code);
  });

  it('compares pins from the state on, and says which it did not', async () => {
    const [pin] = pins as [Pin];
    const old = { origin: pin.origin, size: 2, root: 'f'.repeat(64) };
    expect((await saved({ since: state, pins })).report.coverage.pins).toMatchObject({ compared: 3, agreed: 3 });
    const report = (await saved({ since: state, pins: [...pins, old] })).report;
    expect(report).toMatchObject({ verdict: 'VERIFIED', coverage: { pins: { compared: 3, agreed: 3 } } });
    expect(report.limits.join('\n')).toContain('1 pins are of sizes that were taken on trust');
    const wrong = { ...pin, root: 'f'.repeat(64) };
    expect((await saved({ since: state, pins: [wrong] })).report.findings[0]?.code).toBe('CHAIN_REWRITTEN');
  });

  it('refuses the state of another deployment', async () => {
    const other = { ...state, deployment: 'example.com/other', chains: [] };
    await expect(saved({ since: other })).rejects.toMatchObject({ code: 'AUDIT_STATE_INVALID', facts: { line: 1 } });
  });

  it('leaves no state where something was tampered with, nor from headers alone', async () => {
    let given = 0;
    const onState = (): void => void (given += 1);
    await verifyAfter(log.pool, [`update audit.entry set outcome = 'success' where ${at(3)}`], { onState });
    await verifyAfter(log.pool, [], { onState, content: false });
    expect(given).toBe(0);
    await verifyAfter(log.pool, [], { onState });
    expect(given).toBe(1);
  });
});

describe('the state of a log that is signed', () => {
  let signed: SignedLog;
  const ask = async (options: VerifyOptions): Promise<{ report: Report; kept: VerifyState | undefined }> => {
    let kept: VerifyState | undefined;
    const report = await withLogSource(signed.pool, 'audit', (source) =>
      verify(source, {
        policy: signed.policy,
        anchors: [signed.anchor],
        onState: (given) => (kept = given),
        ...options,
      }),
    );
    return { report, kept };
  };
  beforeAll(async () => {
    signed = await signedLog();
  });
  afterAll(() => signed.close());

  it('may have entries of which the registry tells later', async () => {
    await events(signed, ['', 'acme']);
    await sealLog(signed.store);
    const { kept } = await ask({});
    await signed.term(['']); // tells of acme at the size that the state has, and of more entries of the other
    const { report } = await ask({ since: kept as VerifyState });
    expect([report.verdict, report.level, Object.keys(report.codes)]).toEqual(['VERIFIED', 'L3', []]);
    await signed.term(['acme', '']);
    expect((await ask({ since: kept as VerifyState })).report.verdict).toBe('VERIFIED');
  });

  it('is taken by a policy only where it was compared with as much', async () => {
    for (const options of [
      { policy: undefined },
      { policy: { ...signed.policy, anchors: [], quorum: 0, level: 'L1' as const }, anchors: [] },
    ]) {
      const { kept } = await ask(options as VerifyOptions);
      const policy = { ...signed.policy, anchors: [{ type: 'file', path: '/x' } as const] };
      await expect(ask({ since: kept as VerifyState, policy })).rejects.toMatchObject({ code: 'AUDIT_STATE_INVALID' });
    }
  });

  it('is not saved where an anchor could not be asked: what it has would never be compared', async () => {
    const away = { name: 'away', list: () => { throw new Error('away'); } }; // prettier-ignore
    const { report, kept } = await ask({ anchors: [away] });
    expect([report.verdict, kept]).toEqual(['INCOMPLETE', undefined]);
  });
});
