import { formatMillis, type Micros } from '../event/clock.js';
import type { ChainResult } from './check-chain.js';
import type { Pin } from './pin.js';
import { verdictOf, type Finding, type FindingCode, type Report } from './report.js';

/** What was met on the way through the log. */
export interface Seen {
  readonly entries: number;
  readonly results: readonly ChainResult[];
  readonly findings: readonly Finding[];
  readonly counts: ReadonlyMap<FindingCode, number>;
  readonly latest: { readonly sealedAt: Micros; readonly occurredAt: Micros };
}

/** Clocks of two machines differ by this much without anybody having to be told. */
const AHEAD_MS = 300_000;

// Loops, not spreads: there may be more chains than a call has room for arguments.
export function makeReport(seen: Seen, { pins, now }: { pins: readonly Pin[]; now: number }): Report {
  const { entries, results, findings, counts } = seen;
  let [sections, agreed, without] = [0, 0, 0];
  let [from, to]: (Micros | undefined)[] = [];
  for (const chain of results) {
    sections += chain.sections;
    agreed += chain.pinsAgreed;
    without += chain.pinnedSize === undefined ? 1 : 0;
    if (chain.firstSealedAt !== undefined && !(chain.firstSealedAt > (from ?? Infinity))) from = chain.firstSealedAt;
    if (chain.lastSealedAt !== undefined && !(chain.lastSealedAt < (to ?? -Infinity))) to = chain.lastSealedAt;
  }
  let findingCount = 0;
  for (const count of counts.values()) findingCount += count;
  return {
    verdict: verdictOf(counts, entries),
    level: 'L0',
    entries,
    chains: results.map(({ sections: _s, firstSealedAt: _f, lastSealedAt: _l, pinsAgreed: _p, ...chain }) => chain),
    coverage: {
      sections,
      from: time(from),
      to: time(to),
      pins: { compared: pins.length, agreed, chainsWithout: without },
    },
    findings,
    findingCount,
    notes: notesOf(seen, now),
    limits: limitsOf(results, pins),
  };
}

function notesOf({ latest }: Seen, now: number): readonly string[] {
  const isAhead = (at: Micros): boolean => at > (now + AHEAD_MS) * 1000;
  return [
    ...(isAhead(latest.sealedAt)
      ? [`The last entry was sealed at ${time(latest.sealedAt)}, which is still to come by this machine's clock (${formatMillis(now)}): one of the two clocks is or was wrong.`] // prettier-ignore
      : []),
    ...(isAhead(latest.occurredAt)
      ? [`An entry says that it happened at ${time(latest.occurredAt)}, which is still to come by this machine's clock (${formatMillis(now)}).`] // prettier-ignore
      : []),
  ];
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

function time(micros: Micros | undefined): string | undefined {
  // Somebody may have written a time that JavaScript has no date for.
  return micros !== undefined && Number.isSafeInteger(micros) ? formatMillis(Math.floor(micros / 1000)) : undefined;
}
