import type { Digest } from '../chain/hashing.js';
import type { Micros } from '../event/clock.js';

/** A chain as its row describes it. Nothing of it is believed: all of it is recomputed. */
export interface ChainRecord {
  readonly chain: number;
  readonly origin: string;
  readonly tenant: string;
  readonly size: number;
  readonly hash: Digest;
  readonly frontier: string;
}

/** The sections of an entry, with their salts (32 hex digits). */
export interface ContentRecord {
  readonly actor: Uint8Array | null;
  readonly saltActor: string | null;
  readonly data: string | null;
  readonly saltData: string | null;
}

export interface EntryRecord {
  readonly seq: number;
  readonly pos: number;
  readonly sealedAt: Micros;
  readonly occurredAt: Micros;
  readonly id: string;
  readonly hash: Digest;
  readonly tenant: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly resourceType: string | null;
  readonly resourceId: string | null;
  readonly outcome: string;
  readonly requestId: string | null;
  readonly group: string | null;
  readonly body: string;
  /** `null`: there is no content row at this position. */
  readonly content: ContentRecord | null;
}

/** What the verifier reads. Implementations MUST show one snapshot to all calls, and entries in the order of `seq`. */
export interface LogSource {
  chains(): Promise<readonly ChainRecord[]>;
  /** All entries of a chain, also those beyond its size, in pages, so that memory stays flat. */
  entries(chain: number): AsyncIterable<readonly EntryRecord[]>;
  /** Numbers of chains that have entries but no row. */
  strayChains(): Promise<readonly number[]>;
  /** Content older than `ageMs` without an entry: how many, and the first positions. */
  unsealed(ageMs: number): Promise<{ readonly count: number; readonly positions: readonly number[] }>;
}
