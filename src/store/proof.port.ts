import type { SectionName } from '../chain/commitment.js';
import type { Digest } from '../chain/hashing.js';

/** A chain, and how far the registry has told of it. */
export interface ProvableChain {
  readonly chain: number;
  readonly origin: string;
  readonly size: number;
  /** 0: not yet. */
  readonly told: number;
}

/** What is stored of an entry; nothing of it is believed. */
export interface StoredLeaf {
  readonly seq: number;
  readonly id: string;
  /** Milliseconds. */
  readonly sealedAt: number;
  readonly hash: Digest;
  /** Hash of the entry before, as it is stored there; `undefined` if there is none. */
  readonly prev: Digest | undefined;
  /** `undefined`: longer than a leaf can be. */
  readonly body: string | undefined;
}

/** Salt (32 hex digits) and bytes; one of them `undefined` or both: nobody can open it any more. */
export interface StoredSection {
  readonly salt: string | undefined;
  readonly bytes: Uint8Array | undefined;
}

export interface LeafWithSections extends StoredLeaf {
  /** The ones that were asked for. */
  readonly sections: Readonly<Partial<Record<SectionName, StoredSection>>>;
}

/** An entry `heads` of the registry. */
export interface StoredHeads extends StoredLeaf {
  /** Its data section: which chains, and how far. `undefined` if it is gone, or longer than a sealer writes. */
  readonly told: string | undefined;
}

/**
 * What proofs and published logs are made of. MUST read by SELECT alone, all of it in one snapshot; MUST hold a bounded part of a chain
 * at a time, whatever its size; MUST give what is there and not mend it: whoever asks looks for holes.
 */
export interface ProofSource {
  /** All chains but what has a number below 0, ascending. Chain 0 is the registry. */
  chains(): AsyncIterable<readonly ProvableChain[]>;
  chain(chain: number): Promise<ProvableChain | undefined>;
  /** @param id a UUID in lower case */
  entry(id: string): Promise<(LeafWithSections & { readonly chain: number }) | undefined>;
  /** Entries of a chain from `from` up to `to`, without `to`, ascending. */
  leaves(
    chain: number,
    from: number,
    to: number,
    sections?: readonly SectionName[],
  ): AsyncIterable<readonly LeafWithSections[]>;
  /** Entry hashes of a chain, in the same way. */
  hashes(chain: number, from: number, to: number): AsyncIterable<readonly Digest[]>;
  /** Entries `heads` of the registry: from that time on, oldest first; or from below that number, newest first. */
  heads(where: { readonly sealedFrom: number } | { readonly below: number }): AsyncIterable<readonly StoredHeads[]>;
  /** The smallest signed checkpoint of the registry that covers the entry with this number. */
  checkpointOver(seq: number): Promise<{ readonly size: number; readonly note: string } | undefined>;
  newestCheckpoint(): Promise<{ readonly size: number; readonly note: string } | undefined>;
}
