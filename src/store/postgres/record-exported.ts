import { AuditError } from '../../event/errors.js';
import type { ExportLog } from '../exported.port.js';
import { privilegeMissing, schemaMissing } from './content-store.js';
import { isForbidden, isSchemaMissing, sqlState, type Pool } from './pool.js';
import { inSchema } from './schema.js';

const RECORD = `select "audit".record_exported($1, $2)`;

/** Leaves an entry `audit.exported`, under the name of the role that is logged in. */
export function postgresExportLog(pool: Pool, schema: string): ExportLog {
  return {
    async exported(details, tenant) {
      try {
        await pool.query(inSchema(schema, RECORD), [JSON.stringify(details), tenant ?? null]);
      } catch (error) {
        if (isForbidden(error)) throw privilegeMissing(schema, error);
        if (isSchemaMissing(error)) throw schemaMissing(schema, error);
        if (sqlState(error) === '25006') throw notWritable(error);
        throw error;
      }
    },
  };
}

function notWritable(cause: unknown): AuditError {
  return new AuditError(
    'AUDIT_NOT_WRITABLE',
    'this database can only be read, so it cannot be kept that entries are taken along: export from the server that it follows',
    {},
    cause,
  );
}
