import { createAudit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import { Leader } from '../../src/sealer/leader.js';
import { createPool, migrate, postgresSealerStore, type Pool } from '../../src/store/postgres/index.js';
import { createDatabase } from './database.js';

export interface FilledLog {
  readonly url: string;
  readonly pool: Pool;
  close(): Promise<void>;
}

/** `''` is the default chain. */
export const TENANTS = ['', 'acme', 'globex'];
/** Entries of each tenant after the opening of its chain: see `fill`. */
export const EACH = 9;
export const GROUP = '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00';

/** A log without entries. */
export async function emptyLog(schema = 'audit', origin = 'example.com/test'): Promise<FilledLog> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 8, applicationName: 'test' });
  await migrate(pool, { schema, origin });
  return {
    url: database.url,
    pool,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

/** A log of three tenants with nine entries each, that happened two hours ago and were sealed in two batches. */
export async function filledLog(): Promise<FilledLog> {
  const log = await emptyLog();
  const audit = createAudit({ databaseUrl: log.url, flushIntervalMs: 1, poolSize: 2, seal: { minWaitMs: 1 } });
  audit.start();
  const start = Date.now() - 7_200_000;
  for (const half of [0, 1]) {
    for (const tenant of TENANTS) {
      const context = {
        ...newContext({
          actor: { id: 'ann', type: 'user', email: 'Ann@acme.test' },
          ip: '203.0.113.7',
          tenant: tenant || undefined,
          requestId: `req-${half}`,
        }),
        root: { group: GROUP },
      };
      for (let i = 1; i <= 3; i += 1) {
        const number = half * 4 + i;
        audit.record(
          {
            action: i === 2 ? 'invoice.refund' : 'invoice.approve',
            outcome: i === 3 ? 'denied' : 'success',
            resource: { type: 'Invoice', id: `inv-${number}` },
            details: { number },
            occurredAt: new Date(start + number),
          },
          { context },
        );
      }
      // Without data and resource; the last of each half.
      audit.record({ action: 'session.login', occurredAt: new Date(start + half * 4 + 4) }, { context });
    }
    await audit.flush();
  }
  for (const tenant of TENANTS) {
    await log.pool.query(
      `insert into audit.content (at, source, op, model, resource_id, tenant_key, actor, data)
       values ($1, 'change', 'insert', 'Note', 'n-1', $2, null, '{"id":"n-1","new":{"id":"n-1"}}')`,
      [new Date(start + 9), tenant || null],
    );
  }
  await audit.flush();
  await audit.close();
  return log;
}

/** Seals all that is committed, as fast as it can. */
export async function sealAll(pool: Pool, schema = 'audit'): Promise<void> {
  const store = postgresSealerStore(pool, schema);
  const lease = await store.acquire('filler', 60_000);
  if (!lease) throw new Error('somebody else holds the lease');
  const leader = new Leader(store, lease, { leaseMs: 60_000, batchSize: 5_000 });
  await leader.begin();
  for (let idle = 0; idle < 2;) idle = (await leader.round()) > 0 ? 0 : idle + 1;
  await leader.end();
}

/** Captures `count` changes of many actors and records, one every second until two minutes ago. */
export async function captureMany(pool: Pool, count: number, padding = 0): Promise<void> {
  await pool.query(
    `insert into audit.content (at, source, header, model, resource_id, group_id, actor, data)
     select clock_timestamp() - (120 + $1::int - i) * interval '1 second', 'record',
            json_build_object('action', 'thing.do' || i % 50, 'outcome', case when i % 40 = 0 then 'failure' else 'success' end)::text,
            'Thing' || i % 5, (i % 400)::text, md5((i / 5)::text)::uuid,
            convert_to(json_build_object('id', 'actor-' || i % 200, 'type', 'user', 'requestId', 'req-' || i / 5)::text, 'UTF8'),
            json_build_object('id', (i % 400)::text, 'details', json_build_object('i', i, 'text', repeat('x', $2::int)))::text
       from generate_series(1, $1::int) i`,
    [count, padding],
  );
}
