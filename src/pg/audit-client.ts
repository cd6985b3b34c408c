import { SAYS, saysWhoActs } from '../context/said.js';
import { AuditError } from '../event/errors.js';
import { checkCarry, type CarryOptions } from '../prisma/carry.js';
import { commentsWith } from '../prisma/comment.js';
import { Names } from './names.js';
import type { ClientLike } from './pg-like.js';
import { replace } from './replace.js';
import { send } from './send.js';
import type { Told } from './sending.js';

export interface AuditPgOptions extends CarryOptions {
  /** Schema of the log: an error about a part of it that is missing says how to mend it. @defaultValue 'audit' */
  readonly schema?: string | undefined;
}

/**
 * Makes one `pg` client say who acts, as `auditPool()` does for all of a pool. For what makes its connections itself.
 *
 * @returns the same client
 * @throws AuditError `AUDIT_ADAPTER_UNSUPPORTED` for what is no client of `pg`, `AUDIT_OPTIONS_INVALID`
 * @example knex({ client: 'pg', connection, pool: { afterCreate: (client, done) => done(undefined, auditClient(client)) } })
 */
export function auditClient<C extends ClientLike>(client: C, options: AuditPgOptions = {}): C {
  const told = toldBy(options);
  if (typeof client !== 'object' || client === null || typeof client.query !== 'function' || 'totalCount' in client)
    throw new AuditError(
      'AUDIT_ADAPTER_UNSUPPORTED',
      'auditClient() takes a Client of pg: new pg.Client(), or what pool.connect() gives; for a Pool there is auditPool()',
    );
  return say(client, told);
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function toldBy(options: AuditPgOptions): Told {
  return { commentOf: commentsWith(checkCarry(options)), schema: options.schema, names: new Names() };
}

/** In place, so that whoever holds the client sends by the same way: see ARCHITECTURE.md. */
export function say<C extends ClientLike>(client: C, told: Told): C {
  if (saysWhoActs(client)) return client;
  replace(client, 'query', (inner, args) => send(client, inner, args, told));
  Object.defineProperty(client, SAYS, { value: true });
  return client;
}
