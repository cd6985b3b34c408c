/**
 * The battery of one client: `node run.mjs CLIENT.mjs PLAIN_URL AUDITED_URL DIST`. Prints, as JSON, for each operation what an
 * application sees without us and with us, and what the log has.
 */
import pg from 'pg';
import { battery } from './battery.mjs';

const [name, plainUrl, auditedUrl, dist] = process.argv.slice(2);
const { auditClient, auditPool } = await import(`${dist}/pg/index.js`);
const { runAs } = await import(`${dist}/context/index.js`);
const { open } = await import(`./${name}`);
const same = (object) => object;

const log = new pg.Client({ connectionString: auditedUrl });
await log.connect();
const without = await run(plainUrl, { auditClient: same, auditPool: same }, () => []);
const been = await run(auditedUrl, { auditClient, auditPool }, captured);
await log.end();
console.log(
  JSON.stringify(
    Object.keys(been).map((operation) => ({ operation, without: without[operation].seen, ...been[operation] })),
  ),
);

async function run(url, wraps, found) {
  const client = await open({ url, ...wraps });
  const seen = {};
  const operations = battery(client, (id, fn) => runAs({ id }, fn));
  for (const [operation, fn] of Object.entries(operations)) {
    await found();
    const result = await fn().catch((error) => `${error.name}: ${error.message}`);
    seen[operation] = { seen: JSON.stringify(result), captured: await found() };
  }
  await client.close();
  return seen;
}

async function captured() {
  const { rows } = await log.query(
    `with gone as (select max(pos) as pos from audit.content),
          been as (select coalesce(nullif(current_setting('test.pos', true), ''), '0')::bigint as pos)
     select c.op, c.model, convert_from(c.actor, 'UTF8')::json ->> 'id' as actor, c.data::json #>> '{new,key}' as key, set_config('test.pos', gone.pos::text, false)
       from audit.content c, gone, been where c.pos > been.pos order by c.pos`,
  );
  return rows.map(({ op, model, actor, key }) => ({ change: `${op} ${model} ${actor}`, actor, key }));
}
