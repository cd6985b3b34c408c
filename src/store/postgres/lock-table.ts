import { AuditError } from '../../event/errors.js';
import { sqlState, type PoolClient } from './pool.js';

/** Milliseconds. While we wait for a table's lock, every writer that comes after us waits as well. */
const LOCK_TIMEOUT_MS = 5_000;

/**
 * Takes the lock under which triggers are made and switched: SHARE ROW EXCLUSIVE, the weakest that PostgreSQL allows for it
 * (manual, 13.3.1). Readers go on; writers wait until the transaction ends. To be called in a transaction.
 *
 * @param table quoted and qualified
 * @throws AuditError `AUDIT_TABLE_LOCKED` after five seconds, with the sessions that hold the table; the transaction is over then
 */
export async function lockForTriggers(
  client: PoolClient,
  table: string,
  { timeoutMs = LOCK_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): Promise<void> {
  await client.query(`select set_config('lock_timeout', $1, true)`, [`${timeoutMs}ms`]);
  await client.query('savepoint before_lock'); // so that the holders can still be asked for
  try {
    await client.query(`lock table ${table} in share row exclusive mode`);
  } catch (error) {
    if (sqlState(error) !== '55P03') throw error;
    await client.query('rollback to savepoint before_lock');
    const holders = await holdersOf(client, table);
    throw new AuditError(
      'AUDIT_TABLE_LOCKED',
      `${table} was locked by somebody else for ${timeoutMs / 1000} s, nothing was changed. ` +
        (holders.length > 0 ? `It is held by ${holders.join(', ')}. ` : '') +
        `Run it again when that transaction has ended, or end it with: select pg_terminate_backend(<pid>)`,
      { table, holders },
      error,
    );
  }
  await client.query('release savepoint before_lock');
}

/** Modes that conflict with SHARE ROW EXCLUSIVE. What a session runs is not shown: it may hold values. */
const HOLDERS = `
select 'pid ' || l.pid || ' (' || concat_ws(', ', a.usename, nullif(a.application_name, ''), a.state, 'since ' || to_char(a.xact_start, 'HH24:MI:SS')) || ')' as holder
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
 where l.relation = $1::regclass and l.database = (select oid from pg_database where datname = current_database()) and l.granted and l.pid <> pg_backend_pid()
   and l.mode in ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
 group by 1 order by 1 limit 5`;

async function holdersOf(client: PoolClient, table: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ holder: string }>(HOLDERS, [table]);
  return rows.map(({ holder }) => holder);
}
