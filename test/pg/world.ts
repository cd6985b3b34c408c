import pg from 'pg';
import { runAs } from '../../src/context/index.js';
import { auditPool } from '../../src/pg/index.js';
import { createQuickstart, lastPosition, readContent, type Content, type Quickstart } from '../support/quickstart.js';

export interface PgWorld {
  readonly quickstart: Quickstart;
  readonly url: string;
  /** A pool of the application's, that says who acts. */
  pool(options?: pg.PoolConfig): pg.Pool;
  /** One that does not, for comparison. */
  plain(options?: pg.PoolConfig): pg.Pool;
  /** What `fn` has captured: model, operation and actor of each row. */
  captured(fn: () => unknown): Promise<string[]>;
  contents(fn: () => unknown): Promise<Content[]>;
  close(): Promise<void>;
}

export async function pgWorld(): Promise<PgWorld> {
  const quickstart = await createQuickstart();
  const pools: pg.Pool[] = [];
  const plain = (options: pg.PoolConfig = {}): pg.Pool => {
    const pool = new pg.Pool({ connectionString: quickstart.url, ...options });
    pool.on('error', () => undefined); // end() does not wait for the sockets, and the database goes
    pools.push(pool);
    return pool;
  };
  const contents = async (fn: () => unknown): Promise<Content[]> => {
    const start = await lastPosition(quickstart.pool);
    await fn();
    return readContent(quickstart.pool, start);
  };
  return {
    quickstart,
    url: quickstart.url,
    plain,
    pool: (options) => auditPool(plain(options)),
    contents,
    captured: async (fn) => (await contents(fn)).map(({ op, model, actor }) => `${op} ${model} ${String(actor['id'])}`),
    async close() {
      await Promise.all(pools.filter((pool) => !pool.ended).map((pool) => pool.end()));
      await quickstart.close();
    },
  };
}

export const as = <T>(id: string, fn: () => T | PromiseLike<T>): Promise<T> => runAs({ id }, fn);

let serial = 0;
export const newKey = (): string => `k${serial++}`;

export const INSERT = 'insert into "Counter" (key, value) values ($1, 1)';
export const insertText = (): string => `insert into "Counter" (key, value) values ('${newKey()}', 1)`;
