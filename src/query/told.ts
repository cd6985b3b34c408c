import { isAuditError } from '../event/errors.js';
import { systemClock } from '../event/clock.js';
import { projected, resourceId, tenantKey } from '../event/identity.js';
import type { EntryStore } from '../store/entry.port.js';
import { CONDITION_NAMES, type AuditConditions, type AuditQuery } from './query.js';
import type { AuditEntry } from './read-entry.js';
import type { ReaderScope } from './scope.js';

/** What was asked for: all of it but the place of a page. */
export interface Told extends AuditConditions, Pick<AuditQuery, 'order' | 'limit'> {
  readonly id?: string | undefined;
  /** How many of either side. */
  readonly each?: number | undefined;
  readonly by?: string | undefined;
  readonly within?: number | undefined;
  readonly atLeast?: number | undefined;
  readonly zone?: string | undefined;
}

const TOLD = [...CONDITION_NAMES, 'id', 'order', 'limit', 'each', 'by', 'within', 'atLeast', 'zone'] as const;

type ShownEntry = Pick<AuditEntry, 'id' | 'tenant'>;

/** What an answer showed. */
export interface Shown {
  readonly count: number;
  /** Entries by tenant, where they are of several. */
  readonly tenants?: ReadonlyMap<string, number> | undefined;
  /** Them, where they were shown and not only counted. */
  readonly entries?: readonly ShownEntry[] | undefined;
  /** None of them was shown before. */
  readonly isMore?: boolean | undefined;
}

export interface AskedQuestion {
  readonly kind: string;
  readonly conditions: Told;
  /** The chain that was read; `undefined`: those that were shown. */
  readonly tenant: string | undefined;
  /** Where the page began. */
  readonly cursor?: string | undefined;
}

/** A question of the last minute, in one chain. */
interface Folded {
  readonly since: number;
  /** So many entries its last entry speaks of. */
  told: number;
  shown: number;
  /** What its last first page showed. */
  ids: ReadonlySet<string>;
}

const FOLDED_MS = 60_000;
const MOST_FOLDED = 1_000;
/** Questions whose entries are remembered, of one reader: of another all that its page shows is shown anew. */
const MOST_PAGES = 8;

/**
 * Leaves an entry `audit.read` for what a reader was shown, in the chain that it is of, before he has it. The same question within a
 * minute is told once, and again whenever its pages have shown twice as much as was told: so a long list is a few entries. The first page
 * of a list that grows shows more each time.
 */
export class ReadTeller {
  readonly #scope: ReaderScope;
  readonly #store: Pick<EntryStore, 'tellRead' | 'end'>;
  readonly #onUntold: (error: unknown) => void;
  readonly #told = new Map<string, Folded>();
  readonly #pages = new Set<Folded>();

  constructor(
    scope: ReaderScope,
    store: Pick<EntryStore, 'tellRead' | 'end'>,
    onUntold: (error: unknown) => void = () => undefined,
  ) {
    this.#scope = scope;
    this.#store = store;
    this.#onUntold = onUntold;
  }

  /**
   * @param must whether a standby, which cannot be written, keeps the answer back
   * @throws AuditError `AUDIT_NOT_WRITABLE`, and what else the store throws: then nothing is to be shown
   */
  async tell(question: AskedQuestion, shown: Shown, must = false): Promise<void> {
    const { kind, cursor } = question;
    const filter = saidOf(question.conditions);
    const chains = await this.#chains(question, shown);
    const due = [...chains].flatMap(([tenant, count]) => {
      const key = JSON.stringify([kind, tenant, filter]);
      const folded = must ? undefined : this.#lately(key);
      const now = folded ?? { since: systemClock.monotonic(), told: -1, shown: 0, ids: NOTHING };
      const ids = shown.entries && idsOf(shown.entries, question.tenant === undefined ? tenant : undefined);
      if (cursor !== undefined || shown.isMore === true) now.shown += count;
      else this.#showAnew(now, count, ids);
      const isDue = folded === undefined || now.shown >= Math.max(2 * now.told, 1);
      return isDue ? [{ key, now, tenant, count: now.shown }] : [];
    });
    if (due.length === 0) return;
    const said = { kind, reader: readerOf(this.#scope), filter, ...(cursor === undefined ? {} : { cursor: projected(cursor) }) }; // prettier-ignore
    try {
      await this.#store.tellRead(
        due.map(({ tenant, count }) => ({ tenant, details: JSON.stringify({ ...said, count }) })),
      );
    } catch (error) {
      if (must || !isAuditError(error, 'AUDIT_NOT_WRITABLE') || error.facts['standby'] !== true) throw error;
      this.#onUntold(error);
      return;
    }
    for (const { key, now, count } of due) {
      if (this.#told.size >= MOST_FOLDED) this.#told.clear();
      now.told = Math.max(now.told, count);
      this.#told.set(key, now);
    }
  }

  /** The same question from its beginning: of entries those that it did not show the last time, of a number what it has more. */
  #showAnew(now: Folded, count: number, ids: ReadonlySet<string> | undefined): void {
    if (ids === undefined) {
      now.shown = Math.max(now.shown, count);
      return;
    }
    now.shown += [...ids].filter((id) => !now.ids.has(id)).length;
    now.ids = ids;
    this.#pages.delete(now);
    this.#pages.add(now);
    for (const page of this.#pages) {
      if (this.#pages.size <= MOST_PAGES) break;
      page.ids = NOTHING;
      this.#pages.delete(page);
    }
  }

  #lately(key: string): Folded | undefined {
    const folded = this.#told.get(key);
    return folded && folded.since > systemClock.monotonic() - FOLDED_MS ? folded : undefined;
  }

  /** A tenant that does not exist gets no chain for being asked about; one that does has it, too, that nothing was found. */
  async #chains({ tenant }: AskedQuestion, { count, tenants }: Shown): Promise<ReadonlyMap<string, number>> {
    if (tenants !== undefined && tenants.size > 0) return tenants;
    if (tenant === undefined) return new Map([['', count]]);
    const key = tenantKey(tenant);
    const isKnown = this.#scope.tenants !== 'all' || count > 0 || (await this.#store.end(key)) !== undefined;
    return new Map([[isKnown ? key : '', count]]);
  }
}

const NOTHING: ReadonlySet<string> = new Set();

/** @param tenant of which alone; `undefined`: all are of one chain */
const idsOf = (entries: readonly ShownEntry[], tenant: string | undefined): ReadonlySet<string> =>
  new Set(entries.filter((entry) => tenant === undefined || entry.tenant === tenant).map(({ id }) => id));

/** Values that are people or records are in the erasable section, as all of this; what is long is its hash. */
function saidOf(conditions: Told): Record<string, unknown> {
  const said: [string, unknown][] = [];
  for (const name of TOLD) {
    const value = conditions[name];
    if (value !== undefined && name !== 'resource')
      said.push([name, typeof value === 'string' ? projected(value) : value]);
  }
  const { resource } = conditions;
  const id = projected(resourceId(resource?.id));
  if (resource !== undefined)
    said.push(['resource', { type: projected(resource.type), ...(id === null ? {} : { id }) }]);
  return Object.fromEntries(said);
}

function readerOf({ actor }: ReaderScope): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(actor).flatMap(([name, value]) => (typeof value === 'string' ? [[name, projected(value)]] : [])),
  );
}
