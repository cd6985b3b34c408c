import { REGISTRY } from '../chain/registry.js';
import { formatMillis, type Micros } from '../event/clock.js';
import type { ChainResult } from './check-chain.js';
import type { RegistryResult } from './registry/check-registry.js';
import type { Level, Report } from './report.js';

/** Entries of all chains but the registry that lie before what was told of them. */
function covered(chains: readonly ChainResult[], told: ReadonlyMap<number, number>): number {
  return chains.reduce((sum, { chain, entries }) => sum + Math.min(entries, told.get(chain) ?? 0), 0);
}

const all = (chains: readonly ChainResult[]): number =>
  chains.reduce((sum, { chain, entries }) => sum + (chain === REGISTRY.chain ? 0 : entries), 0);

/** How much of the log is signed, and how much an anchor has. */
export function evidenceOf(
  chains: readonly ChainResult[],
  evidence: RegistryResult | undefined,
): Pick<Report['coverage'], 'evidence'> {
  if (evidence === undefined || evidence.signedSize === 0) return {};
  const { signedSize, anchoredSize, anchors } = evidence;
  const anchored = covered(chains, evidence.anchored);
  return {
    evidence: {
      signed: { size: signedSize, entries: covered(chains, evidence.signed) },
      anchored: { size: anchoredSize, entries: anchored, at: time(evidence.anchoredAt), anchors },
      tail: all(chains) - anchored,
    },
  };
}

/** What each level leaves open. */
export function limitsOfLevel(
  chains: readonly ChainResult[],
  evidence: RegistryResult | undefined,
  isPinned: boolean,
  level: Level,
): readonly string[] {
  if (evidence === undefined || evidence.signedSize === 0)
    return isPinned
      ? []
      : ['Level L0 proves that the log agrees with itself. Whoever owns the database could have rewritten whole chains from their first entry, or cut off their ends: verify with a policy (verify --policy FILE), or compare with checkpoints kept elsewhere (verify --pin FILE).']; // prettier-ignore
  const total = all(chains);
  if (evidence.anchoredSize === 0)
    return [
      `Level L1 proves that whoever does not have the key has not rewritten what is signed. The last ${total - covered(chains, evidence.signed)} entries are not; and no anchor says that what was signed is still all there: whoever owns the database could have cut it off, and whoever has the key too could have rewritten it.`,
    ];
  const tail = total - covered(chains, evidence.anchored);
  return [
    `Level ${level} proves what anchors have: up to ${time(evidence.anchoredAt) ?? 'a time that is none'}. What came after that (${tail} entries are there) could have been cut off or rewritten by whoever owns the database${evidence.signedSize > evidence.anchoredSize ? ' and the key' : ''}.`,
  ];
}

function time(micros: Micros | undefined): string | undefined {
  return micros !== undefined && Number.isSafeInteger(micros) ? formatMillis(Math.floor(micros / 1000)) : undefined;
}
