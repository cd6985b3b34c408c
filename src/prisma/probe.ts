import { newContext, runInContext } from '../context/context.js';
import type { Check } from '../event/check.js';
import type { Engine } from '../event/coverage/coverage.js';
import type { RawClient } from './api.js';
import { askBeside } from './probe-connection.js';
import { captures, checkClientEngine, type EngineFacts } from './probe-engine.js';
import { hasAuditAdapter } from './client-options.js';
import { readBack } from './read-back.js';
import { hasRustEngine, RUST_ENGINE_REMEDY } from './rust-engine.js';
import { readsCheck, type KnownReads } from './reads/check.js';
import { isScopedTransaction } from './transaction.js';

/** One statement as the client sends it tells what of it arrives. A `select` on its own: no transaction, no rows, no locks. */
const ASK = `
select current_query() as query, current_setting('session_replication_role') as replica,
       exists (select from pg_catalog.pg_namespace where nspname = $1::text) as log,
       has_function_privilege(to_regprocedure(format('%I.client_change(text[], text, text, record, record)', $1::text)), 'execute') as logs,
       (select array_agg(distinct t.tgrelid::regclass::text)
          from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid = t.tgfoid join pg_catalog.pg_namespace n on n.oid = p.pronamespace
         where n.nspname = $1::text and p.proname in ('capture', 'capture_or_warn') and not t.tgisinternal) as triggers`;

interface Answer extends EngineFacts {
  readonly query: string;
  readonly replica: string;
  readonly log: boolean;
}

/** Whether anything about this object is that of a Prisma client. Total: providers can be proxies of anything. */
export function isClient(candidate: unknown): candidate is RawClient {
  try {
    return (
      typeof candidate === 'object' &&
      candidate !== null &&
      ['$queryRawUnsafe', '$transaction', '$connect'].every(
        (name) => typeof Reflect.get(candidate, name) === 'function',
      )
    );
  } catch {
    return false;
  }
}

/**
 * Asks the database, as the client would ask it, whether its statements tell who acts.
 *
 * @param schema of the log
 * @param known which engine should capture (`'client'` where nobody knows and this client does), and which reads should be told
 * @returns no checks at all for a client of a database that has no log: its writes are nobody's business
 * @throws what the client throws when its database cannot be reached
 */
export async function probeClient(
  client: RawClient,
  schema: string,
  name = 'the client',
  known: { readonly engine?: Engine | undefined } & KnownReads = {},
): Promise<readonly Check[]> {
  const context = newContext({ actor: { id: 'probe', type: 'service' } });
  const rows = await runInContext(
    context,
    async () => (await askBeside(client, ASK, [schema])) ?? (await client.$queryRawUnsafe(ASK, schema)),
  );
  const answer = Array.isArray(rows) ? (rows[0] as Partial<Answer> | undefined) : undefined;
  if (typeof answer?.query !== 'string') {
    return [
      {
        name: 'client.comment',
        state: 'warn',
        message: `${name} did not answer a $queryRawUnsafe, so nothing is known of it`,
      },
    ];
  }
  if (answer.log !== true) return [];
  return [
    comment(client, answer.query, context.root.group, name),
    ...transaction(client, name),
    ...readsCheck(client, name, known),
    ...checkClientEngine(client, answer, name, known.engine),
    ...(answer.replica === 'origin' || captures(client) === true ? [] : [replicaCheck(answer.replica, name)]),
  ];
}

function comment(client: RawClient, query: string, group: string, name: string): Check {
  // It was asked on a connection beside the engine, where the comment may well arrive.
  if (hasRustEngine(client)) {
    return {
      name: 'client.comment',
      state: 'fail',
      message: `${name} runs its queries in the Rust query engine of Prisma 6, so its writes are logged without an actor`,
      remedy: RUST_ENGINE_REMEDY,
    };
  }
  const arrived = readBack(query, group);
  if (arrived === 'told') {
    return { name: 'client.comment', state: 'ok', message: `statements of ${name} tell who acts` };
  }
  if (hasAuditAdapter(client) === false) {
    return {
      name: 'client.comment',
      state: 'fail',
      message: `${name} was built without auditAdapter(), so every write of it is logged without an actor`,
      remedy: 'new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString })) })',
    };
  }
  if (arrived === 'changed') {
    return {
      name: 'client.comment',
      state: 'fail',
      message: `something between ${name} and the database changes the SQL comment that tells who acts, or writes behind it`,
      remedy: 'wrap the driver adapter last, and let nothing append to statements but comments',
    };
  }
  return {
    name: 'client.comment',
    state: 'fail',
    message: `statements of ${name} reach the database without the SQL comment that tells who acts: a proxy or pooler strips comments, or its adapter is not wrapped`,
    remedy:
      'switch the stripping of comments off (PgBouncer, PgCat and RDS Proxy leave them), or wrap the adapter with auditAdapter()',
  };
}

function transaction(client: RawClient, name: string): readonly Check[] {
  const $transaction: unknown = Reflect.get(client, '$transaction');
  if ($transaction === undefined) return []; // the `tx` of Prisma 6
  return [
    isScopedTransaction($transaction)
      ? { name: 'client.transaction', state: 'ok', message: `transactions of ${name} keep their own context` }
      : {
          name: 'client.transaction',
          state: 'fail',
          message: `$transaction([…]) of ${name} can be logged with the actor of another request of the same moment`,
          remedy: 'class PrismaService extends audited(PrismaClient), or prisma.$extends(audit())',
        },
  ];
}

export function replicaCheck(setting: unknown, name: string): Check {
  return {
    name: 'client.replica',
    state: 'fail',
    message: `session_replication_role is ${JSON.stringify(setting)} on the connections of ${name}: triggers do not fire, nothing is captured`,
    remedy: 'take the setting away from its role, its database and its connection options',
  };
}
