/** Where an entry stands in the order of entries. */
export interface Key {
  readonly chain: number;
  readonly seq: number | bigint;
}

/** Numbers of chains, both included. */
export interface ChainRange {
  readonly from: number;
  readonly to: number;
}

/** All that a column of numbers of chains can hold: rows of no chain are between them as well. */
export const ALL_CHAINS: ChainRange = { from: -2_147_483_648, to: 2_147_483_647 };

/** From a key on, it included, to the end of a chain. */
export interface KeyRange {
  readonly from: Key;
  readonly toChain: number;
}

const LOWEST = -(2n ** 63n);

/** The ranges that are left of some chains, one behind the other, without what comes before a number in some of them. */
export function* keyRanges({ from, to }: ChainRange, since: ReadonlyMap<number, number>): Generator<KeyRange> {
  let next = from;
  const known = [...since].filter(([chain]) => chain >= from && chain <= to).toSorted(([a], [b]) => a - b);
  for (const [chain, seq] of known) {
    if (next < chain) yield { from: { chain: next, seq: LOWEST }, toChain: chain - 1 };
    yield { from: { chain, seq }, toChain: chain };
    next = chain + 1;
  }
  if (next <= to) yield { from: { chain: next, seq: LOWEST }, toChain: to };
}
