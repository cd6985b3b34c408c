import { isAuditError } from '../event/errors.js';
import { systemClock } from '../event/clock.js';
import { projected, resourceId, tenantKey } from '../event/identity.js';
import type { EntryStore } from '../store/entry.port.js';
import { CONDITION_NAMES, type AuditConditions } from './query.js';
import type { ReaderScope } from './scope.js';

/** What was asked for. */
export type Told = AuditConditions & { readonly id?: string | undefined };

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
}

const FOLDED_MS = 60_000;
const MOST_FOLDED = 1_000;

/**
 * Leaves an entry `audit.read` for what a reader was shown, in the chain that it is of, before he has it. The same question within a
 * minute is told once, so that pages of one list are one entry.
 */
export class ReadTeller {
  readonly #scope: ReaderScope;
  readonly #store: Pick<EntryStore, 'tellRead'>;
  readonly #told = new Map<string, number>();

  constructor(scope: ReaderScope, store: Pick<EntryStore, 'tellRead'>) {
    this.#scope = scope;
    this.#store = store;
  }

  /**
   * @param must whether a database that cannot be written (a standby) keeps the answer back
   * @throws AuditError `AUDIT_NOT_WRITABLE`, and what else the store throws: then nothing is to be shown
   */
  async tell(question: AskedQuestion, shown: Shown, must = false): Promise<void> {
    const filter = saidOf(question.conditions);
    const key = JSON.stringify([question.kind, question.tenant, filter]);
    const now = systemClock.monotonic();
    if (!must && (this.#told.get(key) ?? -Infinity) > now - FOLDED_MS) return;
    const details = (count: number): string =>
      JSON.stringify({ kind: question.kind, reader: readerOf(this.#scope), filter, count });
    try {
      await this.#store.tellRead(
        [...this.#chains(question, shown)].map(([tenant, count]) => ({ tenant, details: details(count) })),
      );
    } catch (error) {
      if (must || !isAuditError(error, 'AUDIT_NOT_WRITABLE')) throw error;
    }
    if (this.#told.size >= MOST_FOLDED) this.#told.clear();
    this.#told.set(key, now);
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
  for (const name of [...CONDITION_NAMES, 'id'] as const) {
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
