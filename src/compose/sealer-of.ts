import { keeperOf } from '../checkpoint/keeper-of.js';
import { Sealer } from '../sealer/sealer.js';
import { postgresCheckpointStore } from '../store/postgres/checkpoint-store.js';
import type { Pool } from '../store/postgres/pool.js';
import { postgresSealerStore } from '../store/postgres/sealer-store.js';
import type { CheckedOptions } from './options.js';

/** The sealer of an audit, with a keeper where something signs; `undefined` where this process does not seal. */
export function sealerOf({ seal, evidence, schema, onError }: CheckedOptions, poolOf: () => Pool): Sealer | undefined {
  if (seal === false) return undefined;
  const pool = poolOf();
  const keeper = evidence && keeperOf(postgresCheckpointStore(pool, schema), evidence, { onError });
  return new Sealer(postgresSealerStore(pool, schema), { onError, ...seal, keeper });
}
