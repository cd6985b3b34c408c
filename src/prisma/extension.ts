import { auditApi, eventRules, type AuditApi, type AuditApiOptions, type RawClient } from './api.js';
import { scopedTransaction } from './transaction.js';
import { requireAuditAdapter } from './client-options.js';

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
 * @throws AuditError `AUDIT_ADAPTER_MISSING` from `$extends` when it was not
 */
export function audit(options: AuditApiOptions = {}): (client: unknown) => ExtendedTypes {
  const rules = eventRules(options);
  return (given) => {
    const client = given as Extendable;
    // Not bound: it runs on the `this` of each call.
    const inner: (this: unknown, ...args: unknown[]) => unknown = Reflect.get(client, '$transaction');
    requireAuditAdapter(client);
    return client.$extends({
      name: 'nestjs-prisma-audit',
      client: {
        // Both run on the `this` of the call, which inside a transaction is its `tx`.
        $audit(this: RawClient): AuditApi {
          return auditApi(this, options, rules);
        },
        $transaction: scopedTransaction(inner),
      },
    }) as ExtendedTypes;
  };
}
