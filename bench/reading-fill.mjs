import { withClient } from './databases.mjs';

export const TENANTS = 50;
const DAYS = 90;

/**
 * A log to be read, not verified: its hashes are no hashes. Entries of 50 tenants over 90 days, three in a unit of work, in the order of time;
 * 100 actors and addresses and 2,000 records of a type a tenant, 8 types, 30 actions. Written set by set, without triggers and indexes, which are
 * made afterwards: a million takes about a minute.
 */
const CHUNK = `
with n as (
  select g as n, g / 3 as unit, (g / 3 % ${TENANTS})::integer as t, g / (3 * ${TENANTS}) as round, (hashint8(g) & 2147483647) as h
    from generate_series($1::bigint, $2::bigint - 1) g
), named as (
  select n.*, case t when 0 then 'acme' else 't-' || t end as tenant, 'u-' || h % 100 as actor, (array['Invoice', 'Patient', 'Line', 'Order', 'User', 'Room', 'Note', 'File'])[1 + h % 8] as type,
         $3::bigint + n.n * $4::bigint as at, md5('unit' || unit)::uuid as group_id
    from n
), told as (
  select named.*,
         case when h % 40 = 7 then 'auth.login' when h % 1000 = 3 then 'audit.exported' when h % 20 = 1 then type || '.read' when h % 10 < 8 then type || (array['.create', '.update', '.update', '.delete'])[1 + h / 8 % 4]
              else lower(type) || (array['.approve', '.refund'])[1 + h / 16 % 2] end as action,
         case when h % 40 = 7 then 'failure' when h % 100 = 9 then 'denied' else 'success' end as outcome,
         ('{"id":"' || actor || '","type":"user","email":"' || case h % 100 when 17 then 'ada' else 'user' || h % 100 end || '@example.com","tenant":"' || tenant || '","ip":"203.0.113.' || h % 100
           || '","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/126.0","requestId":"req-' || unit / ${TENANTS} || '"}') as who
    from named
), content as (
  insert into audit.content (pos, at, source, op, model, resource_id, group_id, tenant_key, actor, data)
  select n + 1000, timestamptz 'epoch' + at * interval '1 microsecond', 'record', null, type, (h / 8 % 10000)::text, group_id, tenant, convert_to(who, 'UTF8'),
         '{"id":"' || h / 8 % 10000 || '","old":{"id":' || h / 8 % 10000 || ',"status":"draft","total":"1200.50","note":"Delivered in two parts."},"new":{"id":' || h / 8 % 10000
           || ',"status":"approved","total":"' || n || '","note":"Delivered in two parts."}}'
    from told
)
insert into audit.entry (chain, seq, pos, sealed_at, occurred_at, id, hash, tenant_key, actor_id, action, resource_type, resource_id, outcome, request_id, group_id, source, actor_email, address, body)
select 1 + t, round * 3 + n % 3, n + 1000, timestamptz 'epoch' + at * interval '1 microsecond', timestamptz 'epoch' + at * interval '1 microsecond',
       (lpad(to_hex(at / 1000), 12, '0') || '7' || lpad(to_hex(at % 1000), 3, '0') || '8' || substr(md5(n::text), 1, 15))::uuid, decode(md5(n::text) || md5(n::text), 'hex'), tenant,
       actor, action, type, (h / 8 % 10000)::text, outcome, 'req-' || unit / ${TENANTS}, group_id,
       case when action like '%.read' then 'read' when outcome = 'success' and action ~ '(create|update|delete)$' then 'change' else 'request' end,
       case h % 100 when 17 then 'ada' else 'user' || h % 100 end || '@example.com', '203.0.113.' || h % 100,
       '{"action":"' || action || '","commit":{"actor":"' || md5(n::text) || md5(n::text) || '","data":"' || md5(n::text) || md5(n::text) || '"},"group":"' || group_id || '","id":"x","occurredAt":"'
         || to_char((timestamptz 'epoch' + at * interval '1 microsecond') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '","outcome":"' || outcome || '","resource":"' || type || '"'
         || case when h % 200 = 5 then ',"severity":"critical"' else '' end || ',"source":"record","tx":"bench.' || unit || '","v":1}'
  from told`;

/** Indexes that are no constraints, as they were made. */
const INDEXES = `
select indexrelid::regclass::text as name, pg_get_indexdef(indexrelid) as definition from pg_index
 where indrelid = 'audit.entry'::regclass and not indisprimary`;

export async function fillForReading(url, entries, tick = () => undefined) {
  await withClient(url, async (client) => {
    await client.query(
      `set session_replication_role = replica; set synchronous_commit = off; set maintenance_work_mem = '512MB'; set max_parallel_maintenance_workers = 2`,
    );
    await client.query(`set timezone = 'UTC'`);
    for (const table of ['content', 'entry']) await client.query(`alter table audit.${table} disable trigger all`);
    const { rows: indexes } = await client.query(INDEXES);
    for (const { name } of indexes) await client.query(`drop index ${name}`);
    // 90 days that have the days of the documented questions in their middle.
    const start = Date.UTC(2026, 0, 15) * 1_000;
    const step = Math.floor((DAYS * 86_400_000_000) / entries);
    for (let from = 0; from < entries; from += 100_000) {
      await client.query(CHUNK, [from, Math.min(entries, from + 100_000), start, step]);
      tick();
    }
    await client.query(
      `insert into audit.chain (chain, origin, tenant_key, size, hash, frontier)
       select e.chain, 'bench/' || e.chain, min(e.tenant_key), count(*), decode(repeat('00', 32), 'hex'), '' from audit.entry e group by e.chain`,
    );
    for (const { definition } of indexes) {
      await client.query(definition);
      tick();
    }
    await client.query('vacuum analyze audit.entry, audit.content, audit.chain');
    await client.query('checkpoint');
  });
}
