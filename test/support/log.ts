import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { Leader } from '../../src/sealer/leader.js';
import { createPool, migrate, postgresSealerStore } from '../../src/store/postgres/index.js';
import type { SealerStore } from '../../src/store/log.port.js';
import { createDatabase, type TestDatabase } from './database.js';

export interface TestLog {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly store: SealerStore;
  /** A connection of its own, for a transaction that stays open. */
  connect(): Promise<pg.Client>;
  close(): Promise<void>;
}

/** A database of its own with an empty log, on the server of the test run or on the one at `server`. */
export async function createLog(server?: string): Promise<TestLog> {
  const database = server === undefined ? await createDatabase() : await createDatabaseOn(server);
  const log = logIn(database);
  await migrate(log.pool, { schema: 'audit', origin: 'example.com/test' });
  return log;
}

/** A backup, restored beside it. Nobody else may be connected; the log's own connections are ended. */
export async function copyOf(log: Pick<TestLog, 'url' | 'pool'>): Promise<TestLog> {
  const template = new URL(log.url).pathname.slice(1);
  const client = new pg.Client({ connectionString: new URL('/postgres', log.url).href });
  await client.connect();
  await client.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [template]);
  await client.end();
  return logIn(await createDatabase({ template }));
}

function logIn(database: Pick<TestDatabase, 'url' | 'drop'>): TestLog {
  const pool = createPool(database.url, { max: 6, applicationName: 'test' });
  const clients: pg.Client[] = [];
  return {
    url: database.url,
    pool,
    store: postgresSealerStore(pool, 'audit'),
    async connect() {
      const client = new pg.Client({ connectionString: database.url });
      client.on('error', () => undefined); // its server may be killed
      await client.connect();
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.end().catch(() => undefined)));
      await pool.end();
      await database.drop();
    },
  };
}

/** A server of the test's own is gone with its databases. */
async function createDatabaseOn(server: string): Promise<Pick<TestDatabase, 'url' | 'drop'>> {
  const url = new URL(server);
  url.pathname = `/log_${randomBytes(6).toString('hex')}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${url.pathname.slice(1)} template template0`);
  await client.end();
  return { url: url.href, drop: () => Promise.resolve() };
}

/** Writes a row of content the way a trigger does, and returns its position. */
export async function write(db: pg.Pool | pg.Client, op = 'insert', model = 'Note'): Promise<number> {
  const { rows } = await db.query<{ pos: string }>(
    `insert into audit.content (source, op, model, actor, data) values ('change', $1, $2, '{"id":"ann"}', '{}') returning pos`,
    [op, model],
  );
  return Number(rows[0]?.pos);
}

/** A term of leadership that the test drives round by round. */
export async function lead(store: SealerStore, { batchSize = 1_000, holder = 'leader' } = {}): Promise<Leader> {
  const lease = await store.acquire(holder, 60_000);
  if (!lease) throw new Error('somebody else holds the lease');
  const leader = new Leader(store, lease, { leaseMs: 60_000, batchSize });
  await leader.begin();
  return leader;
}

/** Seals all that is committed. The second look gives up the gaps that the first one found. */
export async function sealAll(store: SealerStore): Promise<void> {
  const leader = await lead(store);
  for (let idle = 0; idle < 2;) idle = (await leader.round()) > 0 ? 0 : idle + 1;
  await leader.end();
}
