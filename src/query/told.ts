import { isAuditError } from '../event/errors.js';
import { systemClock } from '../event/clock.js';
import { projected, resourceId, tenantKey } from '../event/identity.js';
import type { EntryStore } from '../store/entry.port.js';
import { CONDITION_NAMES, type AuditConditions, type AuditQuery } from './query.js';
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

/** What an answer showed. */
export interface Shown {
  readonly count: number;
  /** Entries by tenant, where they are of several. */
  readonly tenants?: ReadonlyMap<string, number> | undefined;
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
}

const FOLDED_MS = 60_000;
const MOST_FOLDED = 1_000;

/**
 * Leaves an entry `audit.read` for what a reader was shown, in the chain that it is of, before he has it. The same question within a
 * minute is told once, and again whenever its pages have shown twice as much as was told: so a long list is a few entries.
 */
export class ReadTeller {
  readonly #scope: ReaderScope;
  readonly #store: Pick<EntryStore, 'tellRead'>;
  readonly #onUntold: (error: unknown) => void;
  readonly #told = new Map<string, Folded>();

  constructor(
    scope: ReaderScope,
    store: Pick<EntryStore, 'tellRead'>,
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
    const due = [...this.#chains(question, shown)].flatMap(([tenant, count]) => {
      const key = JSON.stringify([kind, tenant, filter]);
      const folded = must ? undefined : this.#lately(key);
      const now = folded ?? { since: systemClock.monotonic(), told: -1, shown: 0 };
      now.shown = cursor === undefined ? Math.max(now.shown, count) : now.shown + count;
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

  #lately(key: string): Folded | undefined {
    const folded = this.#told.get(key);
    return folded && folded.since > systemClock.monotonic() - FOLDED_MS ? folded : undefined;
  }

  /** A tenant that may not exist gets no chain for being asked about. */
  #chains({ tenant }: AskedQuestion, { count, tenants }: Shown): ReadonlyMap<string, number> {
    if (tenants !== undefined && tenants.size > 0) return tenants;
    const isKnown = tenant !== undefined && (this.#scope.tenants !== 'all' || count > 0);
    return new Map([[isKnown ? tenantKey(tenant) : '', count]]);
  }
}

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
