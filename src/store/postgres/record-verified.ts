import { privilegeMissing } from './content-store.js';
import { isForbidden, type Pool } from './pool.js';
import { inSchema } from './schema.js';

/**
 * Leaves the result of a verification as an entry `audit.verified`, under the name of the role that is logged in.
 * @throws AuditError `AUDIT_PRIVILEGE_MISSING`
 */
export async function recordVerified(pool: Pool, schema: string, details: object): Promise<void> {
  try {
    await pool.query(inSchema(schema, `select "audit".record_verified($1)`), [JSON.stringify(details)]);
  } catch (error) {
    throw isForbidden(error) ? privilegeMissing(schema, error) : error;
  }
}
