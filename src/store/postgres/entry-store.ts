import type pg from 'pg';
import type { EntryFilter, EntryPageRequest, EntryStore, StoredEntry } from '../entry.port.js';
import { privilegeMissing, schemaMissing } from './content-store.js';
import { inTransaction } from './migrate.js';
import { isForbidden, isSchemaMissing, type Pool } from './pool.js';
import { inSchema } from './schema.js';

const TELL_TENANT = `select set_config('audit.tenant', $1, true), set_config('audit.no_tenant', $2, true)`;

/**
 * Pages of entries by keyset on `id`: every page costs the same, however deep.
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
        return rows.map((row) => storedEntry(row));
      } catch (error) {
        if (isForbidden(error)) throw privilegeMissing(schema, error);
        throw isSchemaMissing(error) ? schemaMissing(schema, error) : error;
      }
    },
  };
}

function pageQuery({ filter, order, after, limit }: EntryPageRequest): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const where = conditions(filter, bind);
  const [compare, direction] = order === 'oldest' ? ['>', 'asc'] : ['<', 'desc'];
  if (after !== undefined) where.push(`e.id ${compare} ${bind(after)}::uuid`);
  return {
    // The page is cut before anything is joined to it.
    text: `
select e.chain, k.origin, e.seq, e.id::text, encode(e.hash, 'hex'), trunc(extract(epoch from e.sealed_at) * 1000), e.tenant_key, e.body,
       c.actor, c.data
  from (select * from "audit".entry e where ${where.join(' and ')} order by e.id ${direction} limit ${bind(limit)}) e
  left join "audit".content c on c.pos = e.pos
  left join "audit".chain k on k.chain = e.chain
 order by e.id ${direction}`,
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
  return {
    chain: Number(row[0]),
    origin: String(row[1]),
    seq: Number(row[2]),
    id: String(row[3]),
    hash: String(row[4]),
    sealedAt: Number(row[5]),
    tenant: String(row[6]),
    body: String(row[7]),
    actor: row[8] as Uint8Array | null,
    data: row[9] as string | null,
  };
}
