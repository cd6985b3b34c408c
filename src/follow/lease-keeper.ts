import { AuditError } from '../event/errors.js';
import type { FollowerLease, FollowerStore } from '../store/follow.port.js';

const { setInterval, clearInterval, performance } = globalThis;

/** Keeps a lease while a handler is at work, and says when it is lost. */
export class LeaseKeeper {
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #renewedAt = performance.now();
  #isAsking = false;

  constructor(store: FollowerStore, lease: FollowerLease, leaseMs: number) {
    const lose = (): void => this.#lost.abort(new AuditError('AUDIT_LEASE_LOST', 'another process follows now'));
    this.#timer = setInterval(() => {
      // No answer for so long: by now another may have taken over.
      if (performance.now() - this.#renewedAt > leaseMs) lose();
      if (this.#isAsking) return;
      this.#isAsking = true;
      const askedAt = performance.now();
      store
        .renew(lease, leaseMs)
        .then(
          (isOurs) => {
            if (isOurs) this.#renewedAt = askedAt;
            else lose();
          },
          () => undefined, // asked again in a moment
        )
        .finally(() => (this.#isAsking = false));
    }, leaseMs / 4).unref();
  }

  /** Aborted when the lease is lost. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
