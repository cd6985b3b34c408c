import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import { actorOf, newContext, type AuditContext } from '../context/context.js';
import type { AuditEvent } from '../event/types.js';
import type { Receipt, Recorder, RecordOptions } from '../recorder/port.js';
import { Folded } from './folded.js';
import { recordOf } from './request-record.js';
import { TokenBuckets } from './token-buckets.js';

export interface AnonymousBoundOptions {
  /** See `AuditOptions.anonymousPerMinute`. */
  readonly perMinute: number;
  /** Told when a count could not be written yet. */
  readonly onError: (error: unknown) => void;
  /** Milliseconds from the first entry that is folded to the entry that says so. @defaultValue 60,000 */
  readonly windowMs?: number;
}

export interface RequestFacts {
  /** Entries of requests without an authenticated actor that were counted instead of written. */
  readonly folded: number;
  /** Callbacks of `@Audited` that failed; the entries name them. */
  readonly callbacksFailed: number;
}

// Captured at import: fake timers must not hold a count back.
const { setTimeout, clearTimeout } = globalThis;
// The timer belongs to no request, and holds none in memory.
const outside = AsyncLocalStorage.snapshot();

/**
 * Lets through what requests leave in the log, and bounds what anybody can make it write: entries without an authenticated
 * actor are written as far as `perMinute` of their action allows, and counted beyond. One entry `http.folded` says how many
 * of which action and outcome, when the window ends and at the close. Where a handler asks for more than `async` nothing is
 * folded. What an application records itself, and messages, are not its business.
 */
export class AnonymousBound implements Pick<Recorder, 'record'> {
  readonly #recorder: Pick<Recorder, 'record'>;
  readonly #options: Required<AnonymousBoundOptions>;
  readonly #buckets: TokenBuckets;
  #folded = new Folded();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #counted = 0;
  #callbacksFailed = 0;

  constructor(recorder: Pick<Recorder, 'record'>, options: AnonymousBoundOptions) {
    this.#recorder = recorder;
    this.#options = { windowMs: 60_000, ...options };
    this.#buckets = new TokenBuckets(options.perMinute, 60_000);
  }

  get facts(): RequestFacts {
    return { folded: this.#counted, callbacksFailed: this.#callbacksFailed };
  }

  record(event: AuditEvent, options?: RecordOptions): Receipt {
    const request = options?.source === 'request' ? recordOf(options.context) : undefined;
    if (!request) return this.#recorder.record(event, options);
    const failed: unknown = event.details?.['callbacksFailed'];
    const durable = (request.route?.durability ?? 'async') !== 'async';
    const limited = Number.isFinite(this.#options.perMinute) && !this.#closed;
    const bounded = limited && !durable && isAnonymous(event, options?.context);
    if (bounded && !this.#buckets.has(event.action)) {
      this.#fold(event, options?.context);
      return { reached: async () => await Promise.resolve('async') };
    }
    const receipt = this.#recorder.record(event, options); // what it refuses costs nothing
    if (bounded) this.#buckets.take(event.action);
    if (Array.isArray(failed)) this.#callbacksFailed += failed.length;
    return receipt;
  }

  /** Writes what was counted. From now on nothing is folded. */
  close(): void {
    this.#closed = true;
    this.#write();
  }

  #fold(event: AuditEvent, context: AuditContext | undefined): void {
    this.#counted += 1;
    this.#folded.add(event, tenantOf(context));
    this.#arm();
  }

  #arm(): void {
    // Not kept alive for it: a process that ends closes.
    this.#timer ??= outside(() => setTimeout(() => this.#write(), this.#options.windowMs).unref());
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const folded = this.#folded;
    this.#folded = new Folded();
    for (const { tenant, event, putBack } of folded.events()) {
      try {
        this.#recorder.record(event, { context: newContext({ tenant }), source: 'request' });
      } catch (error) {
        this.#options.onError(error);
        putBack(this.#folded);
        if (!this.#closed) this.#arm();
      }
    }
  }
}

/** Nobody whom the application knows. An actor that cannot be read is none. */
function isAnonymous(event: AuditEvent, context: AuditContext | undefined): boolean {
  try {
    const actor = event.actor ?? actorOf(context);
    if (types.isPromise(actor)) actor.catch(() => undefined);
    if (actor === undefined || actor === null || typeof actor !== 'object' || types.isPromise(actor)) return true;
    const { id, type }: { id?: unknown; type?: unknown } = actor;
    return (id ?? '') === '' && (type === undefined || type === 'anonymous');
  } catch {
    return true;
  }
}

function tenantOf(context: AuditContext | undefined): string | undefined {
  try {
    const tenant: unknown = typeof context?.tenant === 'function' ? context.tenant() : context?.tenant;
    return typeof tenant === 'string' && tenant !== '' ? tenant : undefined;
  } catch {
    return undefined;
  }
}
