import { runAs, withContext, type ContextFields } from '../context/context.js';
import { ActionBook, type UnknownActions } from '../event/action-book.js';
import type { ActionName, AuditEventOf } from '../event/action-types.js';
import type { ActionCatalogue } from '../event/actions.js';
import type { Check } from '../event/check.js';
import { secretNames, type RedactionOptions, type SecretName } from '../event/redaction.js';
import type { Actor } from '../event/types.js';
import { prepare, recordStatement } from '../recorder/port.js';
import { probeClient } from './probe.js';

/** What `prisma.$audit()` offers. */
export interface AuditApi {
  /**
   * Writes an event on the connection of this client: called on the `tx` of an interactive transaction it commits or rolls
   * back with it. Resolves when the statement has run.
   * @throws AuditError when the event is wrong; the database's error when the log is not installed
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- found in the event where a catalogue is registered
  record<const N extends ActionName>(event: AuditEventOf<N>): Promise<void>;
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
  /** What `defineActions` gave; the same as the module's. */
  readonly actions?: ActionCatalogue | undefined;
  /** See `AuditOptions`. */
  readonly unknownActions?: UnknownActions | undefined;
  /** See `RecordOptions`. */
  readonly oversized?: 'refuse' | 'truncate' | undefined;
}

/** What events are checked against, made once for all calls of `$audit()`. */
export interface EventRules {
  readonly isSecret: SecretName;
  readonly actions: ActionBook;
}

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function eventRules({ redaction, actions, unknownActions }: AuditApiOptions): EventRules {
  return { isSecret: secretNames(redaction), actions: new ActionBook(actions, unknownActions) };
}

export function auditApi(client: RawClient, options: AuditApiOptions, { isSecret, actions }: EventRules): AuditApi {
  const { schema = 'audit', oversized } = options;
  return {
    async record(event) {
      const { text, values } = recordStatement(schema, null, [prepare(event, isSecret, { oversized, actions })]);
      await client.$queryRawUnsafe(text, ...values);
    },
    runAs,
    withContext,
    probe: () => probeClient(client, schema),
  };
}
