import { AuditError } from '../event/errors.js';
import type { SealerStore } from '../store/log.port.js';

const EVERY_MS = 60_000;

// Captured at import, so that a test's fake timers do not stop the log.
const performance = globalThis.performance;

/**
 * Looks at the capture triggers at the start of a term of leadership, and then once a minute. What it finds becomes a row like
 * any other, so the look never delays a batch; one that fails is told and tried again a minute later.
 */
export class CoverageWatch {
  readonly #store: Pick<SealerStore, 'watchCoverage'>;
  readonly #onError: (error: unknown) => void;
  readonly #everyMs: number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(
    store: Pick<SealerStore, 'watchCoverage'>,
    onError: (error: unknown) => void,
    { everyMs = EVERY_MS }: { readonly everyMs?: number } = {},
  ) {
    this.#store = store;
    this.#onError = onError;
    this.#everyMs = everyMs;
  }

  /** Starts a look if one is due. */
  tick(): void {
    if (this.#looking || performance.now() - this.#lookedAt < this.#everyMs) return;
    this.#lookedAt = performance.now();
    this.#looking = this.#look().finally(() => (this.#looking = undefined));
  }

  /** Resolves when no look is on its way. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      const changes = await this.#store.watchCoverage();
      if (changes > 0) {
        this.#onError(
          new AuditError(
            'AUDIT_COVERAGE_CHANGED',
            `${changes} capture triggers are not what they were at the last look: see the entry coverage.changed, and run "nestjs-prisma-audit doctor"`,
            { changes },
          ),
        );
      }
    } catch (error) {
      this.#onError(error);
    }
  }
}
