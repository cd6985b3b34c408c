import type { SectionName } from '../../../chain/commitment.js';
import type { ParsedLeaf } from '../../../chain/parse-leaf.js';
import { entryOfLeaf, type SectionBytes } from '../../../export/leaf-entry.js';
import { rowJson } from '../../../export/row-json.js';
import type { ShownEntry } from '../../answers.js';
import { isSameValue } from './same-value.js';

type Members = Readonly<Record<string, unknown>>;

/** What stands in the leaf itself, for everybody who sees it. */
const CLEAR = 'id origin seq hash occurredAt sealedAt source action outcome group tx durationMs severity flags'.split(' '); // prettier-ignore
const OF_SECTION: Readonly<Record<SectionName, readonly string[]>> = {
  actor: ['actor'],
  data: ['resource', 'details', 'reason', 'error', 'old', 'new'],
};

export interface Compared {
  /** Members that do not say what the bytes say. */
  readonly differs: readonly string[];
  /** Members whose values are shown in the client's types, and cannot be told to be the sealed ones. */
  readonly unsure: readonly string[];
  /** What the bytes say, as an export would write it. */
  readonly sealed: Members;
}

/**
 * Whether an entry says what its leaf and its sections say: made by the code that checks an export. The tenant is none of it: no entry
 * says whose its chain is.
 * @param opened sections that are known: with their bytes, or as erased, which has no member at all
 */
export function compareShown(
  entry: ShownEntry,
  parsed: ParsedLeaf,
  body: string,
  opened: readonly SectionName[],
  sections: SectionBytes,
): Compared {
  const { id, origin, seq, sealedAt, hash, action, outcome } = parsed;
  const made = entryOfLeaf({ id, origin, seq, sealedAt, hash, body, tenant: entry.tenant, action, outcome }, sections);
  const sealed = JSON.parse(rowJson(made)) as Members; // it wrote an object
  const shown = entry as unknown as Members; // by names
  const isAbridged = shown['abridged'] === true;
  const asked = [...CLEAR, ...opened.flatMap((name) => OF_SECTION[name])];
  const names = isAbridged ? asked.filter((name) => CLEAR.includes(name)) : asked;
  const differs = names.filter((name) => JSON.stringify(shown[name]) !== JSON.stringify(sealed[name]));
  if (!names.includes('resource') && typeOf(shown) !== typeOf(sealed)) differs.push('resource');
  // Both sections say what of them could not be understood.
  if (opened.length === 2 && !isAbridged && JSON.stringify(shown['unreadable']) !== JSON.stringify(sealed['unreadable'])) differs.push('unreadable'); // prettier-ignore
  const known = [
    ...CLEAR,
    ...OF_SECTION.actor,
    ...OF_SECTION.data,
    'tenant',
    'changes',
    'change',
    'unreadable',
    'abridged',
  ];
  differs.push(...Object.keys(shown).filter((name) => !known.includes(name)));
  if (isAbridged) return { differs, unsure: asked.filter((name) => !names.includes(name)), sealed };
  const { wrong, unsure } = opened.includes('data')
    ? compareChanges(sealed, shown, looselyRead(sections.data))
    : { wrong: [], unsure: [] };
  return { differs: [...differs, ...wrong], unsure, sealed };
}

const typeOf = (entry: Members): unknown => (entry['resource'] as { type?: unknown } | undefined)?.type;

/** `changes` and `change` have the client's names and types: by place, each is what the bytes say, or nobody can tell here. */
function compareChanges(sealed: Members, shown: Members, plain: Members): { wrong: string[]; unsure: string[] } {
  const unsure = new Set<string>();
  const wrong: string[] = [];
  const look = (name: string, a: unknown, b: unknown, side?: string, column = ''): void => {
    if (!isSameValue(a, b, side === undefined ? a : (ownOf(objectOf(plain[side]), column) ?? a))) unsure.add(name);
  };
  const [ours, theirs] = [listOf(sealed['changes']), listOf(shown['changes'])];
  if (ours.length !== theirs.length) wrong.push('changes');
  else
    for (const [i, change] of ours.entries()) {
      const other = theirs[i] ?? {};
      for (const name of union(change, other)) {
        if (name === 'field' || name === 'asText') continue;
        if (name !== 'old' && name !== 'new') {
          if (JSON.stringify(change[name]) !== JSON.stringify(other[name])) wrong.push('changes');
        } else if (name in change !== name in other) wrong.push('changes');
        else look(`changes.${String(other['field'])}`, change[name], other[name], name, String(change['field']));
      }
    }
  const [own, given] = [objectOf(sealed['change']), objectOf(shown['change'])];
  const isMade = Object.keys(given).every((name) => name in own) && own['operation'] === given['operation'];
  if ('change' in shown && !isMade) wrong.push('change');
  else if ('change' in shown) compareSides(own, given, wrong, look);
  return { wrong: [...new Set(wrong)], unsure: [...unsure] };
}

function compareSides(
  own: Members,
  given: Members,
  wrong: string[],
  look: (name: string, a: unknown, b: unknown, side?: string, column?: string) => void,
): void {
  const texts = objectOf(given['asText']);
  for (const side of ['old', 'new']) {
    // What the field's type cannot hold stands apart, as the database's text.
    const columns = Object.entries(objectOf(own[side]));
    const rest = Object.entries(objectOf(given[side]));
    const apart = Object.entries(objectOf(texts[side]));
    if (columns.length !== rest.length + apart.length) wrong.push(`change.${side}`);
    else if (apart.length > 0) look(`change.${side}`, 0, 1);
    else
      for (const [i, [column, value]] of columns.entries())
        look(`change.${rest[i]?.[0] ?? ''}`, value, rest[i]?.[1], side, column);
  }
  for (const name of ['masked', 'cut'])
    for (const side of ['old', 'new']) {
      const [a, b] = [objectOf(objectOf(own[name])[side]), objectOf(objectOf(given[name])[side])];
      if (JSON.stringify(Object.values(a)) !== JSON.stringify(Object.values(b))) wrong.push(`change.${name}`);
    }
  for (const name of ['redacted', 'ignored'])
    if (listOf(own[name]).length !== listOf(given[name]).length) wrong.push(`change.${name}`);
}

/** The data section with JavaScript's numbers: what was sealed as a number is one, and what was a text is one. */
function looselyRead(bytes: Uint8Array | undefined): Members {
  try {
    return bytes === undefined ? {} : objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return {};
  }
}

const ownOf = (of: Members, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined);
const union = (a: object, b: object): ReadonlySet<string> => new Set([...Object.keys(a), ...Object.keys(b)]);
const listOf = (value: unknown): readonly Members[] => (Array.isArray(value) ? (value as Members[]) : []); // whatever is in it
const objectOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};
