import { ActionBook, type UnknownActions } from '../event/action-book.js';
import type { ActionCatalogue } from '../event/actions.js';
import { secretNames, type RedactionOptions, type SecretName } from '../event/redaction.js';
import type { AuditEvent, Durability } from '../event/types.js';
import { prepare, type Receipt, type Recorder, type RecordOptions } from '../recorder/port.js';
import { auditedEntry, type AuditedEntry } from './audited-entry.js';
import { journal } from './journal.js';

export interface InMemoryOptions {
  /** Names that hold secrets. @defaultValue the default list */
  readonly redaction?: RedactionOptions | undefined;
  /** In the place of `redaction`, where there is a function already. */
  readonly isSecret?: SecretName | undefined;
  /** What `defineActions` gave; or the book, where there is one already. */
  readonly actions?: ActionCatalogue | ActionBook | undefined;
  /** As option `unknownActions` of `createAudit()`. */
  readonly unknownActions?: UnknownActions | undefined;
  /** As option `oversized` of `createAudit()`. @defaultValue `'refuse'` */
  readonly oversized?: 'refuse' | 'truncate' | undefined;
}

/**
 * Takes events as the real recorder does (the same checks, limits and redaction, the same errors) and keeps them in memory.
 * No database, no timer: an event is there when `record()` returns, and is as durable as it will ever be.
 */
export class InMemoryRecorder implements Recorder {
  readonly #isSecret: SecretName;
  readonly #oversized: 'refuse' | 'truncate';
  /** What events are checked against. A feature may add to it. */
  readonly actions: ActionBook;

  constructor(options: InMemoryOptions = {}) {
    this.#isSecret = options.isSecret ?? secretNames(options.redaction);
    this.#oversized = options.oversized ?? 'refuse';
    const { actions, unknownActions } = options;
    this.actions = actions instanceof ActionBook ? actions : new ActionBook(actions, unknownActions);
  }

  /** What this recorder took in, oldest first. */
  get entries(): readonly AuditedEntry[] {
    return journal()
      .filter(({ by }) => by === this)
      .map(({ entry }) => entry);
  }

  /** Forgets its entries; those of other recorders stay. */
  clear(): void {
    const others = journal().filter(({ by }) => by !== this);
    journal().splice(0, Number.POSITIVE_INFINITY, ...others);
  }

  record(event: AuditEvent, options?: RecordOptions): Receipt {
    const door = { oversized: this.#oversized, actions: this.actions };
    const entry = auditedEntry(prepare(event, this.#isSecret, { ...door, ...options }));
    if (!this.#has(entry)) journal().push({ entry, by: this });
    return { reached: (durability: Durability) => Promise.resolve(durability) };
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  /** As in the log: a second event of the same id and tenant writes nothing. */
  #has({ eventId, tenant }: AuditedEntry): boolean {
    return eventId !== undefined && this.entries.some((each) => each.eventId === eventId && each.tenant === tenant);
  }
}
