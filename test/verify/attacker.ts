import type pg from 'pg';
import { encodeFrontier, entryHash, FrontierBuilder, NO_PREVIOUS } from '../../src/chain/index.js';
import { formatMillis } from '../../src/event/clock.js';
import { PostgresLogSource } from '../../src/store/postgres/log-source.js';
import type { Pool } from '../../src/store/postgres/index.js';
import { verify, type Report, type VerifyOptions } from '../../src/verify/index.js';

const GUARDED = ['content', 'entry', 'chain', 'sealer', 'head', 'checkpoint', 'projection'];
const GUARDS_OFF = GUARDED.map((t) => `alter table audit.${t} disable trigger all`);

export type Tampering = string | ((client: pg.ClientBase) => Promise<void>);

/** What the verifier says after a superuser did this. */
export function verifyAfter(pool: Pool, tampering: readonly Tampering[], options?: VerifyOptions): Promise<Report> {
  return after(pool, tampering, (source) => verify(source, options));
}

/** Reads the log after a superuser did this. All of it is rolled back, so that cases do not see each other. */
export async function after<T>(
  pool: Pool,
  tampering: readonly Tampering[],
  read: (source: PostgresLogSource) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(['begin', ...GUARDS_OFF].join(';'));
    for (const step of tampering) await (typeof step === 'string' ? client.query(step) : step(client));
    return await read(new PostgresLogSource(client, 'audit'));
  } finally {
    await client.query('rollback');
    client.release();
  }
}

/** Condition for one entry. */
export const at = (seq: number, tenant = 'acme'): string =>
  `chain = (select chain from audit.chain where tenant_key = '${tenant}') and seq = ${seq}`;
export const positionOf = (seq: number, tenant = 'acme'): string =>
  `(select pos from audit.entry where ${at(seq, tenant)})`;

/** Computes the hashes of a chain anew, from one entry to another, and makes its row agree if asked to. */
export function rehash(options: { from?: number; to?: number; head: boolean; tenant?: string }): Tampering {
  const { from = 0, to = Number.POSITIVE_INFINITY, head, tenant = 'acme' } = options;
  return async (client) => {
    const { rows: chains } = await client.query('select chain, origin from audit.chain where tenant_key = $1', [
      tenant,
    ]);
    const { chain, origin } = chains[0] as { chain: number; origin: string };
    const { rows } = await client.query<{ seq: string; at: string; hash: string; body: string }>(
      `select seq, extract(epoch from sealed_at) * 1000 as at, encode(hash, 'hex') as hash, body from audit.entry where chain = $1 order by seq`,
      [chain],
    );
    const tree = new FrontierBuilder();
    let prev = NO_PREVIOUS;
    for (const row of rows) {
      const seq = Number(row.seq);
      if (seq >= from && seq <= to) {
        prev = entryHash({ origin, seq, sealedAt: formatMillis(Number(row.at)), prev }, row.body);
        await client.query(`update audit.entry set hash = decode($3, 'hex') where chain = $1 and seq = $2`, [
          chain,
          seq,
          prev,
        ]);
      } else prev = row.hash;
      tree.append(prev);
    }
    if (!head) return;
    await client.query(
      `update audit.chain set size = $2, hash = decode($3, 'hex'), frontier = decode($4, 'hex') where chain = $1`,
      [chain, tree.size, prev, encodeFrontier(tree.frontier())],
    );
  };
}
