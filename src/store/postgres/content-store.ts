import { AuditError } from '../../event/errors.js';
import { recordStatement, type ContentRow, type ContentStore } from '../content.port.js';
import { isSchemaMissing, sqlState, type Pool } from './pool.js';
import { inSchema } from './schema.js';

const POSITION = `select "audit".position() as position`;
const UNSEALED = `select "audit".unsealed($1) as unsealed`;

export function postgresContentStore(pool: Pool, schema: string): ContentStore {
  const one = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>> => {
    try {
      const result = await pool.query<Record<string, unknown>>(text, values);
      return result.rows[0] ?? {};
    } catch (error) {
      if (isSchemaMissing(error)) throw schemaMissing(schema, error);
      if (sqlState(error)?.startsWith('22')) {
        throw new AuditError('AUDIT_EVENT_INVALID', 'the database refused an event as data', {}, error);
      }
      throw error;
    }
  };
  return {
    async append(batch: string, rows: readonly ContentRow[]) {
      const { text, values } = recordStatement(schema, batch, rows);
      await one(text, values);
    },
    async position() {
      return Number((await one(inSchema(schema, POSITION)))['position']);
    },
    async unsealed(position) {
      return Number((await one(inSchema(schema, UNSEALED), [position]))['unsealed']);
    },
  };
}

export function schemaMissing(schema: string, cause: unknown): AuditError {
  return new AuditError(
    'AUDIT_SCHEMA_MISSING',
    `the log's schema "${schema}" is not installed in this database: run "npx nestjs-prisma-audit migrate"`,
    { schema },
    cause,
  );
}
