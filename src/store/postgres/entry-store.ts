import type pg from 'pg';
import type { EntryFilter, EntryPageRequest, EntryStore, StoredEntry } from '../entry.port.js';
import { privilegeMissing, schemaMissing } from './content-store.js';
import { inTransaction } from './migrate.js';
import { isForbidden, isSchemaMissing, type Pool } from './pool.js';
import { inSchema } from './schema.js';

const TELL_TENANT = `select set_config('audit.tenant', $1, true), set_config('audit.no_tenant', $2, true)`;

/**
 * Pages of entries by keyset, on `id` or on the place in the chain: every page costs the same, however deep.
 * @param options `tellTenant`: row-level security lets this role see the tenant alone that its transaction names
 */
export function postgresEntryStore(pool: Pool, schema: string, options: { tellTenant?: boolean } = {}): EntryStore {
  const ask = async (tenant: string, query: pg.QueryArrayConfig): Promise<unknown[][]> => {
    if (!options.tellTenant) return (await pool.query<unknown[]>(query)).rows;
    return await inTransaction(pool, async (client) => {
      await client.query(TELL_TENANT, [tenant, tenant === '' ? 'on' : 'off']);
      return (await client.query<unknown[]>(query)).rows;
    });
  };
  return {
    async page(request: EntryPageRequest) {
      const { text, values } = pageQuery(request);
      try {
        const rows = await ask(request.filter.tenant, { text: inSchema(schema, text), values, rowMode: 'array' });
        return { entries: rows.map((row) => storedEntry(row)), more: rows.length < Number(rows[0]?.[17] ?? 0) };
      } catch (error) {
        if (isForbidden(error)) throw privilegeMissing(schema, error);
        throw isSchemaMissing(error) ? schemaMissing(schema, error) : error;
      }
    },
  };
}

/** Four times what a body may have; and what sections may have, one of an entry, and those of a page together. */
const BODY_BYTES = 64 * 1024;
const SECTION_BYTES = 64 * 1024 * 1024;

function pageQuery({ filter, order, by, after, limit }: EntryPageRequest): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const where = conditions(filter, bind);
  const [compare, direction] = order === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
  if (after?.place !== undefined)
    where.push(`(e.seq, e.id) ${compare} (${bind(after.place)}::bigint, ${bind(after.id)}::uuid)`);
  else if (after !== undefined) where.push(`e.id ${compare} ${bind(after.id)}::uuid`);
  const sorted = by === 'chain' ? `e.seq ${direction}, e.id ${direction}` : `e.id ${direction}`;
  return {
    // The page is cut before anything is joined to it. Sizes are known without the values being read.
    text: `
select e.chain, e.origin, e.seq, e.id::text, encode(e.hash, 'hex'), trunc(extract(epoch from e.sealed_at) * 1000), e.tenant_key,
       case when octet_length(e.body) <= ${BODY_BYTES} then e.body end,
       e.actor_bytes, case when e.actor_bytes <= ${SECTION_BYTES} then e.actor end,
       e.data_bytes, case when e.data_bytes <= ${SECTION_BYTES} then e.data end,
       e.action, e.outcome, e.resource_type, trunc(extract(epoch from e.occurred_at) * 1000000), e.content, e.count
  from (
    select e.*, k.origin, c.pos as content, c.actor, c.data, octet_length(c.actor) as actor_bytes, octet_length(c.data) as data_bytes,
           sum(coalesce(octet_length(c.actor), 0)::bigint + coalesce(octet_length(c.data), 0))
             over (order by ${sorted} rows between unbounded preceding and 1 preceding) as before,
           count(*) over () as count
      from (select * from "audit".entry e where ${where.join(' and ')} order by ${sorted} limit ${bind(limit)}) e
      left join "audit".content c on c.pos = e.pos
      left join "audit".chain k on k.chain = e.chain
  ) e
 where coalesce(e.before, 0) < ${SECTION_BYTES}
 order by ${sorted}`,
    values,
  };
}

function conditions(filter: EntryFilter, bind: (value: unknown) => string): string[] {
  const where = [`e.tenant_key = ${bind(filter.tenant)}`];
  if (filter.actorId !== undefined) where.push(`e.actor_id = ${bind(filter.actorId)}`);
  if (filter.resourceType !== undefined) where.push(`e.resource_type = ${bind(filter.resourceType)}`);
  if (filter.resourceId !== undefined) where.push(`e.resource_id = ${bind(filter.resourceId)}`);
  if (filter.action !== undefined) where.push(`e.action = ${bind(filter.action)}`);
  // "C" collation: a prefix is a range of the index. U+10FFFF sorts after every character that can follow.
  if (filter.actionPrefix !== undefined)
    where.push(`e.action >= ${bind(filter.actionPrefix)} and e.action < ${bind(`${filter.actionPrefix}\u{10ffff}`)}`);
  if (filter.failures) where.push(`e.outcome <> 'success'`); // literal: a parameter would lose the partial index
  if (filter.group !== undefined) where.push(`e.group_id = ${bind(filter.group)}::uuid`);
  if (filter.requestId !== undefined) where.push(`e.request_id = ${bind(filter.requestId)}`);
  if (filter.fromId !== undefined) where.push(`e.id >= ${bind(filter.fromId)}::uuid`);
  if (filter.toId !== undefined) where.push(`e.id < ${bind(filter.toId)}::uuid`);
  return where;
}

function storedEntry(row: readonly unknown[]): StoredEntry {
  const tooLarge = (bytes: unknown): boolean => Number(bytes ?? 0) > SECTION_BYTES;
  return {
    chain: Number(row[0]),
    origin: row[1] as string | null,
    seq: Number(row[2]),
    place: String(row[2]),
    id: String(row[3]),
    hash: String(row[4]),
    sealedAt: Number(row[5]),
    tenant: String(row[6]),
    body: row[7] as string | null,
    actor: row[9] as Uint8Array | null,
    data: row[11] as string | null,
    tooLarge: [...(tooLarge(row[8]) ? (['actor'] as const) : []), ...(tooLarge(row[10]) ? (['data'] as const) : [])],
    columns: {
      action: String(row[12]),
      outcome: String(row[13]),
      resourceType: row[14] as string | null,
      occurredAt: Number(row[15]),
    },
    content: row[16] === null ? 'missing' : 'there',
  };
}
