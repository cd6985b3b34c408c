import { newContext, runInContext } from '../context/context.js';
import { saysWhoActs } from '../context/said.js';
import type { Check } from '../event/check.js';
import { replicaCheck } from '../prisma/probe.js';
import { readBack } from '../prisma/read-back.js';
import { auditClient } from './audit-client.js';
import type { ClientLike, PoolLike } from './pg-like.js';

/** One statement as the pool sends it tells what of it arrives. */
const ASK = `
select current_query() as query, current_setting('session_replication_role') as replica,
       exists (select from pg_catalog.pg_namespace where nspname = $1::text) as log`;

/** The pool of `pg` that a provider is, or that it holds as Drizzle does. Total: providers can be proxies of anything. */
export function poolOf(candidate: unknown): PoolLike | undefined {
  try {
    if (typeof candidate !== 'object' || candidate === null) return undefined;
    return [candidate, Reflect.get(candidate, '$client') as unknown].find((each) => isPool(each));
  } catch {
    return undefined;
  }
}

function isPool(candidate: unknown): candidate is PoolLike {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    ['connect', 'query', 'on', 'end'].every((name) => typeof Reflect.get(candidate, name) === 'function') &&
    ['totalCount', 'idleCount', 'waitingCount'].every((name) => typeof Reflect.get(candidate, name) === 'number')
  );
}

/**
 * Asks the database, as the pool would ask it, whether its statements tell who acts.
 *
 * @param schema of the log
 * @returns no checks at all for a pool of a database that has no log
 * @throws what the driver throws when the database cannot be reached
 */
export async function probePool(pool: PoolLike, schema: string): Promise<readonly Check[]> {
  const context = newContext({ actor: { id: 'probe', type: 'service' } });
  const { rows } = (await runInContext(context, () => askBeside(pool, schema))) as { rows: Record<string, unknown>[] }; // ASK's
  const { query, replica, log } = rows[0] ?? {};
  if (log !== true) return [];
  const check = (state: Check['state'], message: string, remedy?: string): Check => ({
    name: 'pool.comment',
    state,
    message,
    ...(remedy === undefined ? {} : { remedy }),
  });
  if (!saysWhoActs(pool))
    return [
      check(
        'warn',
        'a pool of pg speaks to the audited database without auditPool(): what is written on it is logged without an actor',
        'auditPool(new Pool({ connectionString })), from nestjs-prisma-audit/pg; a pool that only reads can have it too',
      ),
    ];
  const told = readBack(String(query), context.root.group) === 'told';
  return [
    told
      ? check('ok', 'statements of a pool of pg tell who acts')
      : check(
          'fail',
          'statements of a pool of pg reach the database without the SQL comment that tells who acts, or with something behind it: a proxy or pooler changes them',
          'switch the stripping of comments off (PgBouncer, PgCat and RDS Proxy leave them), and let nothing append to statements but comments',
        ),
    ...(replica === 'origin' ? [] : [replicaCheck(replica, 'a pool of pg')]),
  ];
}

/** On a connection of its own, made as the pool makes its own and ended at once: the pool stays as it is. */
async function askBeside(pool: PoolLike, schema: string): Promise<unknown> {
  // What pg-pool makes its connections of, which other pools may not have.
  const { Client, options } = pool as { Client?: unknown; options?: unknown };
  if (typeof Client !== 'function') return pool.query(ASK, [schema]);
  const made = Reflect.construct(Client, [options]) as ClientLike & Connection; // as pg-pool uses it
  made.on('error', () => undefined);
  const client = saysWhoActs(pool) ? auditClient(made) : made;
  await client.connect();
  try {
    return await client.query(ASK, [schema]);
  } finally {
    void client.end();
  }
}

interface Connection {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  end(): Promise<unknown>;
}
