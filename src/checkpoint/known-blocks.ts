import { rootOf, treeHash } from '../chain/merkle.js';
import { nodeHash, type Digest } from '../chain/hashing.js';
import { rootPlan, type HashReader } from '../chain/proof.js';
import type { ProofSource } from '../store/proof.port.js';
import { inconsistent } from './stored-leaf.js';

/** A block is a complete subtree of 2^8 leaves. */
const LEVEL = 8;
const WIDTH = 2 ** LEVEL;
/** Of all chains together: 64 million entries, about 30 MB. */
const MOST = 250_000;

/** What a proof is made of. */
export interface KnownTree {
  root(): Digest;
  /** @throws RangeError for a subtree below a block that was not loaded */
  readonly read: HashReader;
}

/**
 * Roots of blocks of chains, kept from one proof to the next: only what was appended since is read, and one block of the entry. Whoever asks
 * compares the root with one that was told or signed, and asks without them where it differs: they may be of a log that is no more.
 */
export class KnownBlocks {
  readonly #chains = new Map<number, readonly Digest[]>();

  get isEmpty(): boolean {
    return this.#chains.size === 0;
  }

  clear(): void {
    this.#chains.clear();
  }

  /**
   * @param index of the leaf whose block is loaded
   * @throws AuditError `AUDIT_LOG_INCONSISTENT` if the chain has fewer entries
   */
  async tree(source: ProofSource, chain: number, size: number, index?: number): Promise<KnownTree> {
    const complete = Math.floor(size / WIDTH);
    const blocks = await this.#blocks(source, chain, complete);
    const leaves = new Map<number, readonly Digest[]>();
    const load = async (block: number): Promise<void> => {
      const [from, to] = [block * WIDTH, Math.min((block + 1) * WIDTH, size)];
      leaves.set(block, await hashesOf(source, chain, from, to));
    };
    if (size > complete * WIDTH) await load(complete);
    if (index !== undefined && index < complete * WIDTH) await load(Math.floor(index / WIDTH));
    const read: HashReader = (level, at) => {
      if (level === LEVEL) return blocks[at] ?? missing(level, at);
      if (level > LEVEL) return nodeHash(read(level - 1, at * 2), read(level - 1, at * 2 + 1));
      const first = at * 2 ** level;
      const block = Math.floor(first / WIDTH);
      const part = leaves.get(block)?.slice(first - block * WIDTH, first - block * WIDTH + 2 ** level) ?? [];
      return part.length === 2 ** level ? treeHash(part) : missing(level, at);
    };
    return { root: () => rootOf(rootPlan(size).map(({ level, index: at }) => read(level, at))), read };
  }

  async #blocks(source: ProofSource, chain: number, count: number): Promise<readonly Digest[]> {
    const known = this.#chains.get(chain) ?? [];
    if (known.length >= count) return known;
    const blocks = [...known];
    let part: Digest[] = [];
    for await (const page of source.hashes(chain, known.length * WIDTH, count * WIDTH))
      for (const hash of page) {
        part.push(hash);
        if (part.length < WIDTH) continue;
        blocks.push(treeHash(part));
        part = [];
      }
    if (blocks.length !== count) throw inconsistent(`chain ${chain} has fewer entries than the ${count * WIDTH} that are told of`, { chain }); // prettier-ignore
    let all = 0;
    for (const { length } of this.#chains.values()) all += length;
    if (all + count - known.length > MOST) this.#chains.clear();
    if (count <= MOST) this.#chains.set(chain, blocks);
    return blocks;
  }
}

function missing(level: number, at: number): never {
  throw new RangeError(`no subtree ${at} of level ${level}`);
}

async function hashesOf(source: ProofSource, chain: number, from: number, to: number): Promise<readonly Digest[]> {
  const hashes: Digest[] = [];
  for await (const page of source.hashes(chain, from, to)) hashes.push(...page);
  if (hashes.length !== to - from) throw inconsistent(`chain ${chain} has fewer entries than are told of`, { chain });
  return hashes;
}
