import { AuditError } from '../../event/errors.js';
import type { PoolClient } from './pool.js';

export interface LogLockOptions {
  /** Told who holds the lock: once for each holder who has kept this one waiting for `patienceMs`. */
  readonly onWait?: ((holders: readonly string[]) => void) | undefined;
  /** @defaultValue 2,000 */
  readonly patienceMs?: number;
  /** Milliseconds until it is given up, while one and the same holds it; ten times that in all. @defaultValue 60,000 */
  readonly timeoutMs?: number;
}

/** The command whose transactions are short, and end by themselves. */
const MIGRATES = 'nestjs-prisma-audit migrate';
const PAUSE_MS = 100;

// Captured at import, so that fake timers cannot hang a migration.
const { setTimeout, performance } = globalThis;

const TRY = `select pg_try_advisory_xact_lock(hashtext('nestjs-prisma-audit'), hashtext($1)) as taken`;

/** What a session runs is not shown: it may hold values. A prepared transaction has no process. */
const HOLDERS = `
select coalesce('pid ' || l.pid || ' (' || concat_ws(', ', a.usename, nullif(a.application_name, ''), a.state, 'since ' || to_char(coalesce(a.xact_start, a.state_change), 'HH24:MI:SS')) || ')',
                'the prepared transaction ' || p.gid || ' (' || p.owner || ', since ' || to_char(p.prepared, 'HH24:MI:SS') || ')', 'a session that cannot be seen') as holder,
       concat_ws(' ', l.pid, p.gid, case when a.application_name = $2 then l.virtualtransaction end) as mark
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid left join pg_prepared_xacts p on l.pid is null and l.virtualtransaction = '-1/' || p.transaction
 where l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.database = (select oid from pg_database where datname = current_database())
   and l.classid = hashtext('nestjs-prisma-audit')::oid and l.objid = hashtext($1)::oid
 order by 1 limit 5`;

/**
 * The lock under which the log and its triggers are changed, until the end of the transaction. Whoever can log in can take it, and
 * keep it: so it is not waited for without a word, nor for ever.
 *
 * @throws AuditError `AUDIT_MIGRATE_LOCKED`, with the sessions that hold it; the transaction is still usable then
 */
export async function lockLog(client: PoolClient, schema: string, options: LogLockOptions = {}): Promise<void> {
  const { onWait = () => undefined, patienceMs = 2_000, timeoutMs = 60_000 } = options;
  const start = performance.now();
  let [since, mark, told] = [start, '', ''];
  for (;;) {
    if ((await client.query<{ taken: boolean }>(TRY, [schema])).rows[0]?.taken === true) return;
    const { rows } = await client.query<{ holder: string; mark: string }>(HOLDERS, [schema, MIGRATES]);
    const holders = rows.map(({ holder }) => holder);
    const now = performance.now();
    const marks = rows.map((row) => row.mark).join();
    if (marks !== mark) [since, mark] = [now, marks];
    if (now - since >= timeoutMs || now - start >= 10 * timeoutMs) throw locked(schema, holders, now - start);
    if (now - since >= patienceMs && told !== mark && rows.length > 0) {
      told = mark;
      onWait(holders);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function locked(schema: string, holders: readonly string[], waitedMs: number): AuditError {
  return new AuditError(
    'AUDIT_MIGRATE_LOCKED',
    `the lock under which the log is changed was not free for ${Math.round(waitedMs / 1000)} s` +
      (holders.length > 0 ? `; it is held by ${holders.join(', ')}` : '') +
      '. Look who that is: another migrate or backfill ends by itself, anything else has no business with it and can be ended by select pg_terminate_backend(<pid>)',
    { schema, holders },
  );
}
