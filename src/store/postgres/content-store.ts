import { AuditError } from '../../event/errors.js';
import { recordStatement, type ContentRow, type ContentStore } from '../content.port.js';
import { isForbidden, isSchemaMissing, sqlState, type Pool } from './pool.js';
import { inSchema } from './schema.js';
import { MEND_SEQUENCE } from './sealer-sql.js';

const POSITION = `select "audit".position() as position`;
const PENDING = `select p.alive, p.unsealed, p.at_least, p.oldest_ms, p.lag_ms, p.writable, p.behind, p.ahead_ms,
       v.signed_seconds * 1000 as signed_ms, v.anchored_seconds * 1000 as anchored_ms
  from "audit".pending($1) p left join "audit".evidence_state() v on true`;
/** Rows that one look reads at most, twice: some ten milliseconds. */
const LOOK = 10_000;
const UNSEALED = `select "audit".unsealed($1) as unsealed`;

export function postgresContentStore(pool: Pool, schema: string): ContentStore {
  const one = async (text: string, values: unknown[] = []): Promise<Record<string, unknown>> => {
    try {
      const result = await pool.query<Record<string, unknown>>(text, values);
      return result.rows[0] ?? {};
    } catch (error) {
      if (isSchemaMissing(error)) throw schemaMissing(schema, error);
      if (isForbidden(error)) throw privilegeMissing(schema, error);
      if (sqlState(error) === '55P03') {
        throw new AuditError(
          'AUDIT_EVENT_HELD',
          'an open transaction has written an event of the same eventId',
          {},
          error,
        );
      }
      // Data, or more of it (nested deeper) than the server can look at.
      if (/^(?:22|54)/.test(sqlState(error) ?? '')) {
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
    async pending() {
      const row = await one(inSchema(schema, PENDING), [LOOK]);
      // Whoever is asked mends it: no sealer may be alive. It is told all the same.
      if (row['behind'] === true) await one(inSchema(schema, MEND_SEQUENCE)).catch(() => undefined);
      return {
        sealerAlive: row['alive'] === true,
        unsealed: Number(row['unsealed']),
        atLeast: row['at_least'] === true,
        oldestMs: milliseconds(row['oldest_ms']),
        lagMs: milliseconds(row['lag_ms']),
        writable: row['writable'] !== false,
        behind: row['behind'] === true,
        aheadMs: milliseconds(row['ahead_ms']) ?? 0,
        signedMs: milliseconds(row['signed_ms']),
        anchoredMs: milliseconds(row['anchored_ms']),
      };
    },
  };
}

/** Never below zero: clocks of a client that said when it happened, and of the server. */
const milliseconds = (value: unknown): number | null =>
  value === null || value === undefined ? null : Math.max(0, Math.round(Number(value)));

export function schemaMissing(schema: string, cause: unknown): AuditError {
  return new AuditError(
    'AUDIT_SCHEMA_MISSING',
    `the log's schema "${schema}" is not installed in this database: run "npx nestjs-prisma-audit migrate"`,
    { schema },
    cause,
  );
}

/** Not for the trigger's own writes: it has the rights of the log's owner. */
export function privilegeMissing(schema: string, cause: unknown): AuditError {
  return new AuditError(
    'AUDIT_PRIVILEGE_MISSING',
    `the role of this connection may not do this in the log's schema "${schema}": connect as the role that may, or name this one to "nestjs-prisma-audit migrate" (--app-role, --sealer-role, --reader-role; --auditor-role for who verifies, --follower-role for who follows)`,
    { schema },
    cause,
  );
}
