import type { AuditEvent, Outcome } from '../event/types.js';

/** Different ones that are told apart; the rest are counted together. */
const TENANTS = 100;
const KINDS = 100;

interface Kind {
  readonly action: string;
  readonly outcome: Outcome;
  count: number;
}

/** What an entry is called that says how many were not written. */
export const FOLDED = 'http.folded';

/** Counts entries that are not written, by tenant, action and outcome. Bounded, whatever comes. */
export class Folded {
  readonly #tenants = new Map<string | undefined, Map<string, Kind>>();
  #from: Date | undefined;

  add(
    { action, outcome = 'success' }: Pick<AuditEvent, 'action' | 'outcome'>,
    tenant: string | undefined,
    count = 1,
    from = new Date(),
  ): void {
    if (this.#from === undefined || from < this.#from) this.#from = from;
    const kinds = this.#kindsOf(this.#tenants.has(tenant) || this.#tenants.size < TENANTS ? tenant : undefined);
    const name = `${action} ${outcome}`;
    const known = kinds.has(name) || kinds.size < KINDS;
    const key = known ? name : '';
    let kind = kinds.get(key);
    if (!kind) kinds.set(key, (kind = known ? { action, outcome, count: 0 } : { action: 'other', outcome, count: 0 }));
    kind.count += count;
  }

  /** One entry for each tenant. `putBack` counts it in again, elsewhere: it could not be written. */
  *events(): Iterable<{ tenant: string | undefined; event: AuditEvent; putBack: (into: Folded) => void }> {
    const from = this.#from ?? new Date();
    for (const [tenant, kinds] of this.#tenants) {
      const of = [...kinds.values()];
      const folded = of.reduce((sum, { count }) => sum + count, 0);
      yield {
        tenant,
        event: {
          action: FOLDED,
          outcome: 'partial',
          severity: 'notice',
          actor: { type: 'anonymous' },
          details: { folded, from: from.toISOString(), to: new Date().toISOString(), of },
        },
        putBack: (into) => {
          for (const kind of of) into.add(kind, tenant, kind.count, from);
        },
      };
    }
  }

  #kindsOf(tenant: string | undefined): Map<string, Kind> {
    let kinds = this.#tenants.get(tenant);
    if (!kinds) this.#tenants.set(tenant, (kinds = new Map()));
    return kinds;
  }
}
