import { Heads, type Head } from '../chain/heads.js';
import type { HeadsMember } from '../chain/body.js';
import { FrontierBuilder } from '../chain/merkle.js';
import type { ToldSize } from '../chain/registry.js';
import type { Digest } from '../chain/hashing.js';
import type { ProofSource } from '../store/proof.port.js';
import { inconsistent } from './stored-leaf.js';

/**
 * Roots of chains at growing sizes, made of their entries' hashes. Keeps 32 bytes for each doubling of a chain, and goes on from there
 * when it is asked again.
 */
export class ToldRoots {
  readonly #trees = new Map<number, FrontierBuilder>();

  /** What an entry of the registry told: its lines, which must have the root that its body says. */
  async heads(
    source: ProofSource,
    told: readonly ToldSize[],
    member: HeadsMember,
    origins: ReadonlyMap<number, string>,
    known: ReadonlyMap<number, Head> = new Map(),
  ): Promise<Heads> {
    const all: Head[] = [];
    for (const [chain, size] of told) {
      const origin = origins.get(chain);
      if (origin === undefined) throw inconsistent(`the registry tells of chain ${chain}, which is not there`, { chain }); // prettier-ignore
      all.push(known.get(chain) ?? { origin, size, root: await this.rootAt(source, chain, size) });
    }
    const heads = new Heads(all);
    const made = heads.member();
    if (made.count !== member.count || made.root !== member.root)
      throw inconsistent('the chains are not what the registry told of them', { count: member.count });
    return heads;
  }

  /** @throws AuditError `AUDIT_LOG_INCONSISTENT` if the chain has not so many entries */
  async rootAt(source: ProofSource, chain: number, size: number): Promise<Digest> {
    let tree = this.#trees.get(chain);
    if (tree === undefined || tree.size > size) tree = new FrontierBuilder();
    await appendHashes(source, chain, tree, size);
    this.#trees.set(chain, tree);
    return tree.root();
  }
}

/** @throws AuditError `AUDIT_LOG_INCONSISTENT` if there are fewer */
export async function appendHashes(
  source: ProofSource,
  chain: number,
  tree: { readonly size: number; append(hash: Digest): void },
  size: number,
): Promise<void> {
  for await (const hashes of source.hashes(chain, tree.size, size)) for (const hash of hashes) tree.append(hash);
  if (tree.size !== size)
    throw inconsistent(`chain ${chain} has ${tree.size} entries where ${size} are told of`, { chain });
}

/** Origins of these chains, of those that are there. */
export async function originsOf(
  source: ProofSource,
  wanted: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string>> {
  const origins = new Map<number, string>();
  for await (const page of source.chains())
    for (const { chain, origin } of page) if (wanted.has(chain)) origins.set(chain, origin);
  return origins;
}
