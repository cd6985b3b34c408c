import { inTransaction } from './migrate.js';
import type { Pool, PoolClient } from './pool.js';
import { inSchema } from './schema.js';

const PAGE = 1_000;

const CHAINS = `select chain, origin, tenant_key, size, encode(hash, 'hex'), encode(frontier, 'hex') from "audit".chain order by chain`;

/** Total: a time that somebody wrote there may be infinite, or have more microseconds than a bigint holds. */
const micros = (time: string): string =>
  `case when isfinite(${time}) then trunc(extract(epoch from ${time}) * 1000000) else -1 end`;

const ENTRIES = `
select e.seq, e.pos, ${micros('e.sealed_at')}, ${micros('e.occurred_at')},
       e.id::text, encode(e.hash, 'hex'), e.tenant_key, e.actor_id, e.action, e.resource_type, e.resource_id, e.outcome, e.request_id, e.group_id::text, e.body,
       c.pos is not null, c.actor, replace(c.salt_actor::text, '-', ''), c.data, replace(c.salt_data::text, '-', '')
  from "audit".entry e left join "audit".content c on c.pos = e.pos
 where e.chain = $1 and e.seq > $2
 order by e.seq limit $3`;

const STRAY = `
with recursive numbers as (
  (select chain from "audit".entry order by chain limit 1)
  union all
  select (select e.chain from "audit".entry e where e.chain > n.chain order by e.chain limit 1) from numbers n where n.chain is not null
)
select chain from numbers n where chain is not null and not exists (select from "audit".chain c where c.chain = n.chain)`;

const UNSEALED = `
select count(*) over (), c.pos
  from "audit".content c
 where not exists (select from "audit".entry e where e.pos = c.pos) and c.at < clock_timestamp() - $1 * interval '1 millisecond'
 order by c.pos limit 10`;

type Row = readonly unknown[];

/** Reads the log for the verifier, in one snapshot: what is sealed meanwhile is not seen. */
export function withLogSource<T>(
  pool: Pool,
  schema: string,
  work: (source: PostgresLogSource) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return await work(new PostgresLogSource(client, schema));
  });
}

export class PostgresLogSource {
  readonly #client: PoolClient;
  readonly #schema: string;

  constructor(client: PoolClient, schema: string) {
    this.#client = client;
    this.#schema = schema;
  }

  async chains() {
    return (await this.#rows(CHAINS)).map(([chain, origin, tenant, size, hash, frontier]) => ({
      chain: Number(chain),
      origin: String(origin),
      tenant: String(tenant),
      size: Number(size),
      hash: String(hash),
      frontier: String(frontier),
    }));
  }

  /** The next page is on its way while the caller hashes this one. */
  async *entries(chain: number) {
    let rows = await this.#rows(ENTRIES, [chain, -1, PAGE]);
    while (rows.length > 0) {
      // The number goes back as it came: it may be one that JavaScript cannot hold.
      const next = rows.length === PAGE ? this.#rows(ENTRIES, [chain, rows.at(-1)?.[0], PAGE]) : Promise.resolve([]);
      next.catch(() => undefined); // seen when it is awaited
      yield rows.map((row) => entryRecord(row));
      rows = await next;
    }
  }

  async strayChains() {
    return (await this.#rows(STRAY)).map(([chain]) => Number(chain));
  }

  async unsealed(ageMs: number) {
    const rows = await this.#rows(UNSEALED, [ageMs]);
    return { count: Number(rows[0]?.[0] ?? 0), positions: rows.map(([, pos]) => Number(pos)) };
  }

  async #rows(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#client.query<unknown[]>({ text: inSchema(this.#schema, text), values, rowMode: 'array' })).rows;
  }
}

function entryRecord(row: Row) {
  const text = (i: number): string | null => row[i] as string | null;
  return {
    seq: Number(row[0]),
    pos: Number(row[1]),
    sealedAt: Number(row[2]),
    occurredAt: Number(row[3]),
    id: String(row[4]),
    hash: String(row[5]),
    tenant: String(row[6]),
    actorId: text(7),
    action: String(row[8]),
    resourceType: text(9),
    resourceId: text(10),
    outcome: String(row[11]),
    requestId: text(12),
    group: text(13),
    body: String(row[14]),
    content:
      row[15] === true
        ? {
            actor: row[16] as Uint8Array | null,
            saltActor: text(17),
            data: text(18),
            saltData: text(19),
          }
        : null,
  };
}
