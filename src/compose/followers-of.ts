import { unfailing } from '../event/errors.js';
import { Followers } from '../follow/index.js';
import { followedReader } from '../follow/read-entries.js';
import { prismaValues } from '../query/prisma-values.js';
import { postgresFollowerStore } from '../store/postgres/follower-store.js';
import type { Pool } from '../store/postgres/pool.js';
import type { CheckedOptions } from './options.js';

/** @param pool opens the pool of the role that follows, with the first follower: those have their own, since a handler may hold a connection for long */
export function followersOf({ schema, catalogue, onError }: CheckedOptions, pool: () => Pool): Followers {
  return new Followers(() => postgresFollowerStore(pool(), schema), {
    read: followedReader(catalogue && { catalogue, prisma: prismaValues }),
    onError: unfailing(onError),
  });
}
