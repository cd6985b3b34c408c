import type { AuditEvent, Outcome, Source } from '../event/types.js';

/** What was taken in since the start: events by source and outcome. */
export interface Counted {
  readonly source: Source;
  readonly outcome: Outcome;
  readonly count: number;
}

/** The one member of a recorder that counts here. */
interface Records {
  record(event: AuditEvent, options?: { readonly source?: Source }): unknown;
}

/** Counts in plain numbers, so that it costs next to nothing and needs nobody who collects. */
export class Tally {
  readonly #entries = new Map<string, { source: Source; outcome: Outcome; count: number }>();
  #denied = 0;

  /** The recorder, with whatever it accepts counted. */
  of<R extends Records>(recorder: R): Pick<R, 'record'> {
    const record: Records['record'] = (event, options) => {
      const receipt = recorder.record(event, options);
      this.took(event, options?.source ?? 'record');
      return receipt;
    };
    return { record };
  }

  /** One event was taken in. */
  took(event: Pick<AuditEvent, 'outcome'>, source: Source): void {
    const outcome = event.outcome ?? 'success';
    const key = `${source} ${outcome}`;
    const entry = this.#entries.get(key);
    if (entry) entry.count += 1;
    else this.#entries.set(key, { source, outcome, count: 1 });
    if (outcome === 'denied') this.#denied += 1;
  }

  get entries(): readonly Counted[] {
    return Array.from(this.#entries.values(), (entry) => ({ ...entry }));
  }

  get denied(): number {
    return this.#denied;
  }
}
