import { base64OfDigest, digestOfBase64 } from './base64.js';
import type { HeadsMember } from './body.js';
import { exactCount, isCount } from './count.js';
import { leafHash, type Digest } from './hashing.js';
import type { Inclusion } from './inclusion.js';
import { isOrigin } from './leaf.js';
import { treeHash } from './merkle.js';
import { inclusionPlan, proofOf } from './proof.js';
import { refused } from './refused.js';

/** How far a chain had come when the registry told of it. */
export interface Head {
  readonly origin: string;
  /** At least 1: a chain has its opening. */
  readonly size: number;
  /** RFC 6962 tree hash. */
  readonly root: Digest;
}

/** `origin size root`, the root in base64, one blank between them and no line feed: a leaf of the tree of heads, and a pin. */
export function headLine({ origin, size, root }: Head): string {
  const line = `${origin} ${size} ${base64OfDigest(root)}`;
  parseHeadLine(line);
  return line;
}

/** @throws AuditError `AUDIT_EVIDENCE_INVALID` */
export function parseHeadLine(line: string): Head {
  if (line.length > 400) throw refused('heads', 'a line is too long');
  const [origin = '', count = '', hash = '', ...rest] = line.split(' ');
  const size = exactCount(count);
  const root = digestOfBase64(hash);
  if (rest.length > 0 || !isOrigin(origin) || size === undefined || size === 0 || root === undefined)
    throw refused('heads', 'a line is not origin, size and root');
  return { origin, size, root };
}

/**
 * The chains that a registry tells of at once, as leaves of a tree of their own: so the body of one entry covers all of them, and
 * a proof for one tenant shows no line of another's.
 */
export class Heads {
  /** In the order of their bytes. */
  readonly lines: readonly string[];
  readonly #hashes: readonly Digest[];

  constructor(heads: Iterable<Head>) {
    const all = [...heads];
    if (new Set(all.map(({ origin }) => origin)).size < all.length) throw refused('heads', 'a chain is there twice');
    // ASCII alone: the order of UTF-16 is that of the bytes, and a blank comes before all that an origin may hold.
    this.lines = all.map(headLine).toSorted();
    this.#hashes = this.lines.map((line) => leafHash(line));
  }

  /** What the body of the registry's entry says: how many lines, and the root of their tree. None: that of the empty tree. */
  member(): HeadsMember {
    return { count: this.lines.length, root: treeHash(this.#hashes) };
  }

  /** The proof that a chain's line is among them; `undefined` if it is not. */
  prove(origin: string): (Inclusion & { readonly line: string }) | undefined {
    const index = this.lines.findIndex((line) => line.startsWith(`${origin} `));
    const line = this.lines[index];
    if (line === undefined) return undefined;
    const subtree = (level: number, at: number): Digest =>
      treeHash(this.#hashes.slice(at * 2 ** level, (at + 1) * 2 ** level));
    return { index, hashes: proofOf(inclusionPlan(index, this.lines.length), subtree), line };
  }
}

/** Whether a member of a body is one: a verifier meets what anybody wrote. */
export function isHeadsMember(value: unknown): value is HeadsMember {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 2) return false;
  const { count, root } = value as Record<string, unknown>;
  return typeof count === 'number' && isCount(count) && typeof root === 'string' && /^[0-9a-f]{64}$/.test(root);
}
