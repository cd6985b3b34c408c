import { exactBase64 } from '../../../chain/base64.js';
import { commitment, type SectionName } from '../../../chain/commitment.js';
import { leafHash, NO_PREVIOUS } from '../../../chain/hashing.js';
import { parseLeaf, type ParsedLeaf } from '../../../chain/parse-leaf.js';
import { isAuditError } from '../../../event/errors.js';
import type { SealedAnswer, SealedLeaf, SealedSection, ShownEntry } from '../../answers.js';
import type { Columns } from '../column-names.js';
import { compareShown } from './shown.js';
import type { Step } from './steps.js';

export const utf8 = (text: string): Uint8Array => Buffer.from(text);

type Models = Readonly<Record<string, Columns>>;
type Given = Omit<SealedAnswer, 'before' | 'next'> & Partial<Pick<SealedAnswer, 'before' | 'next'>>;

/**
 * Computes again, of an entry as it is shown, what its seal says: its bytes have the hash that is stored, its sections are those that were
 * committed to, it shows what they say, and its neighbours are linked to it. Nothing that the server says of itself counts.
 * @param sealed of the same entry; without neighbours these are not looked at
 * @param models what the session calls their columns
 */
export function checkSeal(entry: ShownEntry, sealed: Given, models: Models = {}): readonly Step[] {
  const bytes = utf8(sealed.leaf);
  const computed = leafHash(bytes);
  const behind = [
    { name: 'bytes', value: sealed.leaf },
    { name: 'computed', value: computed },
    { name: 'stored', value: sealed.hash },
  ] as const;
  const parsed = parse(bytes);
  const leaf: Step =
    computed !== sealed.hash
      ? { name: 'leaf', is: 'differs', why: 'hash', behind }
      : typeof parsed === 'string'
        ? { name: 'leaf', is: parsed === 'later' ? 'unchecked' : 'differs', why: parsed === 'later' ? 'later' : 'form', what: [parsed], behind } // prettier-ignore
        : parsed.id !== entry.id
          ? { name: 'leaf', is: 'differs', why: 'other', what: [parsed.id], behind }
          : { name: 'leaf', is: 'ok', behind };
  if (typeof parsed === 'string') return [leaf];
  const actor = openSection('actor', parsed, sealed.sections.actor);
  const data = openSection('data', parsed, sealed.sections.data);
  return [leaf, actor.step, data.step, shownStep(entry, parsed, sealed.leaf, { actor, data }, models), ...linkSteps(parsed, sealed)]; // prettier-ignore
}

/** A leaf, or why it is none. */
function parse(bytes: Uint8Array): ParsedLeaf | string {
  try {
    return parseLeaf(bytes);
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
    return error.facts['reason'] === 'later' ? 'later' : error.message;
  }
}

interface Opened {
  readonly step: Step;
  /** What it says is known, and all of it. */
  readonly isKnown: boolean;
  readonly bytes?: Uint8Array;
}

function openSection(name: SectionName, { commit }: ParsedLeaf, section: SealedSection): Opened {
  const committed = commit[name];
  if (committed === null)
    return typeof section === 'object' || section === 'erased'
      ? { step: { name, is: 'differs', why: 'never' }, isKnown: true }
      : { step: { name, is: 'ok', why: 'never' }, isKnown: true };
  if (section === 'not opened') return { step: { name, is: 'not opened' }, isKnown: false };
  if (section === 'too large') return { step: { name, is: 'unchecked', why: 'large' }, isKnown: false };
  // Who says so shows nothing of it; the commitment stays.
  if (section === 'erased') return { step: { name, is: 'unchecked', why: 'erased' }, isKnown: true };
  if (section === 'never was') return { step: { name, is: 'differs', why: 'committed' }, isKnown: false };
  const bytes = exactBase64(section.bytes);
  const computed = bytes && /^[0-9a-f]{32}$/.test(section.salt) ? commitment(name, section.salt, bytes) : '';
  const behind = [
    { name: 'bytes', value: bytes ?? section.bytes },
    { name: 'salt', value: section.salt },
    { name: 'computed', value: computed },
    { name: 'committed', value: committed },
  ] as const;
  if (bytes === undefined || computed !== committed) return { step: { name, is: 'differs', why: 'hash', behind }, isKnown: false }; // prettier-ignore
  return { step: { name, is: 'ok', behind }, isKnown: true, bytes };
}

