import { randomUUID } from 'node:crypto';
import { isAuditError, unfailing } from '../event/errors.js';
import type { SealerStore } from '../store/log.port.js';
import { CoverageWatch } from './coverage-watch.js';
import type { CheckpointKeeper } from '../checkpoint/port.js';
import { Leader } from './leader.js';
import { Pace } from './pace.js';
import { Registry, RegistryPause } from './registry.js';
import { SetAside } from './set-aside.js';

export interface SealerOptions {
  /** How long a sealer that died keeps others out. Milliseconds, default 10,000. */
  readonly leaseMs?: number;
  /** Rows in a batch at most. Default 1,000; more raises throughput a little and the lag of the first row a lot. */
  readonly batchSize?: number;
  /**
   * Wait after a batch that was not full, so that the next one is worth its commit. Who waits in the same process for an entry
   * to be sealed ends it early. Milliseconds, default 200.
   */
  readonly minWaitMs?: number;
  /** Wait between looks at an idle log. Milliseconds, default 1,000. A commit in the same process ends it after half of `minWaitMs`. */
  readonly maxWaitMs?: number;
  /** Signs what the registry tells of all chains. @defaultValue nobody, and there is no registry */
  readonly keeper?: CheckpointKeeper | undefined;
  /** Told of every failure that the sealer recovers from by itself (database away, lease lost). */
  readonly onError?: (error: unknown) => void;
}

export type SealerState = 'stopped' | 'following' | 'leading';

// Captured at import, so that a test's fake timers do not stop the log.
const { setTimeout, clearTimeout } = globalThis;
const performance = globalThis.performance;
const DRAIN_MS = 2_000;
/** Between two batches that somebody waits for: others who do may come in. */
const REST_MS = 5;
/** After so many terms in a row that ended badly each chain is sealed for itself, until the one at fault has shown. */
const CAREFUL_AFTER = 3;

/** Seals what was captured. Start as many as there are processes: one leads, the others wait for its lease to run out. */
export class Sealer {
  readonly #store: SealerStore;
  readonly #options: Required<Omit<SealerOptions, 'onError' | 'keeper'>>;
  readonly #onError: (error: unknown) => void;
  readonly #keeper: CheckpointKeeper | undefined;
  readonly #aside: SetAside;
  readonly #registryPause = new RegistryPause();
  readonly #holder = `${process.pid}-${randomUUID()}`;
  #running: Promise<void> | undefined;
  #stopping = false;
  #stopBy = Number.POSITIVE_INFINITY;
  #state: SealerState = 'stopped';
  /** Terms in a row that ended badly. */
  #failures = 0;
  #hasToldAll = false;
  #interrupt: () => void = () => undefined;

  constructor(store: SealerStore, options: SealerOptions = {}) {
    this.#store = store;
    const { leaseMs = 10_000, batchSize = 1_000, minWaitMs = 200, maxWaitMs = 1_000 } = options;
    this.#options = { leaseMs, batchSize, minWaitMs, maxWaitMs };
    this.#keeper = options.keeper;
    this.#onError = unfailing(options.onError);
    this.#aside = new SetAside(this.#onError);
  }

  get state(): SealerState {
    return this.#state;
  }

  /** Numbers of the chains that cannot grow: their rows wait. Known to the one who leads. */
  get chainsAside(): readonly number[] {
    return this.#state === 'leading' ? this.#aside.chains : [];
  }

  /** Why what is sealed is not signed, although there is a key: the database was set back. Known to the one who leads. */
  get refusal(): string | undefined {
    return this.#state === 'leading' ? this.#keeper?.refusal : undefined;
  }

  /** Why this process must not lead: it has no key where one is required. */
  get keptOut(): string | undefined {
    return this.#state === 'following' ? this.#keeper?.keptOut : undefined;
  }

  /** The last term of this process has come to its end, and the registry tells of all that was sealed in it. */
  get hasToldAll(): boolean {
    return this.#hasToldAll;
  }

