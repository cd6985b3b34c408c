import type { AuditConditions } from '../query/query.js';
import { inSchema, type Pool } from '../store/postgres/index.js';
import { complain } from './terminal.js';

const HAS_TENANTS = `select exists (select from "audit".chain where chain > 0 and tenant_key <> '') as tenants`;

/** Says where nothing was looked for: an empty table would else read as if nothing had happened. Names no tenant, which is anybody's text. */
export async function sayWithoutTenant(
  pool: Pool,
  schema: string,
  { tenant, allTenants }: Pick<AuditConditions, 'tenant' | 'allTenants'>,
): Promise<void> {
  if (tenant !== undefined || allTenants === true) return;
  const { rows } = await pool.query<{ tenants: boolean }>(inSchema(schema, HAS_TENANTS));
  if (rows[0]?.tenants === true)
    complain(
      'nothing was found among the entries without a tenant, and no others were looked at: name one with --tenant, or pass --all-tenants',
    );
}
