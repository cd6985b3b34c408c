import { inTransaction } from './migrate.js';
import { sqlState, type Pool } from './pool.js';
import { onStandby, readFailure } from './read-failure.js';
import { inSchema } from './schema.js';

const TELL = `select count("audit".record_read(r.details, r.tenant)) from unnest($1::text[], $2::text[]) r (details, tenant)`;
const IS_STANDBY = 'select pg_catalog.pg_is_in_recovery() as standby';

/**
 * Leaves entries `audit.read`, all or none. A role can make its own transactions read-only (`alter role current_user set …`), so that is
 * no reason to leave none: only a server that is a standby is.
 */
export async function tellReads(
  pool: Pool,
  schema: string,
  reads: readonly { readonly tenant: string; readonly details: string }[],
): Promise<void> {
  const query = {
    text: inSchema(schema, TELL),
    values: [reads.map(({ details }) => details), reads.map(({ tenant }) => tenant)],
  };
  try {
    await pool.query(query).catch(async (error: unknown) => {
      if (sqlState(error) !== '25006') throw error;
      if ((await pool.query<{ standby: boolean }>(IS_STANDBY)).rows[0]?.standby === true) throw onStandby(error);
      await inTransaction(pool, async (client) => {
        await client.query('set transaction read write');
        await client.query(query);
      });
    });
  } catch (error) {
    throw readFailure(schema, error);
  }
}