  start(): void {
    this.#stopping = false;
    this.#running ??= this.#run();
  }

  /**
   * Seals what is committed by now if this sealer leads, has it signed and anchored, hands the lease back, and resolves when it is idle.
   * @param withinMs how long that may take, milliseconds; what is not done by then the next leader does
   */
  async stop(withinMs = DRAIN_MS): Promise<void> {
    this.#stopping = true;
    this.#stopBy = performance.now() + withinMs;
    this.#interrupt();
    await this.#running;
    this.#running = undefined;
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      this.#state = 'following';
      try {
        const mayLead = (await this.#keeper?.mayLead()) ?? true;
        const lease = mayLead ? await this.#store.acquire(this.#holder, this.#options.leaseMs) : undefined;
        if (lease) {
          this.#state = 'leading';
          const careful = this.#failures >= CAREFUL_AFTER;
          const { leaseMs, batchSize } = this.#options;
          const registry =
            this.#keeper && new Registry(this.#store, lease, leaseMs, this.#keeper, this.#registryPause, this.#onError);
          const options = { leaseMs, batchSize, careful, aside: this.#aside, registry, onError: this.#onError };
          await this.#lead(new Leader(this.#store, lease, options));
        }
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        // Losing the lease is everyday life; losing it again and again is not.
        if (!isAuditError(error, 'AUDIT_LEASE_LOST') || this.#failures > 3) this.#onError(error);
      }
      await this.#pause(this.#failures > 0 ? Math.min(50 * 2 ** this.#failures, 5_000) : this.#options.leaseMs / 3);
    }
    this.#state = 'stopped';
  }

  async #lead(leader: Leader): Promise<void> {
    this.#hasToldAll = false;
    await leader.begin();
    const watch = new CoverageWatch(this.#store, this.#onError);
    const pace = new Pace();
    try {
      await this.#rounds(leader, watch, pace);
    } finally {
      pace.stop();
    }
    await watch.settled();
    await leader.endRegistry();
    await this.#keeper?.settled(Math.max(this.#stopBy - performance.now(), 500));
    // What was to be entered first (a key that was handed over) is known only when the anchors have answered.
    await leader.endRegistry();
    await this.#keeper?.settled(Math.max(this.#stopBy - performance.now(), 500));
    this.#hasToldAll = leader.hasToldAll;
    await leader.end();
  }

  async #rounds(leader: Leader, watch: CoverageWatch, pace: Pace): Promise<void> {
    const { minWaitMs, maxWaitMs } = this.#options;
    for (let idleRounds = 0, rounds = 0; ; rounds += 1) {
      const started = performance.now();
      const isStopping = this.#stopping; // a look that began before the stop may have missed what was committed before it
      watch.tick();
      pace.look();
      const read = await leader.round();
      if (rounds > 1) this.#failures = 0; // the batches of the first rounds have been taken
      // Other processes may go on writing for ever: what they write, the next leader seals.
      if (isStopping && (read === 0 || performance.now() > this.#stopBy)) return;
      if (leader.hasMore) continue;
      idleRounds = read > 0 ? 0 : idleRounds + 1;
      // Never busy for more than half of the time: a long reading (a huge open transaction) is not repeated at once.
      const rest = Math.max(Math.min(minWaitMs, REST_MS), performance.now() - started);
      await this.#pause(rest);
      const wait = Math.min(minWaitMs * 2 ** Math.min(idleRounds, 10), maxWaitMs) - rest;
      if (wait <= 0 || this.#stopping) continue;
      this.#interrupt = () => pace.hurry();
      await pace.wait(wait, idleRounds > 0 ? minWaitMs / 2 : minWaitMs);
    }
  }

  async #pause(ms: number): Promise<void> {
    if (this.#stopping) return;
    await new Promise<void>((resolve) => {
      // Not kept alive: a script that has nothing else to do ends, and another process seals what it left.
      const timer = setTimeout(resolve, ms).unref();
      this.#interrupt = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
