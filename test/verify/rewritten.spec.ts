import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { filledLog, type FilledLog } from '../support/filled-log.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { verify, type Pin, type Report } from '../../src/verify/index.js';
import { at, positionOf, rehash, verifyAfter, type Tampering } from './attacker.js';

let log: FilledLog;
let pins: Pin[];
let pin: Pin;
beforeAll(async () => {
  log = await filledLog();
  const { chains } = await withLogSource(log.pool, 'audit', (source) => verify(source));
  pins = chains.map(({ origin, entries, root }) => ({
    origin,
    size: entries,
    root: Buffer.from(root, 'base64').toString('hex'),
  }));
  pin = pins[chains.findIndex(({ tenant }) => tenant === 'acme')] as Pin;
});
afterAll(() => log.close());

const WEAK = /Level L0 proves that the log agrees with itself.*could have rewritten whole chains.*verify --pin FILE/;
/** All that an attacker can do who owns the database and has the source of this package. */
const REWRITE: Tampering[] = [
  `update audit.content set header = replace(header, 'invoice.refund', 'invoice.refuse') where tenant_key = 'acme'`,
  `update audit.entry set body = replace(body, 'invoice.refund', 'invoice.refuse'), action = replace(action, 'refund', 'refuse') where tenant_key = 'acme'`,
  rehash({ head: true }),
];
const CUT: Tampering[] = [
  `delete from audit.content where pos in (${positionOf(8)}, ${positionOf(9)})`,
  `delete from audit.entry where ${at(8)} or ${at(9)}`,
  rehash({ from: 99, head: true }),
];
const after = (steps: Tampering[], options = {}): Promise<Report> => verifyAfter(log.pool, steps, options);

describe('a chain that was rewritten from its beginning, and agrees with itself', () => {
  it('is verified without a pin, and the report says that this could have been done', async () => {
    const report = await after(REWRITE);
    expect(report).toMatchObject({ verdict: 'VERIFIED', level: 'L0', findingCount: 0 });
    expect(report.limits.join('\n')).toMatch(WEAK);
  });

  it('is found with a pin', async () => {
    const report = await after(REWRITE, { pins });
    expect(report).toMatchObject({
      verdict: 'TAMPERED',
      findingCount: 1,
      findings: [{ code: 'CHAIN_REWRITTEN', origin: pin.origin }],
      coverage: { pins: { compared: 3, agreed: 2, chainsWithout: 0 } },
    });
  });

  it('is found with a pin of its first entries alone only if they were touched', async () => {
    const { origin } = pin;
    const root = async (size: number): Promise<Pin> => {
      const report = await after([
        `delete from audit.entry where tenant_key = 'acme' and seq >= ${size}`,
        rehash({ from: 99, head: true }),
      ]);
      const made = report.chains.find((chain) => chain.origin === origin)?.root as string;
      return { origin, size, root: Buffer.from(made, 'base64').toString('hex') };
    };
    const [before, behind] = [await root(2), await root(3)]; // entry 2 is the first that was touched
    expect(await after(REWRITE, { pins: [before] })).toMatchObject({ verdict: 'VERIFIED' });
    expect(await after(REWRITE, { pins: [behind] })).toMatchObject({ findings: [{ code: 'CHAIN_REWRITTEN' }] });
    const both = await after([], { pins: [behind, before] });
    expect(both.chains.find((chain) => chain.origin === origin)).toMatchObject({ pinnedSize: 3 });
    expect(both.limits.join('\n')).toMatch(
      /Entries after the last pin \(7\), and the chains opened after it, could have been cut off.*\n2 of 3 chains have no pin/,
    );
  });
});

describe('a chain whose end was cut off, with its content and the row of the chain', () => {
  it('is verified without a pin, and the report says that this could have been done', async () => {
    const report = await after(CUT);
    expect(report).toMatchObject({ verdict: 'VERIFIED', findingCount: 0, entries: 28 });
    expect(report.limits.join('\n')).toMatch(/or cut off their ends/);
  });

  it('is found with a pin', async () => {
    expect(await after(CUT, { pins })).toMatchObject({
      verdict: 'TAMPERED',
      findings: [{ code: 'CHAIN_CUT', origin: pin.origin, seq: 8 }],
    });
  });
});

describe('pins', () => {
  it('that agree are counted, and nothing is said of what could have been rewritten before them', async () => {
    const report = await after([], { pins });
    expect(report).toMatchObject({
      verdict: 'VERIFIED',
      coverage: { pins: { compared: 3, agreed: 3, chainsWithout: 0 } },
    });
    expect(report.limits.join('\n')).not.toMatch(WEAK);
    expect(report.limits.join('\n')).toMatch(/Entries after the last pin \(0\)/);
  });

  it('of a chain that is gone are found', async () => {
    const gone = await after(
      ['entry', 'content', 'chain'].map((table) => `delete from audit.${table} where tenant_key = 'acme'`),
      { pins },
    );
    expect(gone).toMatchObject({
      verdict: 'TAMPERED',
      findings: [{ code: 'CHAIN_MISSING' }, { code: 'CHAIN_MISSING', origin: pin.origin }],
    });
    // Also without a pin: chains are numbered without gaps.
    const unpinned = await after(
      ['entry', 'content', 'chain'].map((table) => `delete from audit.${table} where tenant_key = 'acme'`),
    );
    expect(unpinned).toMatchObject({ verdict: 'TAMPERED', findings: [{ code: 'CHAIN_MISSING', chain: 2 }] });
    const other = await after([], { pins: [{ ...pin, origin: 'example.com/elsewhere' }] });
    expect(other).toMatchObject({ verdict: 'TAMPERED', findings: [{ code: 'CHAIN_MISSING', origin: 'example.com/elsewhere' }] }); // prettier-ignore
  });

  it('of an empty chain agree with every chain, and a wrong one with none', async () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    expect(await after([], { pins: [{ ...pin, size: 0, root: empty }] })).toMatchObject({ verdict: 'VERIFIED' });
    expect(await after([], { pins: [{ ...pin, size: 0 }] })).toMatchObject({ findings: [{ code: 'CHAIN_REWRITTEN' }] });
  });
});
