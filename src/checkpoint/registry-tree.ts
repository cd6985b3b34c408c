import type { Digest } from '../chain/hashing.js';
import { decodeFrontier, FrontierBuilder, rootOf } from '../chain/merkle.js';
import type { CheckpointStore } from '../store/checkpoint.port.js';
import type { ChainHead } from '../store/log.port.js';

/**
 * The registry as the hashes of its entries make it, from the first one up to its head. Whoever owns the database can write another head
 * behind entries that are not of it: what they say counts only if they lead there.
 */
export class RegistryTree {
  readonly size: number;
  readonly root: Digest | undefined;
  readonly #store: Pick<CheckpointStore, 'hashes'>;
  readonly #known = new Map<number, Digest>();

  constructor(store: Pick<CheckpointStore, 'hashes'>, head: ChainHead | undefined) {
    this.#store = store;
    this.size = head?.size ?? 0;
    this.root = head === undefined || head.size === 0 ? undefined : rootOf(decodeFrontier(head.size, head.frontier).nodes); // prettier-ignore
    if (this.root !== undefined) this.#known.set(this.size, this.root);
  }

  /** Roots at these sizes; none where it is not that long, or where its entries do not lead to its head. */
  async roots(sizes: readonly number[]): Promise<ReadonlyMap<number, Digest>> {
    const unknown = sizes.filter((size) => size > 0 && size < this.size && !this.#known.has(size));
    const leads = unknown.length === 0 || (await this.#read(new Set(unknown)));
    return leads ? this.#known : new Map(this.root === undefined ? [] : [[this.size, this.root]]);
  }

  async #read(wanted: ReadonlySet<number>): Promise<boolean> {
    const tree = new FrontierBuilder();
    for await (const hash of this.#store.hashes(0, this.size)) {
      tree.append(hash);
      if (wanted.has(tree.size)) this.#known.set(tree.size, tree.root());
    }
    return tree.size === this.size && tree.root() === this.root;
  }
}
