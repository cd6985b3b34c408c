import { isDeepStrictEqual } from 'node:util';
import { parseJsonObject } from '../event/json-object.js';
import { MOST_SEALED, type SealedLeaf, type SealedRow } from '../store/sealed.port.js';
import type { Asking } from './asking.js';
import { readMarks } from './marks.js';
import type { Where } from './near.js';
import { invalid, isUuid } from './query.js';
import { readEntry } from './read-entry.js';
import type { Wall } from './scope.js';

type SectionName = 'actor' | 'data';

/** `not opened`: a field of it is hidden from this reader. `too large`: beyond what is handed out at once. */
export type SealedSection =
  { readonly salt: string; readonly bytes: Uint8Array } | 'erased' | 'never was' | 'not opened' | 'too large';

export type Neighbour = Pick<SealedLeaf, 'leaf' | 'hash'> | 'none' | 'not opened';

/** What an entry's seal is computed of. */
export interface SealedEntry {
  readonly id: string;
  /** The bytes that are hashed, as text. */
  readonly leaf: string;
  /** As it is stored. */
  readonly hash: string;
  readonly sections: Readonly<Record<SectionName, SealedSection>>;
  /** Where one entry was asked for. `not opened`: this reader does not see its action. */
  readonly before?: Neighbour;
  readonly next?: Neighbour;
}

/**
 * Entries that this reader sees, with what their seals are computed of. A section of which he does not see all has neither bytes nor salt.
 * @throws AuditError `AUDIT_QUERY_INVALID`
 */
export async function sealedOf(
  asking: Asking & { readonly wall: Wall },
  ids: readonly string[],
  where: Where,
): Promise<readonly SealedEntry[]> {
  if (ids.length === 0 || ids.length > MOST_SEALED || !ids.every((id) => isUuid(id))) throw invalid(`ids must be those of 1 to ${MOST_SEALED} entries, UUIDs`); // prettier-ignore
  const tenant = asking.tenantOf(where);
  if (tenant === undefined) throw invalid('name the tenant of the entries, in place of allTenants');
  if (!asking.wall.covers(tenant)) return [];
  const { actions } = asking.wall.scope;
  // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- what is not true is hidden
  const isSeen = (action: string): boolean => actions === undefined || actions(action) === true;
  const rows = (await asking.store.sealed(tenant, ids)).filter(({ action }) => isSeen(action));
  const [first] = rows;
  const neighbours = ids.length === 1 && first !== undefined ? await asking.store.neighbours(tenant, first.entry) : undefined; // prettier-ignore
  const shown = (leaf: SealedLeaf | undefined): Neighbour =>
    leaf === undefined ? 'none' : isSeen(leaf.action) ? { leaf: leaf.leaf, hash: leaf.hash } : 'not opened';
  return rows.map((row) => ({
    id: row.entry.id,
    leaf: row.leaf,
    hash: row.hash,
    sections: { actor: sectionOf(row, 'actor', true), data: sectionOf(row, 'data', seesAll(asking, row)) },
    ...(neighbours === undefined ? {} : { before: shown(neighbours.before), next: shown(neighbours.next) }),
  }));
}

function sectionOf({ entry, salts }: SealedRow, name: SectionName, seesIt: boolean): SealedSection {
  if (isNever(entry.body, name)) return 'never was';
  if (!seesIt) return 'not opened';
  if (entry.tooLarge.includes(name)) return 'too large';
  const [salt, bytes] = [salts[name], entry[name]];
  if (salt === undefined || bytes === null) return 'erased';
  return { salt, bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes };
}

function isNever(body: string | null, name: SectionName): boolean {
  const { commit } = (body === null ? undefined : parseJsonObject(body)) ?? {};
  return typeof commit === 'object' && commit !== null && Reflect.get(commit, name) === null;
}

/** Whether nothing of the data section is hidden: no value, and no name that stands in it. What cannot be understood may hold anything. */
function seesAll(asking: Asking & { readonly wall: Wall }, { entry }: SealedRow): boolean {
  if (asking.wall.scope.fields === undefined) return true;
  if (entry.tooLarge.includes('data')) return false;
  const read = readEntry(entry, (model) => ({ columns: asking.columnsOf(model) }));
  if (read.unreadable?.some(({ at }) => /^(data|content|body)\b/.test(at)) === true) return false;
  const [seen] = asking.hide([read]);
  if (!isDeepStrictEqual(read, seen)) return false;
  const marks = readMarks((parseJsonObject(entry.data ?? '{}') ?? {}) as Parameters<typeof readMarks>[0]); // JSON, which it looks at itself
  const sides = [marks.masked, marks.cut].flatMap((each) => [each?.old, each?.new]).flatMap((side) => Object.keys(side ?? {})); // prettier-ignore
  const listed = [...(marks.redacted ?? []), ...(marks.redactedChanged ?? []), ...(marks.ignored ?? []), ...(marks.jsonNull?.old ?? []), ...(marks.jsonNull?.new ?? [])]; // prettier-ignore
  const columns = [...sides, ...listed].map((path) => [path, path.split('.')[0] ?? path]).flat();
  // Each as a column of an image, of which the reader sees all or not.
  const image = Object.fromEntries(columns.map((column) => [column, null]));
  const { change: _change, ...rest } = read;
  const [named] = asking.hide([{ ...rest, new: image, changes: [] }]);
  return isDeepStrictEqual(named?.new, image);
}
