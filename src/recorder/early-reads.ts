import { plainJson } from '../event/plain-json.js';
import { AuditError } from '../event/errors.js';
import { systemClock } from '../event/clock.js';
import { visible } from '../event/visible.js';
import { refusedRead } from './refused-read.js';
import { sectionOf } from './prepare.js';
import { Shed, type Gap } from './gap.js';
import type { ReadFact, ReadReceipt, ReadRecorder } from './read.port.js';

// Captured at import: fake timers must not hold a warning back.
const { setTimeout, clearTimeout } = globalThis;

const MOST = 1_000;
/** Of all of them, in JSON. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Twice of what an entry may hold, so that the door still sees that it is too much. */
const MAX_BYTES = 128 * 1024;
/** Longer than an application takes to start. */
const WARN_AFTER_MS = 10_000;

/**
 * Reads of a log whose audit has not started in this process: kept as they were, up to 1,000, until it does. What was secret
 * only the audit knows, so nothing of it may leave memory.
 */
export class EarlyReads implements ReadRecorder {
  readonly #schema: string;
  #facts: ReadFact[] = [];
  #bytes = 0;
  #missed = new Shed();
  #timer: NodeJS.Timeout | undefined;
  #warned = false;

  constructor(schema: string) {
    this.#schema = schema;
  }

  read(fact: ReadFact): ReadReceipt {
    try {
      if (this.#facts.length < MOST && this.#bytes < MOST_BYTES) this.#keep(fact);
      else this.#missed.one();
    } catch {
      this.#missed.one(); // no JSON: the audit would not have taken it either
    }
    if (this.#missed.total > 0) this.warn();
    else this.#timer ??= setTimeout(() => this.warn(), WARN_AFTER_MS).unref();
    return refusedRead(
      new AuditError(
        'AUDIT_NOT_DURABLE',
        `the read waits in memory: no audit of schema ${this.#schema} runs in this process`,
      ),
    );
  }

  #keep(fact: ReadFact): void {
    const details = fact.event.details && plainJson(fact.event.details, 'details', () => false, MAX_BYTES).json;
    this.#facts.push(frozen(fact, details));
    this.#bytes += 1_000 + (details?.length ?? 0);
  }

  /** Gives everything away; the gap says what was not kept. */
  take(): { readonly facts: readonly ReadFact[]; readonly missed: Gap | undefined } {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const taken = { facts: this.#facts, missed: this.#missed.take() };
    this.#facts = [];
    this.#bytes = 0;
    this.#missed = new Shed();
    return taken;
  }

  /** Once for a log, if anything waits. */
  warn(): void {
    if (this.#warned || (this.#facts.length === 0 && this.#missed.total === 0)) return;
    this.#warned = true;
    process.emitWarning(
      `Reads of audited models are not recorded: no audit of schema ${JSON.stringify(visible(this.#schema))} runs in this process. ` +
        "Import AuditModule.forRoot() or call createAudit() before them, or say audit({ reads: 'off' }) where they shall not be audited",
      { type: 'AuditWarning', code: 'AUDIT_READS_UNRECORDED' },
    );
  }
}

/** A read with everything that may change: who acts is asked now, values are copied. */
function frozen(fact: ReadFact, details: string | undefined): ReadFact {
  const { event, context } = fact;
  const { details: _, ...rest } = event;
  return {
    ...fact,
    // The rest of it is in the section; a request must not be held by what it has read.
    context: context && { root: context.root },
    event: {
      ...structuredClone(rest),
      occurredAt: new Date(event.occurredAt?.getTime() ?? systemClock.now() / 1000),
      ...(details === undefined ? {} : { details: JSON.parse(details) as Record<string, unknown> }), // an object, as it was
    },
    section: sectionOf(event, context),
  };
}
