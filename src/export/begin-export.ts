import { tenantKey } from '../event/identity.js';
import type { Actor } from '../event/types.js';
import { checkOneTenant, EXPORTING, type ScopedExport } from '../query/exporting.js';
import { checkConditions } from '../query/query.js';
import type { ExportOptions, ExportQuery, ExportSource } from './entries.js';
import { tellExport } from './tell-export.js';

export interface BegunExport {
  readonly source: ExportSource;
  readonly isTenantKnown: boolean;
}

interface Allowed {
  readonly tenant: string;
  readonly isKnown: boolean;
  readonly actor?: Actor | undefined;
  readonly source: ExportSource;
}

/**
 * Asks whoever answers what may leave, and tells of it. `undefined`: nothing of this is in the scope, and nothing was written anywhere.
 * @throws AuditError `AUDIT_QUERY_INVALID`, `AUDIT_NOT_WRITABLE`, and what else the database says
 */
export async function beginExport(
  source: ExportSource,
  query: ExportQuery,
  options: ExportOptions,
): Promise<BegunExport | undefined> {
  const { order: _order, back: _back, ...conditions } = query;
  const allowed = isScoped(source) ? await throughScope(source, conditions) : await ofTenant(source, conditions);
  if (allowed === undefined) return undefined;
  const { tenant, isKnown, actor } = allowed;
  const by = options.by ?? (actor && { id: actor.id, type: actor.type, email: actor.email });
  await tellExport(query, { ...options, by }, { tenant, isKnown });
  return { source: allowed.source, isTenantKnown: isKnown };
}

type Scoped = ExportSource & { [EXPORTING](conditions: ExportQuery): Promise<ScopedExport | undefined> };

const isScoped = (source: ExportSource): source is Scoped => EXPORTING in source;

async function throughScope(source: Scoped, conditions: ExportQuery): Promise<Allowed | undefined> {
  const found = await source[EXPORTING](conditions);
  return found && { ...found, source: found };
}

async function ofTenant(source: ExportSource, conditions: ExportQuery): Promise<Allowed> {
  checkConditions(conditions);
  checkOneTenant(conditions);
  const tenant = conditions.tenant ?? '';
  const isKnown = tenantKey(tenant) === '' || (await source.find({ tenant, limit: 1 })).entries.length > 0;
  return { tenant, isKnown, source };
}
