import { createPool, type Pool } from '../../../src/store/postgres/index.js';
import { createDatabase } from '../../support/database.js';
import { filledLog, type FilledLog } from '../../support/filled-log.js';

/** Cut to what an identifier holds. */
function identifier(text: string): string {
  let name = '';
  for (const character of text) if (Buffer.byteLength(name + character) <= 60) name += character;
  return name;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A real log, in which `text` stands in every place that a command can print. Entries of the default chain stay what they are found by. */
export async function hostileLog(text: string): Promise<FilledLog> {
  const log = await filledLog();
  const { pool } = log;
  const table = identifier(text) || 'x';
  // `0 &&`: some servers write the text of failing statements into their log, which is not ours.
  await pool.query(`create table ${quoted(table)} (${quoted(identifier(`c${text}`))} int, "password" text)`);
  for (const name of ['content', 'entry', 'chain', 'sealer'])
    await pool.query(`alter table audit.${name} disable trigger all`);
  await pool.query(`alter table audit.sealer drop constraint sealer_origin_check`);
  await pool.query(`update audit.sealer set origin = $1, holder = $1, server = $1, lease_ms = 3600000, lease_until = now() + interval '1 hour'`, [text]); // prettier-ignore
  await pool.query(`update audit.chain set origin = 'o' || chain || $1 where tenant_key <> ''`, [text]);
  await pool.query(`update audit.chain set origin = $1 where tenant_key = ''`, [text]);
  // The first stays readable, the second says it in its body, the third is no JSON at all, the fourth has a hostile section.
  const body = JSON.stringify({ action: text, outcome: text, resource: text, source: text, occurredAt: text, flags: [text], severity: text, group: text, tx: text, v: 1 }); // prettier-ignore
  await pool.query(`update audit.entry set body = $1, action = $2, outcome = $2, resource_type = $2 where tenant_key = '' and seq = 2`, [body, text]); // prettier-ignore
  await pool.query(`update audit.entry set body = $1, action = $1, outcome = $1, resource_type = $1, hash = decode(repeat('00', 32), 'hex') where tenant_key = '' and seq = 3`, [text]); // prettier-ignore
  const json = JSON.stringify(`${text}\u0000\ud800`);
  const image = `{${json}:${json},"a":{${json}:${json}},"b":null,"c":[${json}]}`;
  const data = `{"id":${json},"old":${image},"new":{${json}:1,"n":2},"details":{${json}:${json}},"reason":${json},"error":{"name":${json},"message":${json}},"redacted":[${json}],"ignored":[${json}],"cut":{"new":{${json}:{"bytes":1,"sha256":"x"}}}}`;
  const actor = `{"id":${json},"type":${json},${json}:${json}}`;
  await pool.query(`update audit.content c set data = $1, actor = convert_to($2, 'UTF8'), op = $3, model = $3, flags = $3, header = $3, resource_id = $3 from audit.entry e where e.pos = c.pos and e.seq in (2, 4)`, [data, actor, text]); // prettier-ignore
  await pool.query(`update audit.content c set data = $1, actor = convert_to($1, 'UTF8') from audit.entry e where e.pos = c.pos and e.seq = 5`, [text]); // prettier-ignore
  return log;
}

/** A server name, a database and a role that are called so. */
export async function hostileDatabase(text: string): Promise<{ url: string; pool: Pool; close(): Promise<void> }> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 2, applicationName: 'test' });
  await pool.query(`create function public.say(t text) returns void language plpgsql as $$ begin raise exception '%', t using detail = t, hint = t; end $$`); // prettier-ignore
  await pool.query(`create table ${quoted(identifier(text) || 'x')} (id int primary key, ${quoted(identifier(`password${text}`))} text)`); // prettier-ignore
  return {
    url: database.url,
    pool,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

export { identifier };
