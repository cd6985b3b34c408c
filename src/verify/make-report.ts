import { formatVkey } from '../chain/vkey.js';
import { formatMillis, type Micros } from '../event/clock.js';
import type { ChainResult } from './check-chain.js';
import { FINDINGS, type FindingCode } from './findings.js';
import { evidenceOf, limitsOfLevel } from './covered.js';
import { levelOf } from './level.js';
import type { Pin } from './pin.js';
import type { Policy } from './policy.js';
import type { RegistryResult } from './registry/check-registry.js';
import type { NamedAnchor } from './registry/read-anchors.js';
import { REPORT_SCHEMA, verdictOf, type ChainReport, type FoundCode, type Report } from './report.js';
import { said } from './show.js';
import type { VerifyState } from './state.js';
import type { Walked } from './walk.js';

export interface Asked {
  readonly pins: readonly Pin[];
  readonly now: number;
  readonly content: boolean;
  readonly since: VerifyState | undefined;
  readonly evidence: RegistryResult | undefined;
  readonly policy: Policy | undefined;
  readonly anchors: readonly NamedAnchor[];
}

/** Clocks of two machines differ by this much without anybody having to be told. */
const AHEAD_MS = 300_000;

// Loops, not spreads: there may be more chains than a call has room for arguments.
export function makeReport(seen: Walked, asked: Asked): Report {
  const { read, results, findings, counts } = seen;
  const { pins, now, content, since } = asked;
  let [sections, agreed, before, without, trusted, trustedChains] = [0, 0, 0, 0, 0, 0];
  let [from, to]: (Micros | undefined)[] = [];
  for (const chain of results) {
    sections += chain.sections;
    agreed += chain.pinsAgreed;
    before += chain.pinsBefore;
    trusted += chain.trusted ?? 0;
    trustedChains += chain.trusted === undefined ? 0 : 1;
    without += chain.pinsCompared === 0 ? 1 : 0;
    if (chain.firstSealedAt !== undefined && !(chain.firstSealedAt > (from ?? Infinity))) from = chain.firstSealedAt;
    if (chain.lastSealedAt !== undefined && !(chain.lastSealedAt < (to ?? -Infinity))) to = chain.lastSealedAt;
  }
  let findingCount = 0;
  for (const count of counts.values()) findingCount += count;
  return {
    schema: REPORT_SCHEMA,
    verdict: verdictOf(counts, read, content),
    level: levelOf(asked.evidence, since, content),
    mode: content ? 'full' : 'headers',
    verifiedAt: formatMillis(now),
    entries: read,
    since: since && { verifiedAt: since.verifiedAt, entries: trusted, chains: trustedChains },
    chains: results.map((chain) => chainReport(chain)),
    trusted: asked.policy && trustedOf(asked.policy, asked.anchors),
    coverage: {
      sections,
      from: time(from),
      to: time(to),
      ...evidenceOf(results, content ? asked.evidence : undefined),
      pins: { compared: pins.length - before, agreed, chainsWithout: without },
    },
    findings,
    findingCount,
    codes: codesOf(counts),
    notes: notesOf(seen, now),
    limits: limitsOf(results, asked, { trusted, before }),
  };
}

function trustedOf({ keys, quorum, restores }: Policy, anchors: readonly NamedAnchor[]): Report['trusted'] {
  return {
    keys: keys.map(({ vkey }) => formatVkey(vkey)),
    anchors: anchors.map(({ name }) => said(name)),
    quorum,
    restores,
  };
}

function chainReport({
  origin,
  chain,
  tenant,
  entries,
  trusted,
  root,
  findings,
  pinnedSize,
}: ChainResult): ChainReport {
  return { origin, chain, tenant, entries, trusted, root, findings, pinnedSize };
}

function codesOf(counts: Walked['counts']): Report['codes'] {
  const codes: Partial<Record<FindingCode, FoundCode>> = {};
  for (const code of Object.keys(FINDINGS) as FindingCode[]) {
    const { kind, class: of, means, todo } = FINDINGS[code];
    const count = counts.get(code);
    if (count !== undefined) codes[code] = { kind, class: of, count, means, todo };
  }
  return codes;
}

function notesOf({ latest, results }: Walked, now: number): readonly string[] {
  const isAhead = (at: Micros): boolean => at > (now + AHEAD_MS) * 1000;
  let unprojected = 0;
  for (const chain of results) unprojected += chain.unprojected;
  return [
    ...(unprojected === 0
      ? []
      : [`${unprojected} entries were sealed before entries could be found by where they came from, an e-mail or an address: no question for one of these finds them.`]), // prettier-ignore
    ...(isAhead(latest.sealedAt)
      ? [`The last entry was sealed at ${time(latest.sealedAt)}, which is still to come by this machine's clock (${formatMillis(now)}): one of the two clocks is or was wrong.`] // prettier-ignore
      : []),
    ...(isAhead(latest.occurredAt)
      ? [`An entry says that it happened at ${time(latest.occurredAt)}, which is still to come by this machine's clock (${formatMillis(now)}).`] // prettier-ignore
      : []),
  ];
}

function limitsOf(
  chains: readonly ChainResult[],
  { pins, content, since, evidence }: Asked,
  { trusted, before }: { trusted: number; before: number },
): readonly string[] {
  const unpinned = chains.filter((chain) => chain.pinsCompared === 0).length;
  const after = chains.reduce(
    (sum, chain) => sum + (chain.pinnedSize === undefined ? 0 : chain.entries - chain.pinnedSize),
    0,
  );
  return [
    ...(content
      ? []
      : ['Headers alone were verified: neither the sections (who, and which values) nor the captured rows were compared, nor the form of bodies. Run without --headers for a verdict.']), // prettier-ignore
    ...(since === undefined
      ? []
      : [`${trusted} entries were taken on trust: they were verified on ${since.verifiedAt}, and not read again, but for the last of each chain. A change that was made in them since is not seen, and what was signed of them is not compared again; run without --since for that.`]), // prettier-ignore
    ...(before === 0 ? [] : [`${before} pins are of sizes that were taken on trust: nothing was compared with them.`]),
    ...limitsOfLevel(chains, content ? evidence : undefined, pins.length > 0, levelOf(evidence, since, content)),
    ...(pins.length === 0
      ? []
      : [
          `Entries after the last pin (${after}), and the chains opened after it, could have been cut off or rewritten by whoever owns the database, as far as nothing else covers them.`,
        ]),
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
