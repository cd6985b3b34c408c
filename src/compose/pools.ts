import { createPool, endPool, type Pool } from '../store/postgres/pool.js';
import type { CheckedOptions } from './options.js';

/** Far beyond any query of recorder and sealer; only a connection that is open and silent takes longer. */
const QUERY_TIMEOUT_MS = 60_000;
/** A follower whose handler has the transaction holds a connection for as long as that takes. */
const FOLLOWER_CONNECTIONS = 4;

/** The pools of an audit: that of the application and, where other roles seal, read or follow, theirs. */
export class Pools {
  readonly #all: Pool[] = [];
  readonly app: Pool;

  constructor({ databaseUrl, poolSize }: CheckedOptions) {
    this.app = this.#open(databaseUrl, poolSize, 'nestjs-prisma-audit');
  }

  of(url: string | undefined, part: 'sealer' | 'reader' | 'auditor'): Pool {
    return url === undefined ? this.app : this.#open(url, 2, `nestjs-prisma-audit ${part}`, `${part}Url`);
  }

  /** One of its own, whoever follows: the application's events must not wait for a handler. */
  ofFollowers({ followerUrl, databaseUrl }: CheckedOptions): Pool {
    const option = followerUrl === undefined ? 'databaseUrl' : 'followerUrl';
    return this.#open(followerUrl ?? databaseUrl, FOLLOWER_CONNECTIONS, 'nestjs-prisma-audit follower', option);
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map((pool) => endPool(pool, 1_000)));
  }

  #open(url: string, max: number, applicationName: string, option = 'databaseUrl'): Pool {
    const pool = createPool(url, { max, applicationName, option, queryTimeoutMs: QUERY_TIMEOUT_MS });
    this.#all.push(pool);
    return pool;
  }
}
