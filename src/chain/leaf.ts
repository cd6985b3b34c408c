import { leafHash, type Digest } from './hashing.js';

/** The header of an entry: with the body, everything that its hash covers. */
export interface EntryHeader {
  /** Names deployment and chain. */
  readonly origin: string;
  /** 0-based, gapless; equals the index of the Merkle leaf. */
  readonly seq: number;
  /** RFC 3339 UTC with three fraction digits and `Z`. */
  readonly sealedAt: string;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: Digest;
}

const VERSION = 'audit-entry/v1';

/**
 * The bytes of an entry: five lines that cannot contain a line feed, then the body as the remainder. So no escaping is
 * needed, and two different entries never have the same bytes.
 */
export function leafOf(header: EntryHeader, body: string): string {
  return `${VERSION}\n${header.origin}\n${header.seq}\n${header.sealedAt}\n${header.prev}\n${body}`;
}

export function entryHash(header: EntryHeader, body: string): Digest {
  return leafHash(leafOf(header, body));
}

const ORIGIN = /^[a-z0-9._~-]+(\/[a-z0-9._~-]+)*$/;

/** `[a-z0-9._~/-]`, no scheme, no trailing slash, at most 255 bytes. */
export function isOrigin(origin: string): boolean {
  return origin.length <= 255 && ORIGIN.test(origin);
}
