import { AuditError } from '../event/errors.js';
import { tenantKey } from '../event/identity.js';
import type { Actor } from '../event/types.js';
import type { EntryStore } from '../store/entry.port.js';
import { invalid, type AuditConditions } from './query.js';

/** What one reader may see: all else is answered like what does not exist. */
export interface ReaderScope {
  /** Those whose entries he sees; `''` is the default chain. `'all'` needs the option `auditorUrl`. */
  readonly tenants: readonly string[] | 'all';
  /** Whether he sees a field, by the client's names, as `catalogue` or `config` have them. A hidden one is absent from values, changes, history and exports. @defaultValue all */
  readonly fields?: ((model: string, field: string) => boolean) | undefined;
  /** Whether he sees the entries of an action. Those of `audit.*` name what other readers asked: hide them with what you hide. @defaultValue all */
  readonly actions?: ((action: string) => boolean) | undefined;
  /** Who reads, as your application knows him: it stands in the entries that his reading leaves. */
  readonly actor: Actor;
}

const MEMBERS = ['tenants', 'fields', 'actions', 'actor'];
const ACTOR = ['id', 'type', 'email', 'role', 'onBehalfOf'];
/** Names of actions that are asked about; what comes behind is not seen. */
const MOST_NAMES = 10_000;

/** @throws AuditError `AUDIT_OPTIONS_INVALID` */
export function checkScope(scope: ReaderScope): void {
  const wrong = (message: string): AuditError => new AuditError('AUDIT_OPTIONS_INVALID', `as(): ${message}`);
  if (typeof scope !== 'object' || scope === null)
    throw wrong("pass a scope: { tenants: ['acme'], actor: { id: 'u-1' } }");
  const unknown = Object.keys(scope).find((name) => !MEMBERS.includes(name));
  if (unknown !== undefined)
    throw wrong(`there is no member ${JSON.stringify(unknown.slice(0, 60))}; there are ${MEMBERS.join(', ')}`);
  const { tenants, fields, actions, actor } = scope;
  if (
    tenants !== 'all' &&
    !(Array.isArray(tenants) && tenants.length > 0 && tenants.every((each) => typeof each === 'string'))
  )
    // prettier-ignore
    throw wrong("tenants must be a list of tenants, or 'all'");
  for (const [name, value] of Object.entries({ fields, actions }))
    if (value !== undefined && typeof value !== 'function') throw wrong(`${name} must be a function that says true or false`); // prettier-ignore
  const said = typeof actor === 'object' && actor !== null ? Object.entries(actor) : [];
  if (!said.some(([name, value]) => name === 'id' && typeof value === 'string'))
    throw wrong("actor must say who reads: { id: 'u-1', email: 'ann@example.com' }");
  const odd = said.find(([name, value]) => !ACTOR.includes(name) || (value !== undefined && typeof value !== 'string'));
  if (odd) throw wrong(`actor has text in ${ACTOR.join(', ')}, and nothing else`);
}

/** A scope as it is now: what becomes of its object later opens nothing, and changes nobody's name. */
export function copyOf(scope: ReaderScope): ReaderScope {
  if (typeof scope !== 'object' || scope === null) return scope;
  const { tenants, actor, ...others } = scope;
  return {
    ...others,
    tenants: Array.isArray(tenants) ? [...(tenants as readonly string[])] : tenants, // Array.isArray knows no readonly list
    actor: typeof actor === 'object' && actor !== null ? { ...actor } : actor,
  };
}

/** A scope at work. */
export class Wall {
  readonly scope: ReaderScope;
  readonly #tenants: ReadonlySet<string> | undefined;

  constructor(scope: ReaderScope) {
    this.scope = scope;
    this.#tenants = scope.tenants === 'all' ? undefined : new Set(scope.tenants.map((tenant) => tenantKey(tenant)));
  }

  /** The one that is meant. @throws AuditError `AUDIT_QUERY_INVALID` where none is named, and several could be */
  named(query: AuditConditions): string {
    if (query.tenant !== undefined) return query.tenant;
    const { tenants } = this.scope;
    if (tenants === 'all' || tenants.includes('')) return '';
    if (tenants.length === 1) return tenants[0] ?? '';
    throw invalid('name a tenant: this reader sees several');
  }

  covers(tenant: string): boolean {
    return this.#tenants === undefined || this.#tenants.has(tenantKey(tenant));
  }

  /** The actions of a tenant's entries that are seen; `undefined`: all. One that comes up later is seen by the next question. */
  async visibleActions(
    store: Pick<EntryStore, 'actions'>,
    tenant: string | undefined,
  ): Promise<readonly string[] | undefined> {
    const { actions } = this.scope;
    if (actions === undefined) return undefined;
    if (tenant === undefined)
      throw invalid('this reader sees some actions alone: name a tenant in place of allTenants');
    const names = await store.actions(tenant, '', MOST_NAMES);
    // oxlint-disable-next-line typescript/no-unnecessary-boolean-literal-compare -- what is not true is hidden
    return names.filter((name) => actions(name) === true);
  }
}
