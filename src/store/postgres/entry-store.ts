import type { EntryGroup, EntryGroups, EntryStore, StoredEntry } from '../entry.port.js';
import { MOST_PASSED, MOST_WALKED } from '../entry.port.js';
import {
  actionsStatement,
  countStatement,
  endStatement,
  facetsStatement,
  groupsStatement,
  pageStatement,
  SECTION_BYTES,
  type Statement,
} from './entry-sql.js';
import { inTransaction } from './migrate.js';
import type { Pool, PoolClient } from './pool.js';
import { readFailure, seesOne } from './read-failure.js';
import { inSchema } from './schema.js';
import { postgresSealedStore } from './sealed-store.js';
import { tellReads } from './tell-reads.js';

const TELL_TENANT = `select set_config('audit.tenant', $1, true), set_config('audit.no_tenant', $2, true)`;
const SEES_ALL = `select "audit".sees_all(current_user) as all`;

/**
 * Pages of entries by keyset, on `id` or on the place in the chain: every page costs the same, however deep.
 * @param options `tellTenant`: row-level security may let this role see the tenant alone that its transaction names
 */
export function postgresEntryStore(pool: Pool, schema: string, options: { tellTenant?: boolean } = {}): EntryStore {
  const ask = async (
    tenant: string | undefined,
    { text, values }: Statement,
    tells = options.tellTenant === true,
  ): Promise<unknown[][]> => {
    const query = { text: inSchema(schema, text), values: [...values], rowMode: 'array' as const };
    try {
      if (!tells) return (await pool.query<unknown[]>(query)).rows;
      return await inTransaction(pool, async (client) => {
        if (tenant === undefined) await refuseOne(client, schema);
        else await client.query(TELL_TENANT, [tenant, tenant === '' ? 'on' : 'off']);
        return (await client.query<unknown[]>(query)).rows;
      });
    } catch (error) {
      throw readFailure(schema, error);
    }
  };
  /** Where it stopped since a scope hides entries it goes further: a stop would say that there are some. */
  const further = async (
    tenant: string | undefined,
    statement: (passed?: number) => Statement,
    stopped: (rows: readonly (readonly unknown[])[]) => boolean,
  ): Promise<unknown[][]> => {
    const first = statement();
    const rows = await ask(tenant, first);
    return first.passes === true && stopped(rows) ? await ask(tenant, statement(MOST_PASSED)) : rows;
  };
  return {
    // Salts are handed out for a tenant that is named, whoever asks.
    ...postgresSealedStore((tenant, statement) => ask(tenant, statement, true)),
    async page(request) {
      const rows = await further(request.filter.tenant, (passed) => pageStatement(request, passed), (found) => found.some(([rank]) => rank === null)); // prettier-ignore
      const found = rows.filter(([rank]) => rank !== null).toSorted(([a], [b]) => Number(a) - Number(b));
      const stop = rows.find(([rank]) => rank === null);
      const more = found.length < Number(found[0]?.[18] ?? 0);
      const stopped = stop && !more ? { place: String(stop[19]), id: String(stop[20]) } : undefined;
      return { entries: found.map((row) => storedEntry(row)), more, stopped };
    },
    async count(filter) {
      const [row] = await further(filter.tenant, (passed) => countStatement(filter, passed), ([counted]) => counted?.[2] === true); // prettier-ignore
      return { count: Math.min(Number(row?.[1]), MOST_WALKED), isExact: row?.[2] === false };
    },
    async groups(request) {
      const rows = await further(request.filter.tenant, (passed) => groupsStatement(request, passed), isStopped);
      return { groups: groupsOf(rows), ...walkOf(rows) };
    },
    async facets(request) {
      const rows = await further(request.filter.tenant, (passed) => facetsStatement(request, passed), isStopped);
      const facets = request.by.map((_, at) => groupsOf(rows.filter((row) => row[7] === at)));
      return { facets, ...walkOf(rows) };
    },
    async end(tenant) {
      const [row] = await ask(tenant, endStatement(tenant));
      return row && { chain: Number(row[0]), place: String(row[1]) };
    },
    async actions(tenant, prefix, limit) {
      return (await ask(tenant, actionsStatement(tenant, prefix, limit))).map(([action]) => String(action));
    },
    async tellRead(reads) {
      await tellReads(pool, schema, reads);
    },
  };
}

function groupsOf(rows: readonly (readonly unknown[])[]): readonly EntryGroup[] {
  return rows
    .filter((row) => row[2] !== null)
    .map(([key, action, count, firstId, lastId, _walked, _last, _facet, failed]) => ({
      key: key as string | null,
      action: action as string | null,
      count: Number(count),
      failed: Number(failed),
      firstId: String(firstId),
      lastId: String(lastId),
    }));
}

const isStopped = (rows: readonly (readonly unknown[])[]): boolean => walkOf(rows).stoppedId !== undefined;

/** Each row says it. */
function walkOf(rows: readonly (readonly unknown[])[]): Omit<EntryGroups, 'groups'> {
  const [walked, last] = [rows[0]?.[5], rows[0]?.[6]];
  return { walked: Number(walked ?? 0), stoppedId: typeof last === 'string' ? last : undefined };
}

/** Whether the role of this connection sees the entries of all tenants. */
export async function seesAll(pool: Pool, schema: string): Promise<boolean> {
  try {
    return (await pool.query<{ all: boolean }>(inSchema(schema, SEES_ALL))).rows[0]?.all === true;
  } catch (error) {
    throw readFailure(schema, error);
  }
}

/** A role that sees one tenant at a time would be answered that there is nothing at all. */
async function refuseOne(client: PoolClient, schema: string): Promise<void> {
  const { rows } = await client.query<{ all: boolean }>(inSchema(schema, SEES_ALL));
  if (rows[0]?.all !== true) throw seesOne();
}

function storedEntry(row: readonly unknown[]): StoredEntry {
  const tooLarge = (bytes: unknown): boolean => Number(bytes ?? 0) > SECTION_BYTES;
  return {
    chain: Number(row[1]),
    origin: row[2] as string | null,
    seq: Number(row[3]),
    place: String(row[3]),
    id: String(row[4]),
    hash: String(row[5]),
    sealedAt: Number(row[6]),
    tenant: String(row[7]),
    body: row[8] as string | null,
    actor: row[10] as Uint8Array | null,
    data: row[12] as string | null,
    tooLarge: [...(tooLarge(row[9]) ? (['actor'] as const) : []), ...(tooLarge(row[11]) ? (['data'] as const) : [])],
    columns: {
      action: String(row[13]),
      outcome: String(row[14]),
      resourceType: row[15] as string | null,
      occurredAt: Number(row[16]),
    },
    content: row[17] === null ? 'missing' : 'there',
  };
}
