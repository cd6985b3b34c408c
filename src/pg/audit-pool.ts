import { backIn, currentContext } from '../context/context.js';
import { currentlySaid, SAYS, saysWhoActs, withSaid } from '../context/said.js';
import { AuditError } from '../event/errors.js';
import { say, toldBy, type AuditPgOptions } from './audit-client.js';
import { replace } from './replace.js';
import type { Told } from './sending.js';
import type { Bound } from '../prisma/overlay.js';
import type { Callback, ClientLike, PoolLike } from './pg-like.js';

/**
 * Makes a `pg` pool tell the database who acts, in a comment behind each statement, so that the log's triggers know it. For
 * whatever speaks through a pool of `pg`: plain SQL, Kysely, Drizzle, TypeORM, Prisma 8. The context is that of the moment at
 * which a statement is given to `query()`; results, errors and objects that are handed in stay as they are, and there is no
 * extra statement.
 *
 * @returns the same pool
 * @throws AuditError `AUDIT_ADAPTER_UNSUPPORTED` for what is no pool of `pg`, `AUDIT_OPTIONS_INVALID`
 * @example const db = drizzle({ client: auditPool(new Pool({ connectionString })) })
 */
export function auditPool<P extends PoolLike>(pool: P, options: AuditPgOptions = {}): P {
  const told = toldBy(options);
  if (typeof pool !== 'object' || pool === null || !('totalCount' in pool) || typeof pool.connect !== 'function')
    throw new AuditError(
      'AUDIT_ADAPTER_UNSUPPORTED',
      'auditPool() takes a Pool of pg (new pg.Pool()); for a single Client there is auditClient(), and for another driver, such as postgres.js, nothing',
    );
  if (saysWhoActs(pool)) return pool;
  // Said at once: it may wait for a connection, and `setActor()` be called meanwhile.
  replace(pool, 'query', (inner, args) =>
    withSaid(currentlySaid() ?? told.commentOf(currentContext()), () => inner(...args)),
  );
  replace(pool, 'connect', (inner, args) => connect(inner, args, told));
  Object.defineProperty(pool, SAYS, { value: true });
  return pool;
}

/** What `pool.query()` sends too: it calls `connect()` at once, with a callback in which it gives its statement to the client. */
function connect(inner: Bound, [callback, ...rest]: unknown[], told: Told): unknown {
  const context = currentContext();
  const said = currentlySaid();
  // A connection that is made now serves others later, and its socket keeps the context it was made in.
  const outside = <T>(fn: () => T): T => withSaid(undefined, () => backIn(undefined, fn));
  if (typeof callback !== 'function') {
    const connecting = outside(() => inner(callback, ...rest)) as Promise<ClientLike>; // as pg has it without a callback
    return connecting.then((client) => say(client, told));
  }
  const own = callback as Callback; // pg's own
  // With a pool that is busy it is called by whoever gives a client back, in his context.
  const called = (error: unknown, client?: ClientLike, release?: unknown): unknown => {
    if (client) say(client, told);
    return withSaid(said, () => backIn(context, () => own(error, client, release)));
  };
  return outside(() => inner(called, ...rest));
}
