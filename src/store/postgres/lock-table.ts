import { AuditError } from '../../event/errors.js';
import { sqlState, type PoolClient } from './pool.js';

export interface LockOptions {
  /**
   * SHARE ROW EXCLUSIVE is the weakest lock under which PostgreSQL makes and switches triggers: readers go on, writers wait until
   * the transaction ends. To drop one takes ACCESS EXCLUSIVE. (Manual, 13.3.1.)
   */
  readonly mode?: 'share row exclusive' | 'access exclusive';
  /** Milliseconds of one attempt: whoever waits for a lock holds up all that come after him. @defaultValue 250 */
  readonly attemptMs?: number;
  /** Milliseconds until it is given up. @defaultValue 10,000 */
  readonly timeoutMs?: number;
}

// Captured at import, so that fake timers cannot hang a migration.
const { setTimeout, performance } = globalThis;

/**
 * Locks a table in the current transaction, in short attempts with pauses, so that the application's own writes are never held
 * up for longer than one attempt.
 *
 * @param table quoted and qualified
 * @throws AuditError `AUDIT_TABLE_LOCKED`, with the sessions that hold the table; the transaction is still usable then
 */
export async function lockForTriggers(client: PoolClient, table: string, options: LockOptions = {}): Promise<void> {
  const { mode = 'share row exclusive', attemptMs = 250, timeoutMs = 10_000 } = options;
  const until = performance.now() + timeoutMs;
  await client.query(`select set_config('lock_timeout', $1, true)`, [`${attemptMs}ms`]);
  for (;;) {
    await client.query('savepoint before_lock'); // a failed attempt must not end the transaction
    try {
      await client.query(`lock table ${table} in ${mode} mode`);
      await client.query('release savepoint before_lock');
      return;
    } catch (error) {
      if (sqlState(error) !== '55P03') throw error;
      await client.query('rollback to savepoint before_lock');
      if (performance.now() >= until) throw await locked(client, table, timeoutMs, error);
    }
    await new Promise((resolve) => setTimeout(resolve, attemptMs));
  }
}

/** What a session runs is not shown: it may hold values. */
const HOLDERS = `
select 'pid ' || l.pid || ' (' || concat_ws(', ', a.usename, nullif(a.application_name, ''), a.state, 'since ' || to_char(a.xact_start, 'HH24:MI:SS')) || ')' as holder
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
 where l.relation = $1::regclass and l.database = (select oid from pg_database where datname = current_database()) and l.granted and l.pid <> pg_backend_pid()
   and l.mode in ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
 group by 1 order by 1 limit 5`;

async function locked(client: PoolClient, table: string, timeoutMs: number, cause: unknown): Promise<AuditError> {
  const { rows } = await client.query<{ holder: string }>(HOLDERS, [table]);
  const holders = rows.map(({ holder }) => holder);
  return new AuditError(
    'AUDIT_TABLE_LOCKED',
    `${table} was in use for ${timeoutMs / 1000} s and was not changed` +
      (holders.length > 0 ? `; it is held by ${holders.join(', ')}` : '') +
      '. Run it again at a quieter moment, or end the transaction that holds it: select pg_terminate_backend(<pid>)',
    { table, holders },
    cause,
  );
}
