import { formatMillis } from '../event/clock.js';
import { checkChain, type ChainResult } from './check-chain.js';
import type { Pin } from './pin.js';
import { verdictOf, type Finding, type FindingCode, type Report } from './report.js';
import type { LogSource } from './source.js';

export interface VerifyOptions {
  /** Checkpoints kept outside the database. */
  readonly pins?: readonly Pin[];
  /** Content without an entry is a finding when it is older than this. Milliseconds, default 60,000. */
  readonly unsealedAfterMs?: number;
  /** Findings kept in the report; all are counted. Default 1,000. */
  readonly maxFindings?: number;
  /** Called for each page with the entries checked so far and their number by the rows of the chains. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Recomputes every hash, link, root, commitment and projection, and compares with the pins. Goes on after each finding.
 * Reads every entry once, in pages; needs SELECT on the log and nothing else.
 *
 * @throws what the source throws (database away, no right to read): then nothing was verified
 */
export async function verify(source: LogSource, options: VerifyOptions = {}): Promise<Report> {
  const { pins = [], unsealedAfterMs = 60_000, maxFindings = 1_000, onProgress } = options;
  const findings: Finding[] = [];
  const counts = new Map<FindingCode, number>();
  const note = (finding: Finding): void => {
    counts.set(finding.code, (counts.get(finding.code) ?? 0) + 1);
    if (findings.length < maxFindings) findings.push(finding);
  };

  const chains = await source.chains();
  const total = chains.reduce((sum, chain) => sum + chain.size, 0);
  const results: ChainResult[] = [];
  let done = 0;
  for (const chain of chains) {
    const ofChain = pins.filter((pin) => pin.origin === chain.origin);
    results.push(
      await checkChain(
        source,
        chain,
        ofChain,
        (code, message, entry) => note({ code, message, origin: chain.origin, chain: chain.chain, ...entry }),
        (entries) => onProgress?.((done += entries), total),
      ),
    );
  }
  for (const chain of await source.strayChains())
    note({ code: 'CHAIN_MISSING', message: `chain ${chain} has entries but no row`, chain });
  // Chains are numbered without gaps: a number that is missing is a chain that was removed.
  const numbers = new Set(chains.map((chain) => chain.chain));
  for (let number = 1; number < Math.max(0, ...numbers); number += 1) {
    if (!numbers.has(number)) note({ code: 'CHAIN_MISSING', message: `chain ${number} is gone`, chain: number });
  }
  const origins = new Set(chains.map((chain) => chain.origin));
  for (const pin of pins) {
    if (!origins.has(pin.origin))
      note({
        code: 'CHAIN_MISSING',
        message: `the pinned chain ${pin.origin} is not in this database`,
        origin: pin.origin,
      });
  }
  const unsealed = await source.unsealed(unsealedAfterMs);
  if (unsealed.count > 0) {
    const positions = unsealed.positions.join(', ') + (unsealed.count > unsealed.positions.length ? ', …' : '');
    note({ code: 'UNSEALED', message: `${unsealed.count} rows of content have no entry (positions ${positions})` });
  }

  const entries = results.reduce((sum, chain) => sum + chain.entries, 0);
  const times = (pick: (chain: ChainResult) => number | undefined): number[] =>
    results.map(pick).filter((at) => at !== undefined);
  const withoutPin = results.filter((chain) => chain.pinnedSize === undefined).length;
  return {
    verdict: verdictOf(counts, entries),
    level: 'L0',
    entries,
    chains: results.map(({ sections: _s, firstSealedAt: _f, lastSealedAt: _l, pinsAgreed: _p, ...chain }) => chain),
    coverage: {
      sections: results.reduce((sum, chain) => sum + chain.sections, 0),
      from: time(Math.min(...times((chain) => chain.firstSealedAt))),
      to: time(Math.max(...times((chain) => chain.lastSealedAt))),
      pins: {
        compared: pins.length,
        agreed: results.reduce((sum, chain) => sum + chain.pinsAgreed, 0),
        chainsWithout: withoutPin,
      },
    },
    findings,
    findingCount: [...counts.values()].reduce((sum, count) => sum + count, 0),
    limits: limitsOf(results, pins),
  };
}

function limitsOf(chains: readonly ChainResult[], pins: readonly Pin[]): readonly string[] {
  const unpinned = chains.filter((chain) => chain.pinnedSize === undefined).length;
  const after = chains.reduce(
    (sum, chain) => sum + (chain.pinnedSize === undefined ? 0 : chain.entries - chain.pinnedSize),
    0,
  );
  return [
    pins.length === 0
      ? 'Level L0 proves that the log agrees with itself. Whoever owns the database could have rewritten whole chains from their first entry, or cut off their ends: compare with checkpoints kept elsewhere (verify --pin FILE).'
      : `Entries after the last pin (${after}), and the chains opened after it, could have been cut off or rewritten by whoever owns the database.`,
    ...(pins.length > 0 && unpinned > 0
      ? [`${unpinned} of ${chains.length} chains have no pin: of those only agreement with themselves is proved.`]
      : []),
    'What was never captured (triggers switched off, writes by a superuser in replica mode) is not in a chain; that triggers were changed is, where a sealer looked before and after.',
    'Who the actor was is what the application said: anyone with its database credentials could have claimed another.',
  ];
}

function time(micros: number): string | undefined {
  // Somebody may have written a time that JavaScript has no date for.
  return Number.isSafeInteger(micros) ? formatMillis(Math.floor(micros / 1000)) : undefined;
}
