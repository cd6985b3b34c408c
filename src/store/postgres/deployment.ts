import { AuditError } from '../../event/errors.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';

/** The name of this deployment, in front of the origins of all its chains. Any role that `migrate` knows may ask. */
export async function deploymentOrigin(pool: Pool, schema: string): Promise<string> {
  const { rows } = await pool.query<{ origin: string }>(inSchema(schema, 'select origin from "audit".backlog()'));
  const origin = rows[0]?.origin;
  if (origin !== undefined) return origin;
  throw new AuditError('AUDIT_SCHEMA_MISSING', `the log in schema "${schema}" has lost the row that names it: doctor`);
}