function shownStep(
  entry: ShownEntry,
  parsed: ParsedLeaf,
  leaf: string,
  sections: Readonly<Record<SectionName, Opened>>,
  models: Models,
): Step {
  const body = leaf.slice(leaf.lastIndexOf('\n') + 1);
  const known = (['actor', 'data'] as const).filter((name) => sections[name].isKnown);
  const bytes = { actor: sections.actor.bytes, data: sections.data.bytes };
  const type = entry.resource?.type ?? '';
  const columns = Object.hasOwn(models, type) ? models[type] : undefined;
  const { differs, unsure, left, sealed } = compareShown(entry, parsed, body, known, bytes, columns);
  const names = differs.length > 0 ? differs : unsure.length > 0 ? unsure : left;
  const of = (from: object): string => JSON.stringify(Object.fromEntries(names.map((name) => [name, valueAt(from, name)]))); // prettier-ignore
  const behind = [{ name: 'shown', value: of(entry) }, { name: 'sealed', value: of(sealed) }] as const; // prettier-ignore
  if (differs.length > 0) return { name: 'shown', is: 'differs', what: differs, behind };
  if (unsure.length > 0) return { name: 'shown', is: 'unchecked', why: 'types', what: unsure, behind };
  if (left.length > 0) return { name: 'shown', is: 'unchecked', why: 'abridged', what: left, behind };
  return known.length === 2 ? { name: 'shown', is: 'ok' } : { name: 'shown', is: 'ok', why: 'clear' };
}

const valueAt = (from: object, name: string): unknown => Reflect.get(from, name.split('.')[0] ?? name);

function linkSteps(parsed: ParsedLeaf, { before, next }: Given): Step[] {
  const steps: Step[] = [];
  if (before !== undefined) steps.push(beforeStep(parsed, before));
  if (next !== undefined) steps.push(nextStep(parsed, next));
  return steps;
}

function beforeStep({ seq, prev, origin }: ParsedLeaf, before: NonNullable<Given['before']>): Step {
  const stored = { name: 'stored', value: prev } as const;
  if (seq === 0 || before === 'none') {
    const isFirst = seq === 0 && prev === NO_PREVIOUS && before === 'none';
    return { name: 'before', is: isFirst ? 'ok' : 'differs', why: isFirst ? 'first' : 'gone', behind: [stored] };
  }
  if (before === 'not opened') return { name: 'before', is: 'not opened', behind: [stored] };
  const found = look(before);
  const isLinked = found.hash === prev && found.hash === before.hash && found.leaf?.seq === seq - 1 && found.leaf.origin === origin; // prettier-ignore
  const behind = [{ name: 'bytes', value: before.leaf }, { name: 'computed', value: found.hash }, stored] as const;
  return { name: 'before', is: isLinked ? 'ok' : 'differs', why: isLinked ? 'linked' : 'hash', behind };
}

function nextStep({ seq, hash, origin }: ParsedLeaf, next: NonNullable<Given['next']>): Step {
  if (next === 'not opened') return { name: 'next', is: 'not opened' };
  if (next === 'none') return { name: 'next', is: 'unchecked', why: 'newest' };
  const found = look(next);
  const { leaf } = found;
  const isLinked = found.hash === next.hash && leaf?.prev === hash && leaf.seq === seq + 1 && leaf.origin === origin;
  const behind = [{ name: 'bytes', value: next.leaf }, { name: 'computed', value: found.hash }, { name: 'stored', value: next.hash }] as const; // prettier-ignore
  return { name: 'next', is: isLinked ? 'ok' : 'differs', why: isLinked ? 'linked' : 'hash', behind };
}

function look({ leaf }: SealedLeaf): { readonly hash: string; readonly leaf: ParsedLeaf | undefined } {
  const bytes = utf8(leaf);
  const parsed = parse(bytes);
  return { hash: leafHash(bytes), leaf: typeof parsed === 'string' ? undefined : parsed };
}
