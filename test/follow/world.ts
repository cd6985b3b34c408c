import { createPool, postgresFollowerStore, type Pool } from '../../src/store/postgres/index.js';
import { checkFollow, type FollowHandler, type FollowOptions } from '../../src/follow/options.js';
import { Follower } from '../../src/follow/follower.js';
import { followedReader } from '../../src/follow/read-entries.js';
import type { FollowerStore } from '../../src/store/follow.port.js';
import { createLog, sealAll, type TestLog } from '../support/log.js';

/** A log and what follows it, at a pace for tests. */
export interface FollowWorld {
  readonly log: TestLog;
  readonly store: FollowerStore;
  readonly errors: unknown[];
  /** Runs until the test ends. */
  follow(name: string, handler: FollowHandler, options?: FollowOptions, store?: FollowerStore): Follower;
  /** Seals so many new entries, one each of these tenants in turn. */
  seal(count: number, tenants?: readonly string[]): Promise<void>;
  /** Ids of all entries but the registry's, in the order of the log. */
  ids(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const FAST: FollowOptions = { pollMs: 10, leaseMs: 500, batch: { waitMs: 0 }, retry: { minMs: 1, maxMs: 5 } };

export async function followWorld(): Promise<FollowWorld> {
  const log = await createLog();
  const pool: Pool = createPool(log.url, { max: 6, applicationName: 'follow test' });
  const store = postgresFollowerStore(pool, 'audit');
  const errors: unknown[] = [];
  const followers: Follower[] = [];
  return {
    log,
    store,
    errors,
    follow(name, handler, options = {}, other = store) {
      const follower = new Follower(other, checkFollow(name, handler, { ...FAST, ...options }), {
        read: followedReader(),
        onError: (error) => errors.push(error),
      });
      followers.push(follower);
      follower.start();
      return follower;
    },
    async seal(count, tenants = ['a', 'b', 'c']) {
      await log.pool.query(
        `insert into audit.content (source, op, model, tenant_key, actor, data)
         select 'change', 'insert', 'Note', ($2::text[])[1 + n % cardinality($2::text[])], convert_to('{"id":"ann"}', 'UTF8'), '{"id":"' || n || '","new":{"n":' || n || '}}' from generate_series(1, $1) n`,
        [count, [...tenants]],
      );
      await sealAll(log.store);
    },
    async ids() {
      const { rows } = await log.pool.query<{ id: string }>(
        `select id::text from audit.entry where chain > 0 order by sealed_at, chain, seq`,
      );
      return rows.map(({ id }) => id);
    },
    async close() {
      await Promise.all(followers.map((follower) => follower.stop(1_000)));
      await pool.end();
      await log.close();
    },
  };
}

/** Waits for what a test expects of another process or of a timer. */
export async function until(is: () => boolean | Promise<boolean>, forMs = 20_000): Promise<void> {
  const deadline = performance.now() + forMs;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
