import { parseHeadLine } from '../chain/heads.js';
import { parseLeaf } from '../chain/parse-leaf.js';
import type { JsonObject } from '../event/types.js';

/** The registry's word of a chain: so many entries it had, and when that was told. */
export interface Told {
  readonly size: number;
  /** RFC 3339 UTC, as in a leaf. */
  readonly at: string;
}

/** @param proof files of a folder that was checked; an entry of the registry itself has no line of heads */
export function toldIn(proof: ReadonlyMap<string, Uint8Array>): Told | undefined {
  const [head, registry] = [proof.get('head.leaf'), proof.get('registry.leaf')];
  if (head === undefined || registry === undefined) return undefined;
  return { size: parseHeadLine(Buffer.from(head).toString('latin1')).size, at: parseLeaf(registry).sealedAt };
}

/**
 * Up to when a range has all that was sealed: the time of its last entry, or of the registry's word that there was no other.
 * @param last of the range
 */
export function reachOf(last: { readonly seq: number; readonly sealedAt: string }, told: Told | undefined): string {
  return told !== undefined && told.size <= last.seq + 1 && told.at > last.sealedAt ? told.at : last.sealedAt;
}

/**
 * What is to be said of a period that goes on behind what an export knows; `undefined`: it does not, or has no end.
 * @param reached up to when it has what was sealed; without leaves, when it was made
 */
export function openPeriod(filter: JsonObject, reached: string, how: 'sealed' | 'made'): string | undefined {
  const { to } = filter;
  if (typeof to !== 'string' || !(Date.parse(reached) < Date.parse(to))) return undefined;
  const why = how === 'made' ? `it was made at ${reached}` : `nothing in it was sealed after ${reached}`;
  return `the period goes on to ${to}, and ${why}: the period was not over, or nothing came after it. What came later is not in it; export it again when something was sealed after the period`; // prettier-ignore
}
