import { exactBase64 } from '../../chain/base64.js';
import { isSignedBy, parseVkey, type Vkey } from '../../chain/vkey.js';
import { handoverStatement } from '../../chain/handover.js';
import { parseJsonObject } from '../../event/json-object.js';
import type { TrustedKey } from '../policy.js';

/** An entry `key.rotated` of the registry, as it says. */
export interface Handover {
  readonly seq: number;
  /** The key before, or only its name and id where its holder did not sign: an id of 32 bits, which another key may be made to have. */
  readonly from: Vkey | { readonly name: string; readonly id: string };
  readonly to: Vkey;
  /** `forged`: it says that it is signed, and is not. */
  readonly proof: 'signed' | 'unsigned' | 'forged';
}

/** `undefined`: it is no handover that a sealer writes. */
export function parseHandover(seq: number, data: string): Handover | undefined {
  const details = parseJsonObject(data)?.['details'];
  const { from, to, signature } = Object(details) as Record<string, unknown>; // whatever it is, it may have these
  if (typeof from !== 'string' || typeof to !== 'string' || from.length > 400) return undefined;
  const [before, next] = [vkey(from), vkey(to)];
  if (next === undefined) return undefined;
  if (signature === null) return { seq, from: before ?? idOf(from), to: next, proof: 'unsigned' };
  if (before === undefined) return { seq, from: idOf(from), to: next, proof: 'forged' };
  const bytes = typeof signature === 'string' ? exactBase64(signature) : undefined;
  const isSigned = bytes !== undefined && isSignedBy(before, Buffer.from(handoverStatement(from, to)), bytes);
  return { seq, from: before, to: next, proof: isSigned ? 'signed' : 'forged' };
}

function idOf(text: string): { readonly name: string; readonly id: string } {
  const [name = '', id = ''] = text.split('+');
  return { name, id };
}

/** The key itself, not its id, wherever it is said: whoever names another of the same id names another key. */
export const isKey = (said: Handover['from'], key: Vkey): boolean =>
  said.name === key.name && said.id === key.id && (!('key' in said) || Buffer.compare(said.key, key.key) === 0);

/**
 * Keys that the auditor names, and those to which one of them has handed over, however often. A key whose time he has ended vouches for
 * nobody: whoever has stolen it could name the next one, at a time that he makes up.
 */
export function trustedKeys(named: readonly TrustedKey[], handovers: readonly Handover[]): readonly TrustedKey[] {
  const trusted = [...named];
  for (const { from, to, proof } of handovers) {
    const before = trusted.some(({ vkey: each, until }) => until === undefined && isKey(from, each));
    if (proof === 'signed' && before && !trusted.some(({ vkey: each }) => isKey(each, to))) trusted.push({ vkey: to });
  }
  return trusted;
}

/** Those that concern keys of the auditor's, and those between others, which say nothing. Without any key all of them concern him. */
export function lineOfKeys(
  trusted: readonly TrustedKey[],
  handovers: readonly Handover[],
): readonly [readonly Handover[], readonly Handover[]] {
  // One that is not signed says nothing by itself: it counts where the auditor has named the key that it hands over to.
  const isKnown = ({ from, to, proof }: Handover): boolean =>
    trusted.length === 0 ||
    trusted.some(({ vkey: each }) => isKey(each, to) || (proof === 'signed' && isKey(from, each)));
  return [handovers.filter(isKnown), handovers.filter((handover) => !isKnown(handover))];
}

/** The key whose time it is at a size of the registry; `undefined` before the first handover, when it is any. */
export function keyAt(
  handovers: readonly Handover[],
  size: number,
): { readonly to?: Vkey; readonly until?: Handover['from'] } {
  const past = handovers.filter(({ seq }) => seq < size).at(-1);
  const next = handovers.find(({ seq }) => seq >= size);
  return { ...(past && { to: past.to }), ...(next && { until: next.from }) };
}

function vkey(text: string): Vkey | undefined {
  try {
    return parseVkey(text);
  } catch {
    return undefined;
  }
}
