import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import { sumOf, type Counts, type Measured } from './measured.js';
import { openTelemetry } from './open-telemetry.js';

export type { Measured } from './measured.js';

/** By meter: the instruments are made once, and tell of every audit of the process. */
const observers = new WeakMap<Meter, Observer>();

/**
 * Tells OpenTelemetry of an audit from now on, if the application has it and collects metrics. Nothing is done between two
 * collections. Resolves with the way to end it: what was counted is still told then, the database is no longer asked.
 */
export async function measure(audit: Measured): Promise<() => void> {
  const api = await openTelemetry();
  if (!api) return () => undefined;
  const meter = api.metrics.getMeter('nestjs-prisma-audit');
  let observer = observers.get(meter);
  if (!observer) observers.set(meter, (observer = new Observer(meter)));
  return observer.add(audit);
}

class Observer {
  readonly #live = new Set<Measured>();
  /** Of the audits that were closed, by name: a counter never goes back. */
  readonly #closed = new Map<string, Counts>();
  readonly #memory;
  readonly #database;

  constructor(meter: Meter) {
    const counter = (name: string, unit: string, description: string): Observable =>
      meter.createObservableCounter(`audit.${name}`, { unit, description });
    const gauge = (name: string, unit: string, description: string): Observable =>
      meter.createObservableGauge(`audit.${name}`, { unit, description });
    this.#memory = {
      entries: counter('entries', '{entry}', 'Events that were taken in'),
      denied: counter('denied', '{entry}', 'Of them, those with the outcome denied'),
      lost: counter('lost', '{entry}', 'Events that will never be written'),
      failedAttempts: counter('failed_attempts', '{attempt}', 'Attempts to write events that failed'),
      callbacksFailed: counter('callbacks_failed', '{call}', 'Callbacks of @Audited that threw'),
      folded: counter('folded', '{entry}', 'Entries of requests that were counted instead of written'),
      waiting: gauge('queue.waiting', '{entry}', 'Events that wait in the memory of this process'),
      spooled: gauge('spool.entries', '{entry}', 'Events that wait in the spool'),
      spoolBytes: gauge('spool.size', 'By', 'Size of the spool'),
    };
    this.#database = {
      unsealed: gauge('unsealed', '{entry}', 'Committed rows of the whole database that have no entry yet'),
      oldest: gauge('unsealed.age', 's', 'Age of the oldest of them'),
      lag: gauge('seal.lag', 's', 'Time from the capture of the last sealed row to its entry'),
      anchor: gauge('anchor.age', 's', 'Time since an anchor took a checkpoint; nothing where none ever did'),
      followerLag: gauge(
        'follower.lag',
        '{entry}',
        'Sealed entries that wait for a follower; 10,000 are counted at most',
      ),
      followerAge: gauge('follower.lag.age', 's', 'Time since the oldest of them was sealed'),
      followerDead: gauge('follower.dead_letters', '{entry}', 'Entries that a follower has set aside'),
      followerFailures: gauge('follower.failures', '{attempt}', 'Attempts of a follower in a row that failed'),
    };
    // Two, since the SDK drops all that a callback has said if it takes too long: the database is asked in one of its own.
    meter.addBatchObservableCallback((result) => this.#observeMemory(result), Object.values(this.#memory));
    meter.addBatchObservableCallback((result) => this.#observeDatabase(result), Object.values(this.#database));
  }

  add(audit: Measured): () => void {
    this.#live.add(audit);
    return () => {
      if (!this.#live.delete(audit)) return;
      const before = this.#closed.get(audit.name);
      this.#closed.set(audit.name, sumOf([...(before ? [before] : []), audit.counts()]));
    };
  }

  #observeMemory(result: BatchObservableResult): void {
    const told = this.#memory;
    const all = [...this.#live].map((audit) => ({ name: audit.name, counts: audit.counts(), queue: audit.queue() }));
    for (const name of new Set([...all.map((each) => each.name), ...this.#closed.keys()])) {
      const attributes = { 'audit.name': name };
      const mine = all.filter((each) => each.name === name);
      const before = this.#closed.get(name);
      const counts = sumOf([...(before ? [before] : []), ...mine.map((each) => each.counts)]);
      for (const { source, outcome, count } of counts.entries)
        result.observe(told.entries, count, { ...attributes, 'audit.source': source, 'audit.outcome': outcome });
      for (const member of ['denied', 'lost', 'failedAttempts', 'callbacksFailed', 'folded'] as const)
        result.observe(told[member], counts[member], attributes);
      for (const member of ['waiting', 'spooled', 'spoolBytes'] as const) {
        const known = mine.map(({ queue }) => queue[member]).filter((value) => value !== undefined);
        if (known.length > 0)
          result.observe(
            told[member],
            known.reduce((sum, value) => sum + value, 0),
            attributes,
          );
      }
    }
  }

  async #observeDatabase(result: BatchObservableResult): Promise<void> {
    const told = this.#database;
    await Promise.all(
      [...this.#live].map(async (audit) => {
        for (const { name, lag, lagMs, dead, failures } of (await audit.followers?.()) ?? []) {
          const attributes = { 'audit.name': audit.name, 'audit.follower': name };
          result.observe(told.followerLag, lag, attributes);
          result.observe(told.followerAge, (lagMs ?? 0) / 1000, attributes);
          result.observe(told.followerDead, dead, attributes);
          result.observe(told.followerFailures, failures, attributes);
        }
        const backlog = await audit.backlog();
        if (!backlog) return;
        const attributes = { 'audit.name': audit.name };
        result.observe(told.unsealed, backlog.unsealed, attributes);
        result.observe(told.oldest, (backlog.oldestMs ?? 0) / 1000, attributes);
        if (backlog.lagMs !== null) result.observe(told.lag, backlog.lagMs / 1000, attributes);
        if (backlog.anchoredMs != null) result.observe(told.anchor, backlog.anchoredMs / 1000, attributes);
      }),
    );
  }
}
