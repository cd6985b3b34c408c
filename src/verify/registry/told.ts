import { Heads, type Head } from '../../chain/heads.js';
import type { HeadsMember } from '../../chain/body.js';
import type { Digest } from '../../chain/hashing.js';
import type { ToldSize } from '../../chain/registry.js';
import { show } from '../show.js';
import { SortedRecords, type SortedRecord } from './sorted-records.js';

/** An entry `heads`: its number in the registry, and what its body says. */
export interface ToldHeads {
  readonly seq: number;
  readonly member: HeadsMember;
}

/** What is wrong with one of them. */
export interface WrongHeads {
  readonly seq: number;
  /** Chains that no other heads confirm at that size, the first ones. */
  readonly chains: readonly ToldSize[];
  /** Of what it told, the first chains that are not there, or not that long. */
  readonly missing: readonly ToldSize[];
}

/** Sizes of the registry, and of chains by number what it told before that. */
export interface Covered {
  readonly signedSize: number;
  readonly signed: Map<number, number>;
  readonly anchoredSize: number;
  readonly anchored: Map<number, number>;
}

const NAMED = 5;
const KEPT = 10_000;

/**
 * Whether what the registry has told is so: sizes by entry of the registry come in, are asked for by chain, and go out again by entry,
 * with the tree hashes that the chains turned out to have. A line whose chain is not that long has no hash, and its entry is wrong.
 */
export class Told {
  /** chain, size, seq of the entry of the registry */
  readonly #wanted: SortedRecords;
  /** seq, chain, size, and the root */
  readonly #found: SortedRecords;
  readonly #heads: ToldHeads[] = [];
  #cursor: Iterator<SortedRecord> | undefined;
  #next: IteratorResult<SortedRecord> | undefined;

  /** @param bytes of each of the two that are in memory */
  constructor(bytes?: number) {
    this.#wanted = new SortedRecords({ numbers: 3, bytes: 0 }, bytes);
    this.#found = new SortedRecords({ numbers: 3, bytes: 32 }, bytes);
  }

  /** What no chain has had: seq, chain, size. */
  readonly #missing: (readonly [number, number, number])[] = [];
  lines = 0;

  /** In the order of the registry, before any chain is asked for. */
  add(heads: ToldHeads, told: readonly ToldSize[]): void {
    this.#heads.push(heads);
    this.lines += told.length;
    for (const [chain, size] of told) this.#wanted.add([chain, size, heads.seq]);
  }

  /** All that was told, each size of a chain once, ascending. Before any chain is asked for. */
  *all(): Generator<ToldSize> {
    let [lastChain, lastSize] = [0, 0];
    for (const { numbers } of this.#wanted.sorted()) {
      const [chain = 0, size = 0] = numbers;
      if (chain !== lastChain || size !== lastSize) yield [chain, size];
      [lastChain, lastSize] = [chain, size];
    }
  }

  /** The next size of this chain whose root is wanted; chains and sizes are asked for in ascending order. */
  nextOf(chain: number, above = 0): number | undefined {
    this.#cursor ??= this.#wanted.sorted();
    this.#next ??= this.#cursor.next();
    for (; this.#next.done !== true; this.#next = this.#cursor.next()) {
      const [number = 0, size = 0, seq = 0] = this.#next.value.numbers;
      if (number > chain) return undefined;
      if (number === chain && size > above) return size;
      if (this.#missing.length < KEPT) this.#missing.push([seq, number, size]);
    }
    return undefined;
  }

  /** That the chain has this root at the size that `nextOf` gave. */
  found(chain: number, size: number, root: Digest): void {
    for (; this.#next !== undefined && this.#next.done !== true; this.#next = this.#cursor?.next()) {
      const [number, told, seq = 0] = this.#next.value.numbers;
      if (number !== chain || told !== size) return;
      this.#found.add([seq, chain, size], Buffer.from(root, 'hex'));
    }
  }

  /**
   * When all chains have been walked.
   * @param originOf of a chain by its number
   * @param covered gets how far each chain is told of by entries of the registry before these sizes of it
   */
  *wrong(originOf: (chain: number) => string, covered: Covered): Generator<WrongHeads> {
    this.nextOf(Number.POSITIVE_INFINITY); // chains behind the last one that is there
    const lines = this.#found.sorted();
    let next = lines.next();
    const confirmed = new Map<number, number>();
    const failed: { seq: number; told: ToldSize[] }[] = [];
    for (const { seq, member } of this.#heads) {
      const told: ToldSize[] = [];
      const heads: Head[] = [];
      for (; next.done !== true && next.value.numbers[0] === seq; next = lines.next()) {
        const [, chain = 0, size = 0] = next.value.numbers;
        told.push([chain, size]);
        heads.push({ origin: originOf(chain), size, root: next.value.bytes.toString('hex') });
      }
      if (agrees(heads, member)) {
        for (const [chain, size] of told) {
          confirmed.set(chain, size);
          if (seq < covered.signedSize) covered.signed.set(chain, size);
          if (seq < covered.anchoredSize) covered.anchored.set(chain, size);
        }
      } else if (failed.length < 1_000) failed.push({ seq, told: told.slice(0, 20_000) });
    }
    for (const { seq, told } of failed) {
      const chains = told.filter(([chain, size]) => (confirmed.get(chain) ?? 0) < size).slice(0, NAMED);
      const missing = this.#missing.filter(([of]) => of === seq).map(([, chain, size]) => [chain, size] as const);
      yield { seq, chains: missing.length > 0 ? [] : chains, missing: missing.slice(0, NAMED) };
    }
  }

  close(): void {
    this.#wanted.close();
    this.#found.close();
  }
}

function agrees(heads: readonly Head[], { count, root }: HeadsMember): boolean {
  if (heads.length !== count) return false;
  try {
    return new Heads(heads).member().root === root;
  } catch {
    return false; // an origin that is none, or is there twice
  }
}

/** In words. @param originOf of a chain by its number */
export function differing({ seq, chains, missing }: WrongHeads, originOf: (chain: number) => string): string {
  const named = (told: readonly ToldSize[]): string =>
    told.map(([chain, size]) => `${show(originOf(chain))} at ${size}`).join(', ');
  if (missing.length > 0) return `entry ${seq} of the registry told of what is not there: ${named(missing)}`;
  const which = chains.length === 0 ? 'chains that others confirm' : named(chains);
  return `what entry ${seq} of the registry told is not so of at least one of ${which}`;
}
