import { freshDatabase, installLog, withClient } from './databases.mjs';

/**
 * Content as an application leaves it that has everything by which entries are found: of twelve entries nine are changes, two are requests (one of
 * eight failed) and one is an access, every other with a plate and all with a subject; all have an actor with e-mail and address, of a thousand,
 * a unit of work of three and a request. 20 tenants.
 */
const FILL = `
insert into audit.content (source, op, model, resource_id, group_id, header, actor, data)
select case when kind < 9 then 'change' when kind < 11 then 'request' else 'record' end, case when kind < 9 then 'update' end,
       case when kind < 11 then 'Invoice' else 'AccessPoint' end, case when kind < 11 then n::text else 'gate-' || n % 40 end, md5('unit' || unit)::uuid,
       case when kind < 9 then null when kind < 11 then '{"action":"invoice.approve","outcome":"' || case when unit % 8 = 0 then 'failure' else 'success' end || '","durationMs":12}'
            else '{"action":"access.' || case when unit % 8 = 0 then 'denied","outcome":"denied' else 'entry' end || '"}' end,
       convert_to('{"id":"user_01HZX3V' || who || '","type":"user","email":"ada.lovelace.' || who || '@example.com","tenant":"acme-' || unit % 20
         || '","ip":"203.0.' || who / 250 || '.' || who % 250 || '","userAgent":"Mozilla/5.0 (X11; Linux x86_64) Firefox/126.0","requestId":"' || md5('request' || unit)::uuid || '"}', 'UTF8'),
       case when kind < 9 then '{"id":"' || n || '","new":' || image || ',"old":' || image || '}'
            when kind < 11 then '{"id":"' || n || '","details":{"http":{"method":"POST","route":"/invoices/:id/approve","status":200}}}'
            else '{"id":"gate-' || n % 40 || '","details":{"direction":"in","method":"card","subject":"employee-' || who || '"' || case when n % 24 = 11 then ',"vehicle":{"plate":"B-AU ' || who || '"}' else '' end || '}}' end
  from (select n, n % 12 as kind, n / 3 as unit, 1000 + n / 3 * 7919 % 1000 as who,
               '{"id":' || n || ',"tenantId":"acme","number":"INV-2024-' || n || '","status":"approved","currency":"EUR","total":1250.75,"note":"Delivered in two parts; the second follows next week.","createdAt":"2024-05-17T09:31:07.482"}' as image
          from generate_series(0, $1::integer - 1) n) made
 order by n`;

/** A database to be copied: the same rows for every run, none of them sealed. */
export async function fillForIndexes(server, name, rows) {
  const url = await freshDatabase(server, name);
  await installLog(url);
  await withClient(url, async (client) => {
    await client.query(FILL, [rows]);
    // Hints and visibility are written here, and not by the sealer's first reading; nor does a vacuum come in the middle of a run.
    for (const table of ['content', 'entry'])
      await client.query(`alter table audit.${table} set (autovacuum_enabled = off)`);
    await client.query('vacuum (freeze, analyze) audit.content');
  });
}
