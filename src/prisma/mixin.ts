import type { CarryOptions } from './carry.js';
import { auditApi, eventRules, type AuditApi, type AuditApiOptions, type RawClient } from './api.js';
import { scopedTransaction } from './transaction.js';
import { withAuditAdapter } from './client-options.js';
import type { ReadsOptions } from './reads/options.js';
import { invalid, type EngineOptions } from './client-engine/options.js';

// oxlint-disable-next-line typescript/no-explicit-any -- what a mixin may extend: any class
type ClientClass = abstract new (...args: any) => object;

/** What the mixin adds to a client, and to the `tx` of its interactive transactions. */
export interface AuditMembers {
  /** A method, not a getter: called on a `tx` it must see that `tx`. */
  $audit(): AuditApi;
}

/** The `tx` and the options of a client's interactive transactions: its last overload. */
// oxlint-disable-next-line typescript/no-explicit-any
type Interactive<I> = I extends { $transaction(fn: (tx: infer T) => any, options?: infer O): any }
  ? { tx: T; options: O }
  : never;

// Without `& I`, which the intersection with the class adds: twice the same `$extends` would be an overload, and infer nothing.
type Members<I> = {
  $transaction<R>(
    fn: (tx: Interactive<I>['tx'] & AuditMembers) => Promise<R>,
    options?: Interactive<I>['options'],
  ): Promise<R>;
} & AuditMembers;

// oxlint-disable-next-line typescript/no-explicit-any -- the intersection with C keeps the generics of its constructor
export type Audited<C extends ClientClass> = (new (...args: any[]) => Members<InstanceType<C>>) & C;

/**
 * `class PrismaService extends audited(PrismaClient)`: wraps the driver adapter given to the constructor, gives array
 * transactions their own turn, and adds `$audit()`. Everything else is the class as it was.
 *
 * The constructor throws `AUDIT_ADAPTER_MISSING` when no driver adapter is given.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` for `engine: "client"` and `reads`, which are the extension's
 */
export function audited<C extends ClientClass>(
  Base: C,
  options: AuditApiOptions & CarryOptions & Pick<EngineOptions, 'engine'> & ReadsOptions = {},
): Audited<C> {
  if (options.engine === 'client')
    throw invalid(
      `the mixin has no engine "client": leave it out here, and add service.$extends(audit({ engine: 'client', catalogue }))`,
    );
  if (options.reads !== undefined && options.reads !== 'off')
    throw invalid(
      'the mixin does not see queries, so it has no reads: leave the option out here, and give the application service.$extends(audit({ catalogue }))',
    );
  const rules = eventRules(options);
  // oxlint-disable-next-line typescript/no-explicit-any -- TS2545: the one signature a mixin's constructor may have
  abstract class AuditedClient extends (Base as abstract new (...args: any[]) => object) {
    // oxlint-disable-next-line typescript/no-explicit-any
    constructor(...args: any[]) {
      super(withAuditAdapter(args[0], { carry: options.carry, schema: options.schema }), ...args.slice(1));
    }

    $audit(): AuditApi {
      return auditApi(this as unknown as RawClient, options, rules);
    }
  }
  const { $transaction } = Base.prototype as { $transaction: (...args: unknown[]) => unknown };
  Object.defineProperty(AuditedClient.prototype, '$transaction', {
    configurable: true,
    writable: true,
    value: scopedTransaction($transaction),
  });
  return AuditedClient as unknown as Audited<C>;
}
