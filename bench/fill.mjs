import { withClient } from './databases.mjs';

/**
 * Content as the trigger writes it: a section of 234 bytes that three changes of one request share, old and new row of
 * 720 bytes together, one transaction for each request.
 */
const FILL = `
create or replace function bench_row(n bigint, total text, status text) returns text language sql immutable as $$
  select '{"id":' || n || ',"tenantId":"acme","accountId":' || 1 + n / 100 || ',"number":"INV-2024-' || n || '","status":"' || status
    || '","currency":"EUR","total":' || total || ',"tax":228.10,"note":"Delivered in two parts; the second follows next week.",'
    || '"metadata":{"source": "api", "channel": "web", "reference": "PO-2024-00417"},'
    || '"createdAt":"2024-05-17T09:31:07.482","updatedAt":"2024-05-17T09:44:51.190","approvedAt":null}'
$$;
create or replace procedure bench_fill(rows integer, tenants integer) language plpgsql as $$
declare
  unit uuid;
  actor bytea;
begin
  for request in 0 .. (rows - 1) / 3 loop
    unit := gen_random_uuid();
    actor := convert_to('{"id":"user_01HZX3V' || 100 + request % 100 || '","type":"user","email":"ada.lovelace@example.com","tenant":"acme-'
      || 10 + request % tenants || '","ip":"203.0.113.42","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/126.0","requestId":"' || gen_random_uuid() || '"}', 'UTF8');
    insert into audit.content (source, op, model, resource_id, group_id, tenant_key, actor, data, flags)
    select 'change', 'update', 'Invoice', n::text, unit, null, actor,
           '{"id":"' || n || '","new":' || bench_row(n, '1250.75', 'approved') || ',"old":' || bench_row(n, '1200.50', 'draft') || '}', null
      from generate_series(request * 3 + 1, least(request * 3 + 3, rows)) n;
    commit;
  end loop;
end $$;`;

export async function fillContent(url, { rows, tenants }) {
  await withClient(url, async (client) => {
    await client.query(FILL);
    await client.query('set synchronous_commit = off'); // of the filling alone
    await client.query(`call bench_fill(${rows}, ${tenants})`);
    await client.query('set synchronous_commit = on');
    await client.query('analyze audit.content');
    await client.query('checkpoint');
  });
}
