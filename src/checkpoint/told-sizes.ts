import type { Checkpoint } from '../chain/checkpoint.js';
import { parseLeaf } from '../chain/parse-leaf.js';
import { parseTold, REGISTRY, type ToldSize } from '../chain/registry.js';
import type { ProofSource, ProvableChain, StoredHeads } from '../store/proof.port.js';
import { bytesOfLeaf, inconsistent } from './stored-leaf.js';
import { SectionsSeen } from './published-sections.js';
import { ToldRoots } from './told-roots.js';

/** How far chains had come when the registry told of them last. Asked again, it reads what was told since. */
export class ToldSizes {
  readonly roots = new ToldRoots();
  readonly sections = new SectionsSeen();
  readonly #sizes = new Map<number, Checkpoint>();
  /** Entries of the registry before that one are known. */
  #seen = 0;

  /**
   * Each entry `heads` that is used must hold of the chains as they are.
   * @param signed what was told up to there counts
   * @throws AuditError `AUDIT_LOG_INCONSISTENT`
   */
  async at(
    source: ProofSource,
    signed: Checkpoint,
    chains: readonly ProvableChain[],
    all: ReadonlyMap<number, ProvableChain>,
  ): Promise<ReadonlyMap<number, Checkpoint>> {
    const isWanted = ({ chain, told }: ProvableChain): boolean => chain !== REGISTRY.chain && told > 0;
    const wanted = new Set(chains.filter(isWanted).map(({ chain }) => chain));
    const origins = new Map([...all].map(([chain, { origin }]) => [chain, origin]));
    // Oldest first: trees only grow.
    for (const stored of (await this.#telling(source, signed.size, wanted)).toReversed()) {
      const told = parsedTold(stored);
      const { heads } = parseLeaf(bytesOfLeaf(signed.origin, stored));
      if (heads === undefined) throw inconsistent('an entry of the registry has no heads', { seq: stored.seq });
      await this.roots.heads(source, told, heads, origins);
      for (const [chain, size] of told) {
        const root = await this.roots.rootAt(source, chain, size);
        this.#sizes.set(chain, { origin: origins.get(chain) ?? '', size, root });
      }
    }
    this.#seen = Math.max(this.#seen, signed.size);
    return this.#sizes;
  }

  /** Entries that told of a chain last, newest first. */
  async #telling(source: ProofSource, below: number, wanted: Set<number>): Promise<readonly StoredHeads[]> {
    const telling: StoredHeads[] = [];
    for await (const page of source.heads({ below }))
      for (const stored of page) {
        if (stored.seq < this.#seen || wanted.size === 0) return telling;
        if (parsedTold(stored).filter(([chain]) => wanted.delete(chain)).length > 0) telling.push(stored);
      }
    return telling;
  }
}

function parsedTold({ told, seq }: StoredHeads): readonly ToldSize[] {
  const parsed = told === undefined ? undefined : parseTold(told);
  if (parsed === undefined) throw inconsistent(`what entry ${seq} of the registry told is not there`, { seq });
  return parsed;
}
