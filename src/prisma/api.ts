import { runAs, withContext, type ContextFields } from '../context/context.js';
import type { Check } from '../event/check.js';
import type { RedactionOptions, SecretName } from '../event/redaction.js';
import type { Actor, AuditEvent } from '../event/types.js';
import { prepare, recordStatement } from '../recorder/port.js';
import { probeClient } from './probe.js';

/** What `prisma.$audit()` offers. */
export interface AuditApi {
  /**
   * Writes an event on the connection of this client: called on the `tx` of an interactive transaction it commits or rolls
   * back with it. Resolves when the statement has run.
   * @throws AuditError when the event is wrong; the database's error when the log is not installed
   */
  record(event: AuditEvent): Promise<void>;
  /** Runs `fn` as another actor, inside the current unit of work. The result is awaited inside. */
  runAs<T>(actor: Actor, fn: () => T | PromiseLike<T>): Promise<T>;
  /** Runs `fn` with more context. The result is awaited inside. */
  withContext<T>(fields: ContextFields, fn: () => T | PromiseLike<T>): Promise<T>;
  /**
   * Asks the database, by one statement through this client, whether its writes are captured with their actor. One check
   * for each thing that was looked at; none where the database has no log. The Nest module does it at the start.
   * @throws the client's error when the database cannot be reached
   */
  probe(): Promise<readonly Check[]>;
}

/** Of a Prisma client, all that is needed to write. */
export interface RawClient {
  $queryRawUnsafe(query: string, ...values: unknown[]): PromiseLike<unknown>;
}

export interface AuditApiOptions {
  /** Schema of the log. @defaultValue 'audit' */
  readonly schema?: string | undefined;
  /** Names that hold secrets in events of `$audit().record()`; the same as the module's. */
  readonly redaction?: RedactionOptions | undefined;
  /** See `RecordOptions`. */
  readonly oversized?: 'refuse' | 'truncate' | undefined;
}

export function auditApi(client: RawClient, options: AuditApiOptions, isSecret: SecretName): AuditApi {
  const { schema = 'audit', oversized } = options;
  return {
    async record(event) {
      const { text, values } = recordStatement(schema, null, [prepare(event, isSecret, { oversized })]);
      await client.$queryRawUnsafe(text, ...values);
    },
    runAs,
    withContext,
    probe: () => probeClient(client, schema),
  };
}
