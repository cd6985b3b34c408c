import { REGISTRY, parseTold } from '../chain/registry.js';
import { AuditError } from '../event/errors.js';
import type { ProofSource, ProvableChain } from '../store/proof.port.js';
import type { ExportQuery, ExportSource } from './entries.js';

/** Does something with the whole log, in a snapshot of its own: one that is open for as long as an export keeps the server from cleaning up. */
export type WithProof = <T>(work: (source: ProofSource) => Promise<T>) => Promise<T>;

/** Entries of a chain, among which are all that a question can find that were sealed when the export began. */
export interface ExportRange {
  readonly chain: number;
  readonly origin: string;
  /** The key of the chain's tenant. */
  readonly tenant: string;
  readonly first: number;
  readonly last: number;
}

/**
 * The range that shows that nothing is left out: from the last entry that was sealed before `from` (nothing sealed earlier can have
 * happened later) to the end of the chain, since something may be sealed at any time after it happened.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` where the question is not about one chain
 */
export async function rangeOf(source: ExportSource, withProof: WithProof, query: ExportQuery): Promise<ExportRange> {
  if ('allTenants' in query && query.allTenants === true)
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'that nothing is left out can be shown of one chain: name a tenant');
  const [any] = (await source.find({ tenant: query.tenant, limit: 1 })).entries;
  const found = any && (await withProof((log) => chainOf(log, any.origin)));
  if (any === undefined || found === undefined || found.chain === REGISTRY.chain || found.size === 0)
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'this tenant has no chain yet: there is nothing of which it could be shown that it is whole'); // prettier-ignore
  const { from } = query;
  const first = from === undefined ? 0 : (await withProof((log) => firstSealedFrom(log, found, from.getTime()))) - 1;
  return {
    chain: found.chain,
    origin: found.origin,
    tenant: any.tenant,
    first: Math.max(first, 0),
    last: found.size - 1,
  };
}

async function chainOf(log: ProofSource, origin: string): Promise<ProvableChain | undefined> {
  for await (const page of log.chains()) {
    const found = page.find((chain) => chain.origin === origin);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * The first entry of a chain that was sealed at a time or later; its size, if none was. Times of sealing never go back.
 * @param at milliseconds
 */
export async function firstSealedFrom(log: ProofSource, { chain, size }: ProvableChain, at: number): Promise<number> {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    for await (const [leaf] of log.leaves(chain, middle, middle + 1))
      if (leaf !== undefined && leaf.sealedAt >= at) high = middle;
      else low = middle + 1;
  }
  return low;
}

/** How far the newest signed checkpoint of the registry covers a chain; 0: not at all. */
export async function coveredSize(log: ProofSource, chain: number): Promise<number> {
  const newest = await log.newestCheckpoint();
  if (newest === undefined) return 0;
  for await (const page of log.heads({ below: newest.size }))
    for (const { told } of page) {
      const size = (told === undefined ? undefined : parseTold(told))?.find(([each]) => each === chain)?.[1];
      if (size !== undefined) return size;
    }
  return 0;
}
