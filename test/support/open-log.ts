import { randomUUID } from 'node:crypto';
import type { Pool as PgPool, PoolClient } from 'pg';
import { entryHash, FrontierBuilder, NO_PREVIOUS } from '../../src/chain/index.js';
import { Leader } from '../../src/sealer/leader.js';
import { createPool, migrate, postgresSealerStore, type Pool } from '../../src/store/postgres/index.js';
import type { SealerStore } from '../../src/store/log.port.js';
import { createDatabase } from './database.js';

export interface Log {
  readonly url: string;
  readonly pool: Pool;
  readonly store: SealerStore;
  close(): Promise<void>;
}

/** A database with an empty log in it. */
export async function openLog(): Promise<Log> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 30, applicationName: 'test' });
  await migrate(pool, { schema: 'audit' });
  return {
    url: database.url,
    pool,
    store: postgresSealerStore(pool, 'audit'),
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** Writes a row as the trigger does: in the transaction of `client`, transaction id first. */
export async function capture(client: PgPool | PoolClient, label: string, tenant = ''): Promise<void> {
  const actor = JSON.stringify({ id: 'u1', type: 'user', tenant: tenant === '' ? undefined : tenant });
  await client.query(
    `insert into audit.content (source, op, model, resource_id, actor, data)
     values ('change', 'update', 'Thing', $1, convert_to($2, 'UTF8'), $3)`,
    [label, actor, JSON.stringify({ id: label })],
  );
}

/** Leads until a reading finds nothing, then steps down. */
export async function lead(store: SealerStore, options: { batchSize?: number; holder?: string } = {}): Promise<void> {
  const { batchSize = 100, holder = randomUUID() } = options;
  const lease = await store.acquire(holder, 10_000);
  if (!lease) throw new Error('the lease is taken');
  const leader = new Leader(store, lease, { leaseMs: 10_000, batchSize });
  await leader.begin();
  while ((await leader.round()) > 0);
  await leader.end();
}

export interface SealedRow {
  readonly chain: number;
  readonly seq: number;
  readonly pos: number;
  readonly resourceId: string | null;
  readonly action: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** All entries but the openings of chains, in chain order. */
export async function sealed(pool: Pool): Promise<readonly SealedRow[]> {
  const { rows } = await pool.query<{
    chain: number;
    seq: string;
    pos: string;
    resource_id: string | null;
    action: string;
    body: string;
  }>(
    `select chain, seq, pos, resource_id, action, body from audit.entry where action <> 'chain.open' order by chain, seq`,
  );
  return rows.map((row) => ({
    chain: row.chain,
    seq: Number(row.seq),
    pos: Number(row.pos),
    resourceId: row.resource_id,
    action: row.action,
    body: JSON.parse(row.body) as Record<string, unknown>,
  }));
}

/** Recomputes every chain from stored columns alone; returns what is wrong. */
export async function brokenChains(pool: Pool): Promise<readonly string[]> {
  const problems: string[] = [];
  const chains = await pool.query<{ chain: number; origin: string; size: string; hash: string; frontier: string }>(
    `select chain, origin, size, encode(hash, 'hex') as hash, encode(frontier, 'hex') as frontier from audit.chain`,
  );
  for (const chain of chains.rows) {
    const { rows } = await pool.query<{ seq: string; sealed_at: Date; hash: string; body: string }>(
      `select seq, sealed_at, encode(hash, 'hex') as hash, body from audit.entry where chain = $1 order by seq`,
      [chain.chain],
    );
    const tree = new FrontierBuilder();
    let prev = NO_PREVIOUS;
    for (const [i, row] of rows.entries()) {
      if (Number(row.seq) !== i) problems.push(`chain ${chain.chain}: seq ${row.seq} at place ${i}`);
      const header = { origin: chain.origin, seq: i, sealedAt: row.sealed_at.toISOString(), prev };
      if (entryHash(header, row.body) !== row.hash) problems.push(`chain ${chain.chain}: hash of ${i}`);
      tree.append(row.hash);
      prev = row.hash;
    }
    if (
      Number(chain.size) !== rows.length ||
      chain.hash !== prev ||
      chain.frontier !== tree.frontier().nodes.join('')
    ) {
      problems.push(`chain ${chain.chain}: head`);
    }
  }
  return problems;
}
