import type { Pool } from './pool.js';

/** What a role could do to the log: by itself, by a grant, through PUBLIC, or as any role that it can become. */
export interface Powers {
  /** It is a superuser, owns the log or a part of it, or can become the owner. */
  readonly owns: boolean;
  /** Rights on the log that are not those of its part, e.g. `INSERT content`. */
  readonly rights: readonly string[];
  /** Ways round the log and its triggers, e.g. `owns the audited table Invoice, and can switch its triggers off`. */
  readonly ways: readonly string[];
}

/**
 * `can`: the role itself and all that it is a member of, also where it does not inherit their rights: SET ROLE makes it one of them
 * (PostgreSQL manual, chapter "Role Membership"). $3: functions that its part may execute, $4: tables that it may read,
 * $5: whether it may set what switches triggers off, $6: whether row-level security is to bind it.
 */
const POWERS = `
with recursive can as (
  select r.oid, r.rolname, r.rolsuper, r.rolcreaterole, r.rolreplication, r.rolbypassrls from pg_roles r where pg_has_role($2::text, r.oid, 'member')
), log as (
  select n.oid, n.nspowner from pg_namespace n where n.nspname = $1
), relation as (
  select c.oid, c.relname, c.relowner from pg_class c join log on c.relnamespace = log.oid where c.relkind in ('r', 'p', 'v', 'm', 'f')
), audited as (
  select distinct c.relowner, c.oid::regclass::text as name
    from pg_trigger t join pg_proc p on p.oid = t.tgfoid join log on p.pronamespace = log.oid join pg_class c on c.oid = t.tgrelid
   where c.relnamespace <> log.oid
), way (say) as (
  select 'may create roles (CREATEROLE), and with them members of others' from can where rolcreaterole and not rolsuper
  union select 'may replicate (REPLICATION), and so read all that is written' from can where rolreplication and not rolsuper
  union select 'is not bound by row-level security (BYPASSRLS)' from can where $6::boolean and rolbypassrls and not rolsuper
  union select 'is a member of ' || rolname || ', and so reads or writes the files of the server' from can
         where rolname in ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files') and not (select rolsuper from pg_roles where rolname = $2)
  union select 'may set ' || s.name || ', which switches triggers off' from can, (values ('session_replication_role')) s (name)
         where not can.rolsuper and $5::boolean
  union select 'owns the audited table ' || a.name || ', and can switch its triggers off' from audited a join can on can.oid = a.relowner
         where not exists (select from can c where c.rolsuper)
  union select 'may hand on the role ' || m.roleid::regrole::text || ' (ADMIN OPTION)' from pg_auth_members m join can on can.oid = m.member join log on m.roleid = log.nspowner
         where m.admin_option
)
select exists (select from can where rolsuper)
         or exists (select from can join log on can.oid = log.nspowner)
         or exists (select from can join relation r on can.oid = r.relowner)
         or exists (select from can join pg_proc p on can.oid = p.proowner join log on p.pronamespace = log.oid) as owns,
       array(select distinct p || ' ' || r.relname
               from relation r, can, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
              where (p <> 'SELECT' or r.relname <> all ($4::text[]))
                and (has_table_privilege(can.oid, r.oid, p) or p in ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES') and has_any_column_privilege(can.oid, r.oid, p)) order by 1)
       || array(select distinct 'EXECUTE ' || f.proname from pg_proc f join log on f.pronamespace = log.oid, can
                 where f.proname <> all ($3::text[]) and has_function_privilege(can.oid, f.oid, 'EXECUTE') order by 1)
       || array(select distinct 'CREATE in the schema' from log, can where has_schema_privilege(can.oid, log.oid, 'CREATE')) as rights,
       array(select say from way order by 1) as ways`;

/** PostgreSQL 15 can give the right to set one setting; before, superusers alone set it. */
const MAY_SET = `select exists (select from pg_roles r where pg_has_role($1::text, r.oid, 'member') and (has_parameter_privilege(r.oid, 'session_replication_role', 'SET') or has_parameter_privilege(r.oid, 'session_replication_role', 'ALTER SYSTEM'))) as may`;

/**
 * @param role whose powers are asked
 * @param due functions that its part may execute, tables that it may read, and whether row-level security is to bind it
 */
export async function readPowers(
  pool: Pool,
  schema: string,
  role: string,
  due: { readonly functions: readonly string[]; readonly tables: readonly string[]; readonly walls: boolean },
): Promise<Powers | undefined> {
  const { rows: version } = await pool.query<{ n: number }>(`select current_setting('server_version_num')::int as n`);
  const maySet =
    (version[0]?.n ?? 0) >= 150_000 && (await pool.query<{ may: boolean }>(MAY_SET, [role])).rows[0]?.may === true;
  const { rows } = await pool.query<Powers>(POWERS, [schema, role, due.functions, due.tables, maySet, due.walls]);
  return rows[0];
}
