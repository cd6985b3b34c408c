import { setTimeout as sleep } from 'node:timers/promises';
import { formatVkey } from '../../../src/chain/vkey.js';
import { Keeper } from '../../../src/checkpoint/keeper.js';
import { Sealer } from '../../../src/sealer/index.js';
import { postgresCheckpointStore } from '../../../src/store/postgres/index.js';
import type { TestLog } from '../../support/log.js';
import { MemoryAnchor, signerOf, vkeyOfLabel } from './memory.js';

export const DEPLOYMENT = 'example.com/test';

/** A vkey of the key that signs these logs, under that name. */
export const vkeyText = async (name = `${DEPLOYMENT}/registry`): Promise<string> =>
  formatVkey(await vkeyOfLabel(name, 'one'));

/** Captures so many rows of a tenant, as an event with both sections. */
export async function capture(log: TestLog, tenant: string, count: number): Promise<void> {
  await log.pool.query(
    `insert into audit.content (source, op, model, tenant_key, actor, data)
     select 'change', 'insert', 'Note', $1::text, convert_to('{"id":"ann","tenant":"' || $1::text || '"}', 'UTF8'), '{"id":"' || n || '","new":{"title":"J\u00fcrgen"}}' from generate_series(1, $2) n`,
    [tenant, count],
  );
}

/** Seals what is there, tells of it, and signs. */
export async function sealAndSign(log: TestLog, withinMs = 10_000): Promise<void> {
  const errors: unknown[] = [];
  const onError = (error: unknown): number => errors.push(error);
  const keeper = new Keeper(postgresCheckpointStore(log.pool, 'audit'), {
    signer: signerOf('one'),
    required: true,
    anchors: [new MemoryAnchor()],
    tickMs: 100,
    heartbeatMs: 600_000,
    onError,
  });
  const sealer = new Sealer(log.store, { minWaitMs: 5, maxWaitMs: 20, leaseMs: 5_000, keeper, onError });
  sealer.start();
  const unsettled = `select (select count(*) from audit.content c where not exists (select from audit.entry e where e.pos = c.pos))
    + (select count(*) from audit.chain c left join audit.head h on h.chain = c.chain where c.chain > 0 and c.size > coalesce(h.size, 0))
    + (select count(*) from audit.chain c where c.chain = 0 and c.size > coalesce((select max(size) from audit.checkpoint), 0)) as n`;
  for (const until = Date.now() + withinMs; ;) {
    if (Number((await log.pool.query(unsettled)).rows[0].n) === 0) break;
    if (Date.now() > until) throw new Error(`it was never all signed: ${errors.map(String).join('; ')}`);
    await sleep(20);
  }
  await sealer.stop();
  if (errors.length > 0) throw new Error(errors.map(String).join('; '));
}

/** As somebody who owns the database. */
export async function asOwner(log: TestLog, sql: string): Promise<void> {
  await log.pool.query(`alter table audit.entry disable trigger all; alter table audit.content disable trigger all;
    alter table audit.chain disable trigger all; alter table audit.head disable trigger all; alter table audit.checkpoint disable trigger all; ${sql}`);
}

export async function idsOf(log: TestLog, chain: number): Promise<string[]> {
  const { rows } = await log.pool.query<{ id: string }>(`select id from audit.entry where chain = $1 order by seq`, [chain]); // prettier-ignore
  return rows.map(({ id }) => id);
}
