import type pg from 'pg';
import type { Audit } from '../../../src/compose/index.js';
import { newContext } from '../../../src/context/index.js';
import { change } from './history.js';

/** What stored text can try: to be a script, to turn the line around, to move a cursor, to be a formula, to be endless. */
export const HOSTILE = {
  script: '<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>',
  address: 'javascript:alert(4)//',
  rtl: 'invoice\u202egnp.exe\u2066\u200b',
  ansi: '\u001b[2J\u001b[31mred\u0007\r\nsecond line',
  formula: '=HYPERLINK("http://evil.test","x")',
  nul: 'a\u0000b',
  wide: 'W'.repeat(3_000),
  marks: `e${'\u0301'.repeat(60)}`,
  template: '{actor} ${1} {{constructor.constructor("alert(5)")()}} %s $&',
} as const;

const LEVELS = 4_000;
const FIELDS = 10_000;
const ENTRIES = Object.entries(HOSTILE);

/** Each of them in each field that takes it; and what is too long, too deep, too many. Of the tenant `hostile`. */
export async function fillHostile(audit: Audit, pool: pg.Pool): Promise<void> {
  for (const [name, value] of ENTRIES) {
    const short = value.replaceAll('\u0000', '').slice(0, 200);
    const context = newContext({ actor: { id: short, email: short, type: short, role: short, onBehalfOf: short }, ip: '203.0.113.1', userAgent: short, requestId: short.slice(0, 100), tenant: 'hostile' }); // prettier-ignore
    audit.record({ action: `hostile.${name}`, reason: short, resource: { type: short.slice(0, 60), id: short }, details: { [value]: value, nested: { [value]: [value] } } }, { context }); // prettier-ignore
  }
  await audit.flush();
  const actor = Object.fromEntries(['id', 'email', 'name', 'role', 'onBehalfOf', 'ip', 'userAgent', 'session', 'application'].map((name, at) => [name, ENTRIES[at % ENTRIES.length]?.[1]])); // prettier-ignore
  const base = { at: new Date(), op: 'update', model: 'Hostile', tenant: 'hostile', actor };
  const all = Object.fromEntries(ENTRIES.map(([, value]) => [value, value]));
  await change(pool, { ...base, id: 'all', data: { id: 'all', old: { ...all, same: HOSTILE.script }, new: Object.fromEntries(ENTRIES.map(([, value]) => [value, `${value}!`])) } }); // prettier-ignore
  await change(pool, { ...base, id: 'megabyte', data: { id: 'megabyte', old: { text: 'x'.repeat(1_000_000) }, new: { text: `${HOSTILE.script} `.repeat(12_000) } } }); // prettier-ignore
  const deep = `${'['.repeat(LEVELS)}1${']'.repeat(LEVELS)}`;
  await change(pool, { ...base, id: 'deep', data: `{"id":"deep","old":{"at":${deep}},"new":{"at":{"a":${deep}}}}` });
  const fields = (mark: string): object => Object.fromEntries(Array.from({ length: FIELDS }, (_, n) => [`field_${n}`, `${mark}${n}`])); // prettier-ignore
  await change(pool, { ...base, id: 'fields', data: { id: 'fields', old: fields('a'), new: fields('b') } });
  await audit.flush();
}

/** An entry of its own in each of so many tenants. */
export async function fillTenants(pool: pg.Pool, names: readonly string[]): Promise<void> {
  await pool.query(
    `insert into audit.content (source, op, model, resource_id, tenant_key, actor, data)
     select 'change', 'insert', 'Note', name, name, convert_to('{"id":"u-1"}', 'UTF8'), '{"id":"n","new":{"n":1}}' from unnest($1::text[]) name`,
    [names],
  );
}
