import type { SectionName } from '../chain/commitment.js';
import type { StoredEntry } from './entry.port.js';

/** The bytes that an entry's hash is of, as text, made of what is stored, and the hash that is stored. Neither is believed. */
export interface SealedLeaf {
  readonly leaf: string;
  readonly hash: string;
  readonly action: string;
}

export interface SealedRow extends SealedLeaf {
  /** With its sections; where they are more than is handed out, `tooLarge` says so. */
  readonly entry: StoredEntry;
  /** 32 hex digits. Of a section that is not there, there is none. */
  readonly salts: Readonly<Partial<Record<SectionName, string>>>;
}

/** Entries that are asked for at once, at most. */
export const MOST_SEALED = 50;

/** What a seal is computed of. MUST give a salt with its whole section alone, and nothing of another tenant. */
export interface SealedStore {
  /** @param ids at most `MOST_SEALED`; what is not there is left out, the rest comes in any order */
  sealed(tenant: string, ids: readonly string[]): Promise<readonly SealedRow[]>;
  /** Leaves of the entries beside one in its chain. */
  neighbours(
    tenant: string,
    entry: Pick<StoredEntry, 'chain' | 'place'>,
  ): Promise<{ readonly before: SealedLeaf | undefined; readonly next: SealedLeaf | undefined }>;
}
