import { privilegeMissing } from './content-store.js';
import { isForbidden, sqlState, type Pool } from './pool.js';
import { inSchema } from './schema.js';

/** Of the registry nothing is left in the registry: only its leader writes there. */
const TELL = `select "audit".record_read($1::text, (select nullif(c.tenant_key, '') from "audit".chain c where c.origin = $2::text and c.chain > 0))`;

const READ_ONLY = '25006';

/**
 * Leaves an entry `audit.read` in the chain of an entry that is about to be shown to somebody, under the name of the role that is logged in.
 * @returns false: the database cannot be written from here (a standby)
 * @throws AuditError `AUDIT_PRIVILEGE_MISSING`
 */
export async function recordProof(pool: Pool, schema: string, origin: string, details: object): Promise<boolean> {
  try {
    await pool.query(inSchema(schema, TELL), [JSON.stringify({ kind: 'proof', ...details }), origin]);
    return true;
  } catch (error) {
    if (sqlState(error) === READ_ONLY) return false;
    throw isForbidden(error) ? privilegeMissing(schema, error) : error;
  }
}
