import { exactBase64 } from '../../chain/base64.js';
import { isSignedBy, parseVkey, type Vkey } from '../../chain/vkey.js';
import { handoverStatement } from '../../chain/handover.js';
import { parseJsonObject } from '../../event/json-object.js';
import type { TrustedKey } from '../policy.js';

/** An entry `key.rotated` of the registry, as it says. */
export interface Handover {
  readonly seq: number;
  /** The key before, or only its name and id where its holder did not sign. */
  readonly from: string;
  readonly to: Vkey;
  /** `forged`: it says that it is signed, and is not. */
  readonly proof: 'signed' | 'unsigned' | 'forged';
}

/** `undefined`: it is no handover that a sealer writes. */
export function parseHandover(seq: number, data: string): Handover | undefined {
  const details = parseJsonObject(data)?.['details'];
  const { from, to, signature } = Object(details) as Record<string, unknown>; // whatever it is, it may have these
  if (typeof from !== 'string' || typeof to !== 'string' || from.length > 400) return undefined;
  const next = vkey(to);
  if (next === undefined) return undefined;
  if (signature === null) return { seq, from, to: next, proof: 'unsigned' };
  const before = vkey(from);
  const bytes = typeof signature === 'string' ? exactBase64(signature) : undefined;
  const isSigned =
    before !== undefined && bytes !== undefined && isSignedBy(before, Buffer.from(handoverStatement(from, to)), bytes);
  return { seq, from, to: next, proof: isSigned ? 'signed' : 'forged' };
}

const same = (a: Vkey, b: Vkey): boolean => a.name === b.name && a.id === b.id;

/**
 * Keys that the auditor names, and those to which one of them has handed over, however often. A key whose time he has ended vouches for
 * nobody: whoever has stolen it could name the next one, at a time that he makes up.
 */
export function trustedKeys(named: readonly TrustedKey[], handovers: readonly Handover[]): readonly TrustedKey[] {
  const trusted = [...named];
  for (const { from, to, proof } of handovers) {
    const before = trusted.some(
      ({ vkey: each, until }) => until === undefined && from.startsWith(`${each.name}+${each.id}+`),
    );
    if (proof === 'signed' && before && !trusted.some(({ vkey: each }) => same(each, to))) trusted.push({ vkey: to });
  }
  return trusted;
}

/** Those that concern keys of the auditor's, and those between others, which say nothing. Without any key all of them concern him. */
export function lineOfKeys(
  trusted: readonly TrustedKey[],
  handovers: readonly Handover[],
): readonly [readonly Handover[], readonly Handover[]] {
  const isFrom = (key: TrustedKey, from: string): boolean => from.startsWith(`${key.vkey.name}+${key.vkey.id}+`);
  // One that is not signed says nothing by itself: it counts where the auditor has named the key that it hands over to.
  const isKnown = ({ from, to, proof }: Handover): boolean =>
    trusted.length === 0 || trusted.some((key) => same(key.vkey, to) || (proof === 'signed' && isFrom(key, from)));
  return [handovers.filter(isKnown), handovers.filter((handover) => !isKnown(handover))];
}

/** The key whose time it is at a size of the registry; `undefined` before the first handover, when it is any. */
export function keyAt(handovers: readonly Handover[], size: number): { readonly to?: Vkey; readonly until?: string } {
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
