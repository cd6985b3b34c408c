import type { Actor } from '../event/types.js';
import type { Asking } from './asking.js';
import { filterOf } from './filter-of.js';
import { find, type AuditPage } from './find.js';
import { checkConditions, invalid, type AuditConditions, type AuditQuery } from './query.js';
import type { Wall } from './scope.js';

/** What an export may take through a scope. */
export interface ScopedExport {
  /** Whose entries. */
  readonly tenant: string;
  /** Whether there are entries of that tenant, seen or not. */
  readonly isKnown: boolean;
  /** Who takes them. */
  readonly actor: Actor;
  /** Leaves no entry `audit.read`: the export leaves its own. */
  find(query: AuditQuery): Promise<AuditPage>;
}

/** What no caller comes upon: a door that leaves no entry. The same for both module formats. */
export const EXPORTING: unique symbol = Symbol.for('nestjs-prisma-audit.exporting');

/**
 * `undefined`: it is outside of the scope, where there is nothing.
 * @throws AuditError `AUDIT_QUERY_INVALID` where no tenant is meant, or several
 */
export async function exportingOf(
  asking: Asking & { readonly wall: Wall },
  conditions: AuditConditions,
): Promise<ScopedExport | undefined> {
  checkConditions(conditions);
  checkOneTenant(conditions);
  const { wall } = asking;
  const tenant = wall.named(conditions);
  if (!wall.covers(tenant)) return undefined;
  return {
    tenant,
    isKnown: await isKnown(asking, tenant),
    actor: wall.scope.actor,
    find: (query) => find(asking, query),
  };
}

/** Entries leave when it is in the chain of each whose they are: of all tenants nobody knows whose before they are read. */
export function checkOneTenant({ allTenants }: AuditConditions): void {
  if (allTenants === true) throw invalid('an export is of one tenant: name it, and export each by itself');
}

async function isKnown({ store }: Asking, tenant: string): Promise<boolean> {
  const filter = await filterOf({ tenant }, store, undefined);
  if (filter === undefined) return false;
  return (await store.page({ filter, order: 'newest', by: 'id', limit: 1 })).entries.length > 0;
}
