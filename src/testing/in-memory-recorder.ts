import { ActionBook, type UnknownActions } from '../event/action-book.js';
import type { ActionCatalogue } from '../event/actions.js';
import { secretNames, type RedactionOptions, type SecretName } from '../event/redaction.js';
import type { AuditEvent, Durability } from '../event/types.js';
import { prepare, type ContentRow, type Receipt, type Recorder, type RecordOptions } from '../recorder/port.js';
import { forReads, likeness, readRow, refusedRead, takeReads, type ReadFact } from '../recorder/read.port.js';
import { auditedEntry, type AuditedEntry } from './audited-entry.js';
import { journal } from './journal.js';

export interface InMemoryOptions {
  /** Names that hold secrets. @defaultValue the default list */
  readonly redaction?: RedactionOptions | undefined;
  /** As option `oversized` of `createAudit()`. @defaultValue `'refuse'` */
  readonly oversized?: 'refuse' | 'truncate' | undefined;
  /** What `defineActions()` gave: its schemas check `details` as in production. @defaultValue any action */
  readonly actions?: ActionCatalogue | undefined;
  /** As option `unknownActions` of `createAudit()`. @defaultValue `'allow'` without a catalogue, else `'mark'` */
  readonly unknownActions?: UnknownActions | undefined;
}

/** What stands at the door, made of options already. */
interface Door {
  readonly isSecret: SecretName;
  readonly oversized: 'refuse' | 'truncate';
  readonly actions: ActionBook;
}

/** Reads that are the same, in one unit of work. */
interface SameReads {
  row: ContentRow;
  count: number;
  entry: AuditedEntry;
}

/**
 * Takes events as the real recorder does (the same checks, limits and redaction, the same errors) and keeps them in memory.
 * No database, no timer: an event is there when `record()` returns, and is as durable as it will ever be.
 */
export class InMemoryRecorder implements Recorder {
  readonly #door: Door;
  readonly #reads = new WeakMap<object, Map<string, SameReads>>();

  constructor({ redaction, oversized = 'refuse', actions, unknownActions }: InMemoryOptions = {}, door?: Door) {
    this.#door = door ?? {
      isSecret: secretNames(redaction),
      oversized,
      actions: new ActionBook(actions, unknownActions),
    };
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
    const { isSecret, oversized, actions } = this.#door;
    const entry = auditedEntry(prepare(event, isSecret, { oversized, actions, ...options }));
    if (!this.#has(entry)) journal().push({ entry, by: this });
    const asked = options?.durability ?? 'async';
    return { durability: asked, reached: (durability: Durability = asked) => Promise.resolve(durability) };
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Takes what Prisma clients tell of reads of audited models, those from before included. Identical ones of a unit of work are
   * one entry, which counts them as they come (`details.reads`). Returns the way to stop. `AuditTestingModule` does it.
   * @param schema of the log, as the clients have it
   */
  takeReads(schema = 'audit'): () => void {
    return takeReads(schema, {
      read: (fact) => {
        try {
          this.#read(fact);
          return { durable: () => Promise.resolve('committed') };
        } catch (error) {
          return refusedRead(error);
        }
      },
    });
  }

  #read(fact: ReadFact): void {
    const row = readRow(fact, this.#door);
    const same = this.#sameReads(fact.context?.root, row);
    const at = journal().findIndex(({ entry }) => entry === same.entry);
    if (at < 0) Object.assign(same, { row, count: 0 }); // the first, or forgotten
    same.count += 1;
    same.entry = auditedEntry(forReads(same.row, same.count));
    journal().splice(at < 0 ? journal().length : at, 1, { entry: same.entry, by: this });
  }

  #sameReads(unit: object | undefined, row: ContentRow): SameReads {
    const fresh = { row, count: 0, entry: auditedEntry(row) };
    if (unit === undefined) return fresh;
    const units = this.#reads.get(unit) ?? new Map<string, SameReads>();
    this.#reads.set(unit, units);
    const like = likeness(row);
    const same = units.get(like) ?? fresh;
    units.set(like, same);
    return same;
  }

  /** As in the log: a second event of the same id and tenant writes nothing. */
  #has({ eventId, tenant }: AuditedEntry): boolean {
    return eventId !== undefined && this.entries.some((each) => each.eventId === eventId && each.tenant === tenant);
  }
}
