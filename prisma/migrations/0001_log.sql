-- The log: content (what was captured, written once), entry (the sealed header), chain and sealer.
-- "audit" stands for the schema of the log; the migrator replaces it where another name is configured.
-- Every statement can be run twice.

create schema if not exists "audit";

create sequence if not exists "audit".content_pos_seq as bigint minvalue 1 cache 1; -- CACHE 1: a position handed out later is greater

-- What was captured, where it was captured: in the caller's own transaction. The sections `actor` and `data` are opaque
-- bytes; only the sealer's process parses them. Append-only.
create table if not exists "audit".content (
  -- First column, so that its default runs first: a row must have its transaction id before it has a position, or the
  -- sealer could give the position up while the row is still on its way.
  xid xid8 not null default pg_current_xact_id(),
  pos bigint not null default nextval('"audit".content_pos_seq') primary key,
  at timestamptz not null default clock_timestamp(),
  source text not null,
  op text,
  model text,
  resource_id text,
  group_id uuid,
  tenant_key text,
  salt_actor uuid default gen_random_uuid(),
  salt_data uuid default gen_random_uuid(),
  actor bytea,
  data text,
  header text,
  flags text
);
alter sequence "audit".content_pos_seq owned by "audit".content.pos; -- so that tools which set sequences after a copy find it
alter table "audit".content set (autovacuum_vacuum_insert_scale_factor = 0.02);

-- One row for each chain; a tenant has one chain.
create table if not exists "audit".chain (
  chain integer primary key,
  origin text collate "C" not null unique,
  tenant_key text collate "C" not null unique,
  size bigint not null check (size >= 0),
  hash bytea not null check (octet_length(hash) = 32),
  frontier bytea not null
) with (fillfactor = 10);

-- The sealed header. The bytes in `body` are the bytes that were hashed. All other columns are projections of the body
-- and the sections, so that the log can be searched; the verifier compares them.
create table if not exists "audit".entry (
  chain integer not null,
  seq bigint not null check (seq >= 0),
  pos bigint not null,
  sealed_at timestamptz not null,
  occurred_at timestamptz not null,
  id uuid not null,
  hash bytea not null check (octet_length(hash) = 32),
  tenant_key text collate "C" not null default '',
  actor_id text collate "C",
  action text collate "C" not null,
  resource_type text collate "C",
  resource_id text collate "C",
  outcome text collate "C" not null,
  request_id text collate "C",
  group_id uuid,
  body text not null,
  primary key (chain, seq)
);
alter table "audit".entry set (autovacuum_vacuum_insert_scale_factor = 0.02);
alter table "audit".entry alter column id set statistics 1000;

create unique index if not exists entry_pos_key on "audit".entry (pos);
create unique index if not exists entry_id_key on "audit".entry (id);
create index if not exists entry_group on "audit".entry (group_id);
create index if not exists entry_request on "audit".entry (request_id);
create index if not exists entry_browse on "audit".entry (tenant_key, id);
create index if not exists entry_actor on "audit".entry (tenant_key, actor_id, id);
-- The history of a record is in the order of its chain, whatever the clock did; a range of time is looked for in the same index.
create index if not exists entry_resource on "audit".entry (tenant_key, resource_type, resource_id, seq, id);
create index if not exists entry_action on "audit".entry (tenant_key, action, id);
create index if not exists entry_failed on "audit".entry (tenant_key, id) where outcome <> 'success';
create index if not exists entry_failed_actor on "audit".entry (tenant_key, actor_id, id) where outcome <> 'success';
create index if not exists entry_failed_action on "audit".entry (tenant_key, action, id) where outcome <> 'success';

-- One row: who seals, how far all positions are settled, and the deployment's name.
create table if not exists "audit".sealer (
  one boolean primary key default true check (one),
  origin text collate "C" not null check (origin ~ '^[a-z0-9._~-]+(/[a-z0-9._~-]+)*$' and length(origin) <= 200),
  incarnation text not null check (incarnation ~ '^[0-9a-f]{8}$'),
  server text not null default '',
  epoch bigint not null default 0,
  holder text,
  lease_until timestamptz not null default '-infinity',
  low bigint not null default 0,
  last_sealed_at timestamptz not null default 'epoch'
) with (fillfactor = 10);

-- An event trigger of the database may force row-level security on new tables: the owner, and so every function of the log, must see all.
create or replace function "audit".unforce() returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  t regclass;
begin
  for t in select c.oid from pg_class c where c.relnamespace = '"audit"'::regnamespace and c.relforcerowsecurity loop
    execute format('alter table %s no force row level security', t);
    if row_security_active(t) then
      raise exception 'audit: row-level security of % is forced upon its owner, who could not write to it; an event trigger does that: let it leave out this schema', t
        using errcode = 'AUD04';
    end if;
  end loop;
end $$;
revoke all on function "audit".unforce() from public;
select "audit".unforce();

insert into "audit".sealer (origin, incarnation)
values (
  coalesce(nullif(current_setting('audit.origin', true), ''), 'log-' || left(replace(gen_random_uuid()::text, '-', ''), 16)),
  left(replace(gen_random_uuid()::text, '-', ''), 8)
)
on conflict (one) do nothing;

-- Keys that were used once: events with an id of the caller's, and batches whose commit was not acknowledged.
create table if not exists "audit".event_key (
  scope text collate "C" not null check (scope in ('event', 'batch')),
  tenant_key text collate "C" not null,
  key text collate "C" not null,
  at timestamptz not null default now(),
  primary key (scope, tenant_key, key)
);
create index if not exists event_key_at on "audit".event_key (at); -- by which the old ones are forgotten
-- How long the lease was granted for: one that ends later than that from now was granted before the clock was set back.
alter table "audit".sealer add column if not exists lease_ms integer not null default 10000;
