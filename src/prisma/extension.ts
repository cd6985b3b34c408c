import { auditApi, eventRules, type AuditApi, type AuditApiOptions, type RawClient } from './api.js';
import { scopedTransaction } from './transaction.js';
import { captureCellOf, requireAuditAdapter } from './client-options.js';
import { markReads, readHooks, readsOfClient } from './reads/hooks.js';
import { passUncopied } from './reads/uncopied.js';
import { readsSettings, type ReadsOptions } from './reads/options.js';
import { clientEngine, engineOf, invalid, type EngineOptions } from './client-engine/options.js';

/** What is needed of a client to extend it. */
interface Extendable {
  $extends(extension: object): unknown;
  $transaction(...args: unknown[]): unknown;
}

/**
 * The types that `$extends` merges. `$transaction` is left out of them on purpose: its overloads and the type of `tx` stay
 * exactly what the client declares.
 */
interface ExtendedTypes {
  $extends: {
    extArgs: {
      // oxlint-disable-next-line typescript/no-empty-object-type -- Prisma's own shape for "adds nothing"
      result: {};
      // oxlint-disable-next-line typescript/no-empty-object-type
      model: {};
      // oxlint-disable-next-line typescript/no-empty-object-type
      query: {};
      client: { $audit: () => () => AuditApi };
    };
  };
}

/**
 * `prisma.$extends(audit())`: adds `$audit()` and gives array transactions their own turn. The client must have been made
 * with `auditAdapter()`.
 *
 * With `engine: 'client'` it also captures the changes of rows, where there are no triggers (docs/engines.md): those of all
 * clients that were made with the same adapter, this one included.
 *
 * Reads of models that say so become entries as well (option `reads`, docs/reads.md): those of the extended client alone.
 *
 * @throws AuditError `AUDIT_OPTIONS_INVALID`, and `AUDIT_ADAPTER_MISSING` from `$extends` when the client was not made so
 */
export function audit(
  options: AuditApiOptions & EngineOptions & ReadsOptions = {},
): (client: unknown) => ExtendedTypes {
  const rules = eventRules(options);
  const named = options.schema ?? options.config?.schema;
  const schema = named ?? 'audit';
  const engine = engineOf(options) === 'client' ? clientEngine(options, schema) : undefined;
  const reads = readsSettings(options);
  return (given) => {
    const client = given as Extendable;
    // Not bound: it runs on the `this` of each call.
    const inner: (this: unknown, ...args: unknown[]) => unknown = Reflect.get(client, '$transaction');
    requireAuditAdapter(client);
    const cell = captureCellOf(client);
    if (cell !== undefined && named !== undefined) cell.schema = named;
    if (engine !== undefined) {
      if (cell === undefined)
        throw invalid('engine "client" finds no auditAdapter() in this client, so it could capture nothing');
      cell.capture = engine;
    }
    // Twice extended is not twice read.
    const hooks = reads === undefined || readsOfClient(client) === 'seen' ? undefined : readHooks(reads, schema);
    if (hooks !== undefined) passUncopied(client);
    const mark = reads !== undefined ? 'seen' : options.reads === 'off' ? 'off' : undefined;
    const $transaction = scopedTransaction(inner);
    return client.$extends({
      name: 'nestjs-prisma-audit',
      client: {
        // Both run on the `this` of the call, which inside a transaction is its `tx`.
        $audit(this: RawClient): AuditApi {
          return auditApi(this, { ...options, schema }, rules);
        },
        $transaction: mark === undefined ? $transaction : markReads($transaction, mark),
      },
      ...(hooks === undefined ? {} : { query: hooks }),
    }) as ExtendedTypes;
  };
}
