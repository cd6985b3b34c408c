import type { SectionName } from '../../../chain/commitment.js';
import type { ParsedLeaf } from '../../../chain/parse-leaf.js';
import { entryOfLeaf, type SectionBytes } from '../../../export/leaf-entry.js';
import { rowJson } from '../../../export/row-json.js';
import type { ShownEntry } from '../../answers.js';
import type { Columns } from '../column-names.js';
import { isSame, objectOf, ShownChanges, type Members } from './shown-changes.js';

/** What stands in the leaf itself, for everybody who sees it. */
const CLEAR = 'id origin seq hash occurredAt sealedAt source action outcome group tx durationMs severity flags'.split(' '); // prettier-ignore
const OF_SECTION: Readonly<Record<SectionName, readonly string[]>> = {
  actor: ['actor'],
  data: ['resource', 'details', 'reason', 'error', 'old', 'new'],
};
const KNOWN = [...CLEAR, ...OF_SECTION.actor, ...OF_SECTION.data, 'tenant', 'changes', 'change', 'unreadable', 'abridged']; // prettier-ignore

/** What an abridged entry leaves out whatever its size, and what only where it is larger than this. */
const LEFT_OUT = ['old', 'new', 'error'];
const LEFT_OUT_LARGE = ['actor', 'details', 'reason'];
const LARGE = 512;

export interface Compared {
  /** Members that do not say what the bytes say. */
  readonly differs: readonly string[];
  /** Members whose values are shown in the client's types, and cannot be told to be the sealed ones. */
  readonly unsure: readonly string[];
  /** Members that are not shown because the entry is abridged. */
  readonly left: readonly string[];
  /** What the bytes say, as an export would write it. */
  readonly sealed: Members;
}

/**
 * Whether an entry says what its leaf and its sections say: made by the code that checks an export. The tenant is none of it: no entry
 * says whose its chain is.
 * @param opened sections that are known: with their bytes, or as erased, which has no member at all
 * @param columns what the session calls the columns of its model
 */
export function compareShown(
  entry: ShownEntry,
  parsed: ParsedLeaf,
  body: string,
  opened: readonly SectionName[],
  sections: SectionBytes,
  columns?: Columns,
): Compared {
  const { id, origin, seq, sealedAt, hash, action, outcome } = parsed;
  const made = entryOfLeaf({ id, origin, seq, sealedAt, hash, body, tenant: entry.tenant, action, outcome }, sections);
  const sealed = JSON.parse(rowJson(made)) as Members; // it wrote an object
  const shown = entry as unknown as Members; // by names
  const names = [...CLEAR, ...opened.flatMap((name) => OF_SECTION[name])];
  const left = 'abridged' in shown ? names.filter((name) => mayBeLeftOut(name, sealed, shown)) : [];
  const differs = names.filter((name) => !isSame(shown[name], sealed[name]) && !left.includes(name));
  if (!names.includes('resource') && typeOf(shown) !== typeOf(sealed)) differs.push('resource');
  // Both sections say what of them could not be understood.
  if (opened.length === 2 && !isSame(shown['unreadable'], sealed['unreadable'])) differs.push('unreadable');
  if ('abridged' in shown && shown['abridged'] !== true) differs.push('abridged');
  differs.push(...Object.keys(shown).filter((name) => !KNOWN.includes(name)));
  if (!opened.includes('data')) return { differs, unsure: [], left, sealed };
  const { wrong, unsure } = new ShownChanges({ sealed, shown, plain: looselyRead(sections.data), columns });
  if (shown['abridged'] === true && !('change' in shown) && 'change' in sealed) left.push('change');
  return { differs: [...differs, ...wrong], unsure: [...unsure], left, sealed };
}

/** An abridged entry is shown without values that do not fit. Of what it does show nothing may be another. */
function mayBeLeftOut(name: string, sealed: Members, shown: Members): boolean {
  if (name === 'resource') {
    const [own, given] = [objectOf(sealed[name]), objectOf(shown[name])];
    return isLarge(own['id']) && isSame(given, { type: own['type'] });
  }
  if (shown[name] !== undefined || sealed[name] === undefined) return false;
  return LEFT_OUT.includes(name) || (LEFT_OUT_LARGE.includes(name) && isLarge(sealed[name]));
}

const isLarge = (value: unknown): boolean => value !== undefined && rowJson(value).length > LARGE;

const typeOf = (entry: Members): unknown => objectOf(entry['resource'])['type'];

/** The data section with JavaScript's numbers: what was sealed as a number is one, and what was a text is one. */
function looselyRead(bytes: Uint8Array | undefined): Members {
  try {
    return bytes === undefined ? {} : objectOf(JSON.parse(Buffer.from(bytes).toString('utf8')));
  } catch {
    return {};
  }
}
