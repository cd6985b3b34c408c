import { headLine } from '../../chain/heads.js';
import { parseJsonObject } from '../../event/json-object.js';
import type { Claim } from './claims.js';

/** An entry `restore.declared` of the registry, as it says. */
export interface Restore {
  readonly seq: number;
  /** The line of heads from which the registry went on. */
  readonly from: string;
  /** Lines of what had been signed and was left behind. */
  readonly abandoned: ReadonlySet<string>;
}

/** Whatever it says: what it does not say leaves nothing behind. */
export function parseRestore(seq: number, data: string): Restore {
  const { from, abandoned } = Object(parseJsonObject(data)?.['details']) as Record<string, unknown>; // it may have these
  const lines = Array.isArray(abandoned) ? abandoned.filter((line) => typeof line === 'string') : [];
  return { seq, from: typeof from === 'string' ? from : '', abandoned: new Set(lines) };
}

export function isLeftBehind({ abandoned }: Restore, origin: string, { size, root }: Claim): boolean {
  return abandoned.has(headLine({ origin, size, root }));
}
