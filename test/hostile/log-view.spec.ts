import { afterAll, beforeAll, expect, it } from '@jest/globals';
import pg from 'pg';
import { reconcilePrivileges } from '../../src/store/postgres/index.js';
import { sealAll } from '../support/log.js';
import { onEachVersion } from '../support/versions.js';

const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
const MB = 'x'.repeat(1_000_000);
const utf8 = (text: string): Buffer => Buffer.from(text, 'utf8');

/** What stands where an `actor` section is due. */
const ACTORS: readonly [name: string, bytes: Buffer][] = [
  ['no JSON', utf8('nonsense')],
  ['nothing', utf8('')],
  ['a list', utf8('[{"id":"ann"}]')],
  ['a number', utf8('5')],
  ['null', utf8('null')],
  ['no UTF-8', Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
  ['half a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['UTF-16', Buffer.from('{"id":"ann"}', 'utf16le')],
  ['NUL bytes', Buffer.alloc(64)],
  ['4,000 levels', utf8(`{"role":${deep(4_000)}}`)],
  ['200,000 levels', utf8(`{"role":${deep(200_000)}}`)],
  ['a megabyte', utf8(JSON.stringify({ role: MB }))],
  ['members of other types', utf8('{"id":5,"type":["x"],"email":{},"role":true,"ip":1e999,"userAgent":null,"session":[],"onBehalfOf":{"a":1}}')],
  ['members twice', utf8('{"role":"first","role":"last"}')],
  ['escapes of NUL and halves', utf8(String.raw`{"role":"a\u0000b","userAgent":"\ud800","session":"\udc00\ud83e\uddfe","onBehalfOf":"\\u0000"}`)],
  ['ANSI, RTL, a script, a formula', utf8(JSON.stringify({ role: '\u001b[2J\u202e', userAgent: '<script>alert(1)</script>', session: '=cmd|x' }))],
  ['members named like others', utf8('{"__proto__":{"role":"x"},"constructor":"x","":"y"}')],
]; // prettier-ignore

/** What stands where a `data` section is due. */
const DATAS: readonly [name: string, text: string][] = [
  ['no JSON', '{"new":'],
  ['nothing', ''],
  ['a list', '[1,{"new":{}}]'],
  ['a number', '5'],
  ['a string', '"new"'],
  ['null', 'null'],
  ['lists for objects', '{"old":[1],"new":[2],"error":[3],"details":[4],"reason":[5]}'],
  ['text for objects', '{"old":"a","new":"b","error":"c","details":"d","reason":{}}'],
  ['null for objects', '{"old":null,"new":null,"error":null,"details":null,"reason":null}'],
  ['4,000 levels', `{"new":${deep(4_000)},"details":${deep(4_000)}}`],
  ['4,000 levels of an image', `{"old":{"a":1},"new":{"a":${deep(4_000)}}}`],
  ['500,000 levels', `{"new":${deep(500_000)}}`],
  ['a megabyte', JSON.stringify({ new: { a: MB }, old: { a: `${MB}y` }, reason: MB })],
  ['a name of a megabyte', JSON.stringify({ new: { [MB]: 1 }, old: { [MB]: 2 } })],
  ['numbers beyond double', '{"new":{"a":1e400,"b":-1e-400,"c":123456789012345678901234567890},"old":{"a":1e401}}'],
  ['numbers beyond numeric', '{"new":{"a":1e999999999},"old":{"a":1},"details":{"n":1e131073}}'],
  ['a number of a megabyte', `{"new":{"a":${'9'.repeat(1_000_000)}}}`],
  ['escapes of NUL and halves', String.raw`{"reason":"a\u0000b","new":{"a":"\ud800","b\u0000":"\u0000"},"old":{"a":"\udc00"},"details":{"x":"\\u0000\\\u0000"}}`],
  ['halves in a row', String.raw`{"details":{"x":"\ud800\ud800\udc00\udc00\ud83e\uddfe"}}`],
  ['an escape that is cut off', String.raw`{"reason":"\u00`],
  ['names twice', '{"new":{"a":1,"a":2},"old":{"a":1},"new":{"a":3}}'],
  ['marks of other types', '{"new":{"a":1},"old":{"a":2},"redacted":{"a":1},"redactedChanged":"a","ignored":5,"masked":[1],"cut":"x","jsonNull":{"old":"a","new":{"a":1}}}'],
  ['marks inside of marks', '{"new":{"a":1},"old":{"a":1},"redacted":[["a"],{"a":1},null,5],"masked":{"old":{"a":{"b":1}},"new":null},"cut":{"old":[1],"new":{"a":null}}}'],
  ['ANSI, RTL, a script, a formula', JSON.stringify({ reason: '\u001b]0;x\u0007\u202e', new: { '=1+1': '<script>', '\u001b[31m': '+' } })],
  ['a table to drop', `{"reason":"'; drop table audit.entry; --","new":{"'; drop table audit.entry; --":1}}`],
]; // prettier-ignore

/** What an owner who can do anything makes of a body. */
const BODIES: readonly string[] = [
  `''`,
  `'nonsense'`,
  `'[]'`,
  `'null'`,
  `'{"flags":"gap","severity":5,"durationMs":"x","tx":[]}'`,
  `'{"flags":[1,null,["gap"],"gap"],"durationMs":1e999,"severity":"\\u0000"}'`,
  `'{"durationMs":1.5,"flags":{"a":1}}'`,
  `'{"durationMs":99999999999999999999}'`,
  `repeat('[', 4000) || repeat(']', 4000)`,
  `repeat('[', 500000)`,
  `'{"severity":"' || repeat('x', 1000000) || '"}'`,
];

const COLUMNS = 'id chain seq origin tenant occurred_at sealed_at source action outcome severity duration_ms flags group_id tx resource_type resource_id actor_id actor_type actor_email actor_role on_behalf_of ip user_agent session request_id old new changed reason error details hash'; // prettier-ignore

onEachVersion('rows of the view log, whatever stands in them', (log) => {
  let count = 0;
  const named = new Map<string, string>();
  beforeAll(async () => {
    const { pool, store } = log();
    const add = async (name: string, actor: Buffer | null, data: string | null): Promise<void> => {
      named.set(name, `n-${named.size}`);
      await pool.query(`insert into audit.content (source, header, model, resource_id, actor, data) values ('record', '{"action":"a.b"}', 'Thing', $1, $2, $3)`, [named.get(name), actor, data]); // prettier-ignore
    };
    for (const [name, actor] of ACTORS) await add(`actor: ${name}`, actor, '{}');
    for (const [name, data] of DATAS) await add(`data: ${name}`, utf8('{}'), data);
    for (const body of BODIES) await add(`body: ${body}`, utf8('{}'), '{}');
    await add('a time without an end', utf8('{}'), '{}');
    await add('content that is gone', utf8('{}'), '{}');
    await add('a chain that is gone', utf8('{}'), '{}');
    await sealAll(store);
    const of = (name: string): string => `resource_id = '${named.get(name)}'`;
    await pool.query('alter table audit.entry disable trigger all; alter table audit.content disable trigger all');
    for (const body of BODIES) await pool.query(`update audit.entry set body = ${body} where ${of(`body: ${body}`)}`);
    await pool.query(`update audit.entry set occurred_at = 'infinity', sealed_at = '-infinity', source = null, outcome = '', action = '' where ${of('a time without an end')}`); // prettier-ignore
    await pool.query(`delete from audit.content where ${of('content that is gone')}`);
    await pool.query(`update audit.entry set chain = 77 where ${of('a chain that is gone')}`);
    count = named.size + 1; // the opening of the chain
  });

  it('end no answer, as a whole', async () => {
    const { rows } = await log().pool.query(`select ${COLUMNS.replaceAll(' ', ', ')} from audit.log`);
    expect(rows).toHaveLength(count);
    expect((await log().pool.query('select * from audit.log')).fields.map(({ name }) => name).join(' ')).toBe(COLUMNS);
    expect((await log().pool.query('select count(*)::int as n from audit.log')).rows).toEqual([{ n: count }]);
  });

  it.each(COLUMNS.split(' '))('end no answer that asks for %s, or sorts and groups by it', async (column) => {
    const { pool } = log();
    expect((await pool.query(`select ${column} from audit.log`)).rows).toHaveLength(count);
    expect((await pool.query(`select ${column}, count(*) from audit.log group by 1 order by 1`)).rows.length).toBeGreaterThan(0); // prettier-ignore
    await pool.query(`select id from audit.log where ${column} is not null`);
  });

  it('end no answer that looks into a document', async () => {
    const { pool } = log();
    for (const where of [`new ->> 'a' = 'x'`, `old -> 'a' is not null`, `details @> '{"x":1}'`, `new #>> '{a,0}' = 'x'`, `new ? 'a'`, `jsonb_typeof(new) = 'string'`, `'a' = any (changed)`, `reason ilike '%drop%'`, `old <> new`]) // prettier-ignore
      expect([where, (await pool.query(`select id from audit.log where ${where}`)).rowCount]).toEqual([where, expect.any(Number)]); // prettier-ignore
  });

  it.each<[string, string, unknown]>([
    ['actor: no JSON', 'actor_role', null],
    ['actor: members of other types', 'actor_role', null],
    ['actor: members twice', 'actor_role', 'last'],
    ['actor: a megabyte', 'actor_role', MB],
    ['actor: 4,000 levels', 'actor_role', null],
    ['actor: escapes of NUL and halves', 'actor_role', 'a\ufffdb'],
    ['actor: escapes of NUL and halves', 'user_agent', '\ufffd'],
    ['actor: escapes of NUL and halves', 'session', '\ufffd\u{1f9fe}'],
    ['actor: escapes of NUL and halves', 'on_behalf_of', String.raw`\u0000`],
    ['data: lists for objects', 'new', [2]],
    ['data: lists for objects', 'changed', null],
    ['data: text for objects', 'reason', null],
    ['data: null for objects', 'new', null],
    ['data: a megabyte', 'changed', ['a']],
    ['data: numbers beyond double', 'changed', ['a', 'b', 'c']],
    ['data: numbers beyond numeric', 'new', '{"a":1e999999999}'],
    ['data: numbers beyond numeric', 'old', { a: 1 }],
    ['data: escapes of NUL and halves', 'reason', 'a\ufffdb'],
    ['data: escapes of NUL and halves', 'new', { a: '\ufffd', 'b\ufffd': '\ufffd' }],
    ['data: escapes of NUL and halves', 'details', { x: '\\u0000\\\ufffd' }],
    ['data: halves in a row', 'details', { x: '\ufffd\u{10000}\ufffd\u{1f9fe}' }],
    ['data: names twice', 'new', { a: 3 }],
    ['data: marks of other types', 'changed', ['a']],
    ['content that is gone', 'details', null],
    ['a chain that is gone', 'origin', null],
    [`body: ${BODIES[5]}`, 'flags', ['gap']],
    [`body: ${BODIES[5]}`, 'duration_ms', null],
    [`body: ${BODIES[6]}`, 'duration_ms', null],
  ])('%s: %s is what can be understood of it', async (name, column, value) => {
    const { rows } = await log().pool.query(`select ${column} as value from audit.log where resource_id = $1`, [named.get(name)]); // prettier-ignore
    expect(rows).toEqual([{ value }]);
  });

  it('are ended by a timeout, which is nobody’s section', async () => {
    const client = await log().connect();
    await client.query(`set statement_timeout = 20`);
    await expect(client.query(`select count(new) from audit.log, generate_series(1, 1000)`)).rejects.toMatchObject({ code: '57014' }); // prettier-ignore
  });

  const role = `reader_view_${process.pid}`;
  const asReader = async <T>(tenant: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const url = new URL(log().url);
    url.username = role;
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    try {
      await client.query(`select set_config('audit.tenant', $1, false), set_config('audit.no_tenant', 'off', false)`, [tenant]); // prettier-ignore
      return await work(client);
    } finally {
      await client.end();
    }
  };

  it('are shown to a reader of their tenant alone, whatever is asked', async () => {
    const { pool, store } = log();
    for (const tenant of ['acme', 'globex'])
      await pool.query(`insert into audit.content (source, header, tenant_key, actor, data) values ('record', '{"action":"a.b"}', $1, '{}', $2)`, [tenant, `{"reason":"secret of ${tenant}"}`]); // prettier-ignore
    await sealAll(store);
    await pool.query(`create role ${role} login; grant temporary on database ${new URL(log().url).pathname.slice(1)} to ${role}`); // prettier-ignore
    await reconcilePrivileges(pool, { schema: 'audit', roles: { reader: role } });
    const seen = (sql: string, tenant = 'acme'): Promise<unknown[]> => asReader(tenant, async (client) => (await client.query(sql)).rows); // prettier-ignore
    expect(await seen(`select distinct tenant from audit.log`)).toEqual([{ tenant: 'acme' }]);
    expect(await seen(`select distinct tenant from audit.log`, 'globex')).toEqual([{ tenant: 'globex' }]);
    for (const [sql, tenant] of [
      [`select id from audit.log where tenant <> 'acme'`],
      [`select id from audit.log where reason = 'secret of globex'`],
      [`select id from audit.log where chain = 0 or tenant = 'audit:registry'`],
      [`select id from audit.log`, ''],
      [`select id from audit.log`, 'audit:registry'],
      [`select id from audit.log`, `' or true --`],
    ] as const)
      expect([sql, await seen(sql, tenant)]).toEqual([sql, []]);
    // A condition that tells what it is given, and costs so little that a planner would ask it first.
    const told = await asReader('acme', async (client) => {
      const notices: string[] = [];
      client.on('notice', ({ message }) => notices.push(message ?? ''));
      await client.query(`create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001 as $$ begin raise notice '%', $1; return true; end $$`); // prettier-ignore
      await client.query('set enable_indexscan = off; set enable_bitmapscan = off');
      await client.query(`select id from audit.log where pg_temp.tell(tenant)`);
      await client.query(`select id from audit.log where pg_temp.tell(reason)`);
      return notices.join();
    });
    expect(told).toContain('secret of acme');
    expect(told).not.toContain('globex');
    // Who owns the log sees all of it.
    expect((await pool.query(`select distinct tenant from audit.log order by 1`)).rows).toHaveLength(3);
  });

  afterAll(async () => {
    const { pool } = log();
    await reconcilePrivileges(pool, { schema: 'audit', roles: { reader: 'none' } }).catch(() => undefined);
    await pool.query(`drop owned by ${role}; drop role ${role}`).catch(() => undefined);
  });
});
