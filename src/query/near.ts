import type { EntryFilter, StoredEntry } from '../store/entry.port.js';
import type { Asking } from './asking.js';
import { checkConditions, invalid, isUuid, type AuditConditions } from './query.js';
import type { AuditEntry } from './read-entry.js';

/** Where a question that needs no other condition looks. */
export type Where = Pick<AuditConditions, 'tenant' | 'allTenants'>;

export interface EntriesAround {
  /** Oldest first, as the two others together. */
  readonly before: readonly AuditEntry[];
  readonly entry: AuditEntry;
  readonly after: readonly AuditEntry[];
}

async function find(
  asking: Asking,
  id: string,
  where: Where,
): Promise<readonly [StoredEntry, EntryFilter] | undefined> {
  checkConditions(where);
  if (!isUuid(id)) throw invalid('id must be that of an entry, a UUID');
  const filter = await asking.filter(where);
  const { entries } = await asking.page(filter && { ...filter, id }, { order: 'oldest', by: 'id', limit: 1 });
  return entries[0] && filter && [entries[0], filter];
}

export async function entryOf(asking: Asking, id: string, where: Where): Promise<AuditEntry | undefined> {
  const found = await find(asking, id, where);
  return found && (await asking.read([found[0]]))[0];
}

/** Those of the same chain, in its order. */
export async function around(
  asking: Asking,
  id: string,
  each: number,
  where: Where,
): Promise<EntriesAround | undefined> {
  if (!Number.isInteger(each) || each < 1 || each > 250) throw invalid('around takes a whole number from 1 to 250');
  const found = await find(asking, id, where);
  if (found === undefined) return undefined;
  const [stored, filter] = found;
  const near = async (order: 'oldest' | 'newest'): Promise<readonly AuditEntry[]> =>
    await asking.read(
      (await asking.page({ ...filter, chain: stored.chain }, { order, by: 'chain', after: stored, limit: each }))
        .entries,
    );
  const [before, after, [entry]] = [await near('newest'), await near('oldest'), await asking.read([stored])];
  return { before: before.toReversed(), entry: entry as AuditEntry, after }; // one for the one that was handed in
}
