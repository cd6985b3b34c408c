import { hash } from 'node:crypto';
import pg from 'pg';
import type { Engine } from '../../event/coverage/coverage.js';
import { dueRights } from './roles.js';
import { inSchema } from './schema.js';

/** How long a table may be waited for: whoever waits for a table's lock holds up every writer behind him. */
export const LOCK_TIMEOUT = '5s';

const QUOTE = '$audit_sql$';

const HEAD = `-- The audit log, for Prisma Migrate. Written by "nestjs-prisma-audit migrate --prisma"; the lines that begin with "-- audit:"
-- tell its next run what is here. Can be applied again and over a log that is there (reset, shadow database): what the
-- ledger "audit".migration has is passed over, and the triggers are replaced by equal ones.

do ${QUOTE}
declare
  began constant timestamptz := clock_timestamp();
begin
  while not pg_try_advisory_xact_lock(hashtext('nestjs-prisma-audit'), hashtext('audit')) loop
    if clock_timestamp() > began + interval '1 minute' then
      raise exception 'audit: the lock under which the log is changed was not free for a minute; it is held by %',
        (select string_agg(concat_ws(' ', 'pid', l.pid, a.usename, a.application_name), ', ') from pg_locks l left join pg_stat_activity a on a.pid = l.pid
          where l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.database = (select d.oid from pg_database d where d.datname = current_database())
            and l.classid = hashtext('nestjs-prisma-audit')::oid and l.objid = hashtext('audit')::oid)
        using errcode = 'lock_not_available', hint = 'Another migrate or backfill ends by itself, anything else has no business with it. Run "prisma migrate resolve --rolled-back" for this migration, and "prisma migrate deploy" again.';
    end if;
    perform pg_sleep(0.1);
  end loop;
  if current_setting('server_version_num')::int / 10000 not between 14 and 18 then
    raise exception 'audit: PostgreSQL % is not supported, use 14 to 18', current_setting('server_version');
  end if;
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception 'audit: the encoding of the database is %, and hashes are over UTF8', current_setting('server_encoding');
  end if;
  if to_regclass('"audit".migration') is null and exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'audit') then
    raise exception 'audit: there is a schema "audit" with tables of somebody else''s' using hint = 'Choose another name with the option schema.';
  end if;
  create schema if not exists "audit";
  create table if not exists "audit".migration (name text primary key, checksum text not null, applied_at timestamptz not null default now());
  -- What others have done to the triggers up to now is not this migration's doing.
  if to_regclass('"audit".coverage') is not null then
    execute 'select "audit".watch_coverage() where exists (select from "audit".coverage)';
  end if;
end ${QUOTE};
`;

/** The name of the schema stands as a string in places, too. */
export function migrationHead(schema: string): string {
  return inSchema(schema, HEAD).replaceAll(`'audit'`, pg.escapeLiteral(schema));
}

export function migrationTail(schema: string, engine: Engine | undefined): string {
  return inSchema(
    schema,
    `-- Default privileges of the database may have opened what was made here to others.
select "audit".close_rights(${pg.escapeLiteral(dueRights(engine)).trimStart()}::jsonb);
-- From now on a change of these triggers is noticed.
select "audit".watch_coverage(true);
`,
  );
}

/** After the tail: the first look makes the row. */
export function leaveOut(schema: string, tables: readonly string[]): string {
  const list = tables.map((table) => literal(table)).join(', ');
  return `update "${schema}".coverage set left_out = array[${list}]::text[];\n`;
}

/** One of the log's own files, in the ledger afterwards, so that the command `migrate` finds it done. */
export function guardedFile(
  schema: string,
  file: { readonly name: string; readonly sql: string },
  origin: string | undefined,
): string {
  const quote = '$audit_file$';
  if (file.sql.includes(quote) || file.sql.includes(QUOTE)) throw new Error(`${file.name} contains ${quote}`);
  const naming = origin === undefined ? '' : `\n  perform set_config('audit.origin', ${literal(origin)}, true);`;
  return `do ${QUOTE}
begin
  if exists (select from "${schema}".migration where name = ${literal(file.name)}) then
    return;
  end if;${naming}
  execute ${quote}
${inSchema(schema, file.sql).trimEnd()}
${quote};
  insert into "${schema}".migration (name, checksum) values (${literal(file.name)}, '${hash('sha256', file.sql)}');
end ${QUOTE};
`;
}

export function guardedAttach(schema: string, table: string, args: readonly string[], onMissing: string): string {
  const list = args.map((arg) => literal(arg)).join(', ');
  const call = `"${schema}".attach(${literal(table)}, array[${list}]::text[], ${literal(onMissing)})`;
  return guarded(table, call);
}

export function guardedDetach(schema: string, table: string): string {
  return guarded(table, `"${schema}".detach(${literal(table)})`);
}

/** The table may be gone when a history is replayed. */
function guarded(table: string, call: string): string {
  return `do ${QUOTE}
begin
  if to_regclass(${literal(table)}) is null then
    return;
  end if;
  perform set_config('lock_timeout', '${LOCK_TIMEOUT}', true);
  perform ${call};
exception when lock_not_available then
  raise exception 'audit: % was locked by another session for ${LOCK_TIMEOUT}, nothing was changed', ${literal(table)}
    using errcode = 'lock_not_available', hint = 'Run "prisma migrate resolve --rolled-back" for this migration, and "prisma migrate deploy" again at a quieter moment.';
end ${QUOTE};
`;
}

function literal(value: string): string {
  if (value.includes(QUOTE)) throw new Error(`a name must not contain ${QUOTE}`);
  return pg.escapeLiteral(value).trimStart();
}
