import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditReader, type AuditEntry } from '../../src/query/index.js';
import { readEntry } from '../../src/query/read-entry.js';
import { postgresEntryStore } from '../../src/store/postgres/index.js';
import type { StoredEntry } from '../../src/store/entry.port.js';
import { filledLog, type FilledLog } from '../support/filled-log.js';
import { hostile } from '../support/hostile.js';

const GOOD = JSON.stringify({
  action: 'Note.update', commit: { actor: null, data: null }, id: '0b5e7a4c-6a53-7d9f-8b7e-0d2a4c1f9e00', occurredAt: '2026-03-01T00:00:00.000000Z',
  outcome: 'success', resource: 'Note', source: 'change', v: 1,
}); // prettier-ignore
const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + '1' + close.repeat(depth);
const with_ = (name: string, json: string): string =>
  GOOD.replace(new RegExp(`"${name}":(?:"[^"]*"|\\d+)`), `"${name}":${json}`);

/** Bodies, and where each is said not to be understood. */
const BODIES: readonly [name: string, body: string, at: string, full?: true][] = [
  ['a number as action', with_('action', '5'), 'body.action'],
  ['null as action', with_('action', 'null'), 'body.action'],
  ['a list as action', with_('action', '["a"]'), 'body.action'],
  ['an object as action', with_('action', '{"toString":1,"split":1}'), 'body.action'],
  ['no text as action', with_('action', '""'), 'body.action'],
  ['a number as outcome', with_('outcome', '5'), 'body.outcome'],
  ['an outcome that nobody knows', with_('outcome', '"fine"'), 'body.outcome'],
  ['a member of every object as outcome', with_('outcome', '"constructor"'), 'body.outcome'],
  ['a list as source', with_('source', '[]'), 'body.source'],
  ['a source that nobody knows', with_('source', '"nobody"'), 'body.source'],
  ['a number as resource', with_('resource', '7'), 'body.resource'],
  ['an object as resource', with_('resource', '{}'), 'body.resource'],
  ['a number as time', with_('occurredAt', '1'), 'body.occurredAt'],
  ['infinity as time', with_('occurredAt', '"infinity"'), 'body.occurredAt'],
  ['a time before Christ', with_('occurredAt', '"-0044-03-15T00:00:00.000000Z"'), 'body.occurredAt'],
  ['flags that are text', with_('v', '1,"flags":"gap"'), 'body.flags'],
  ['flags that are no flags', with_('v', '1,"flags":[1,null,{},"gap","x"]'), 'body.flags'],
  ['a severity that is none', with_('v', '1,"severity":{}'), 'body.severity'],
  ['a duration beyond numbers', with_('v', '1,"durationMs":1e400'), 'body.durationMs'],
  ['a duration below 0', with_('v', '1,"durationMs":-1'), 'body.durationMs'],
  ['a list as group', with_('v', '1,"group":[]'), 'body.group'],
  ['a member twice', GOOD.replace('{', '{"action":"first",'), 'body'],
  ['white space', ` ${GOOD}`, 'body'],
  ['a member called __proto__', GOOD.replace('{', '{"__proto__":{"action":"x"},'), 'body.__proto__'],
  ['nothing', '', 'body'],
  ['no JSON', 'gone', 'body'],
  ['half of it', GOOD.slice(0, 40), 'body'],
  ['null', 'null', 'body'],
  ['a number', '5', 'body'],
  ['text', '"text"', 'body'],
  ['a list', '[]', 'body'],
  ['a list of a body', `[${GOOD}]`, 'body'],
  ['an empty object', '{}', 'body.action'],
  ['nesting of 4,000', with_('action', nested(4_000)), 'body.action'],
  ['nesting of 30,000', with_('action', nested(30_000)), 'body.action'],
  ['nesting of 100,000', with_('action', nested(100_000)), 'body', true],
  ['20 MB', with_('action', JSON.stringify('x'.repeat(20_000_000))), 'body', true],
  ['an open bracket 60,000 times', '['.repeat(60_000), 'body'],
  ['a byte order mark', `\ufeff${GOOD}`, 'body'],
]; // prettier-ignore

/** Data sections, in which `n` of the new side is to be read nevertheless, unless `at` is all of it. */
const DATA: readonly [name: string, data: string, at: string | undefined, full?: true][] = [
  ['no JSON', '{"id":', 'data'],
  ['nothing', '', 'data'],
  ['a list', '[1]', 'data'],
  ['null', 'null', 'data'],
  ['text', '"x"', 'data'],
  ['a byte order mark', '\ufeff{}', 'data'],
  ['an id that is a number', '{"id":5,"new":{"n":1}}', 'data.id'],
  ['sides that are lists', '{"old":[],"new":[1]}', 'data.new'],
  ['sides that are text', '{"old":"x","new":{"n":1}}', 'data.old'],
  ['sides that are null', '{"old":null,"new":{"n":1}}', undefined],
  ['details that are text', '{"details":"x","new":{"n":1}}', 'data.details'],
  ['a reason that is an object', '{"reason":{},"new":{"n":1}}', 'data.reason'],
  ['an error that is text', '{"error":"x","new":{"n":1}}', 'data.error'],
  ['an error whose name is a list', '{"error":{"name":[1]},"new":{"n":1}}', 'data.error'],
  ['marks of every wrong type', '{"redacted":5,"ignored":{"a":1},"masked":[1],"cut":"x","jsonNull":{"new":5},"redactedChanged":null,"new":{"n":1}}', undefined],
  ['members twice', '{"new":{"n":2},"new":{"n":1}}', undefined],
  ['a column called __proto__', '{"new":{"__proto__":{"n":2},"n":1},"old":{"__proto__":1}}', undefined],
  ['columns called like members of every object', '{"new":{"constructor":1,"toString":2,"hasOwnProperty":3,"n":1},"old":{"valueOf":1}}', undefined],
  ['numbers beyond a double', '{"new":{"a":1e400,"b":9007199254740993,"c":-0,"d":0.1000000000000000055511151231257827,"n":1}}', undefined],
  ['a number of 100,000 digits', `{"new":{"a":${'9'.repeat(100_000)},"n":1}}`, undefined],
  ['lone surrogates and NUL', '{"new":{"a":"\\ud800\\u0000","\\udfff":1,"n":1}}', undefined],
  ['nesting of 999', `{"new":{"a":${nested(900)},"n":1}}`, undefined],
  ['nesting of 4,000', `{"new":{"a":${nested(4_000)},"n":1}}`, 'data.new.a'],
  ['nesting of 4,000 on both sides', `{"old":{"a":${nested(4_000, '{"x":', '}')}},"new":{"a":${nested(4_000)},"n":1}}`, 'data.old.a'],
  ['nesting of 100,000', `{"new":{"a":${nested(100_000)},"n":1}}`, 'data.new.a'],
  ['objects nested 100,000 deep, called __proto__', `{"new":{"a":${nested(100_000, '{"__proto__":', '}')},"n":1}}`, 'data.new.a'],
  ['nesting of 1,000,000', `{"new":{"a":${nested(1_000_000)},"n":1}}`, 'data.new.a', true],
  ['details nested 100,000 deep', `{"details":{"a":${nested(100_000)}},"new":{"n":1}}`, 'data.details.a'],
  ['100,000 redacted paths', `{"redacted":${JSON.stringify(Array.from({ length: 100_000 }, (_, i) => `a.${i}`))},"redactedChanged":${JSON.stringify(Array.from({ length: 100_000 }, (_, i) => `b.${i}`))},"old":{"a":1,"n":2},"new":{"a":1,"n":1}}`, undefined],
  ['100,000 columns', `{"new":{${Array.from({ length: 100_000 }, (_, i) => `"c${i}":1`).join()},"n":1},"ignored":${JSON.stringify(Array.from({ length: 100_000 }, (_, i) => `c${i}`))}}`, undefined],
  ['20 MB of text', `{"new":{"a":"${'x'.repeat(20_000_000)}","n":1}}`, undefined, true],
]; // prettier-ignore

const stored = (change: Partial<StoredEntry>): StoredEntry => ({
  chain: 1, origin: 'o', seq: 3, place: '3', id: 'i', hash: '00', sealedAt: 1, tenant: '', body: GOOD, actor: null, data: null, tooLarge: [], content: 'there',
  columns: { action: 'Column.action', outcome: 'failure', resourceType: 'Column', occurredAt: 1_000_000 }, ...change,
}); // prettier-ignore

/** What holds of every entry, whatever was made of it. */
function whole(entry: AuditEntry): AuditEntry {
  expect(entry).toMatchObject({ action: expect.any(String), outcome: expect.any(String), source: expect.any(String), occurredAt: expect.any(String), flags: expect.any(Array), changes: expect.any(Array) }); // prettier-ignore
  expect(JSON.parse(JSON.stringify(entry))).toMatchObject({ action: entry.action });
  expect(({} as Record<string, unknown>)['n']).toBeUndefined();
  return entry;
}

hostile('entries that were tampered with, as they are read', (holds) => {
  for (const [name, body, at, full = false] of BODIES)
    holds(`body: ${name}`, () => {
      const entry = whole(readEntry(stored({ body })));
      expect(entry.unreadable?.map((each) => each.at)).toContain(at);
      expect(entry.unreadable?.every(({ found }) => (found ?? '').length <= 200)).toBe(true);
    }, { full }); // prettier-ignore
  for (const [name, data, at, full = false] of DATA)
    holds(`data: ${name}`, () => {
      const entry = whole(readEntry(stored({ data })));
      if (at === undefined) expect(entry.unreadable).toBeUndefined();
      else expect(entry.unreadable?.map((each) => each.at)).toContain(at);
      if (at !== 'data' && at !== 'data.new') expect(entry.new?.['n']).toBe(1);
    }, { full }); // prettier-ignore
  for (const [name, bytes] of [
    ['no UTF-8', [0xff, 0x7b, 0x7d]],
    ['half a character', [0x7b, 0x22, 0xe2, 0x82]],
    ['nothing', []],
    ['null', [...Buffer.from('null')]],
    ['a list', [...Buffer.from('[]')]],
    ['NUL', [0]],
    ['no UTF-8 inside of it', [...Buffer.from('{"id":"'), 0xff, ...Buffer.from('"}')]],
  ] as const)
    holds(`actor: ${name}`, () => {
      const entry = whole(readEntry(stored({ actor: Uint8Array.from(bytes) })));
      expect(entry.unreadable?.map((each) => each.at)).toContain('actor');
    });
  for (const [name, change, at] of [
    ['sealed at infinity', { sealedAt: Infinity }, 'sealedAt'],
    ['sealed before everything', { sealedAt: -Infinity }, 'sealedAt'],
    ['sealed in 294276', { sealedAt: 9_224_318_016_000_000 }, 'sealedAt'],
    ['a number below 0', { seq: -5, place: '-5' }, 'seq'],
    ['a number beyond doubles', { seq: Number('9223372036854775807'), place: '9223372036854775807' }, 'seq'],
    ['no chain', { origin: null }, 'origin'],
    ['no content', { content: 'missing' }, 'content'],
    ['sections that are too large', { tooLarge: ['data', 'actor'] }, 'data'],
    ['a body that is too large', { body: null, columns: { action: 'a', outcome: 'x', resourceType: null, occurredAt: Infinity } }, 'body'],
  ] as const satisfies readonly [string, Partial<StoredEntry>, string][])
    holds(`columns: ${name}`, () => {
      expect(whole(readEntry(stored(change))).unreadable?.map((each) => each.at)).toContain(at);
    }); // prettier-ignore
  holds('an honest entry has no mark', () => {
    expect(readEntry(stored({ data: '{"id":"1","new":{"n":1}}', actor: Buffer.from('{"id":"a"}') }))).not.toHaveProperty('unreadable'); // prettier-ignore
  });
});

describe('a page of a log', () => {
  let log: FilledLog;
  let reader: AuditReader;
  beforeAll(async () => {
    log = await filledLog();
    reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
    for (const name of ['content', 'entry', 'chain'])
      await log.pool.query(`alter table audit.${name} disable trigger all`);
    await log.pool.query('alter table audit.entry drop constraint entry_seq_check');
  }, 120_000);
  afterAll(() => log?.close());

  it('has every entry, whatever was made of its rows', async () => {
    const edits = [
      `update audit.entry e set body = '${GOOD.replace('"action":"Note.update"', '"action":5')}' where seq = 1`,
      `update audit.entry e set body = repeat('[', 100000) || repeat(']', 100000) where seq = 2`,
      `update audit.entry e set sealed_at = 'infinity', occurred_at = '-infinity', body = 'gone' where seq = 3`,
      `update audit.entry e set sealed_at = '294276-12-31', occurred_at = '4713-01-01 BC', seq = -7 where seq = 4`,
      `update audit.content c set data = repeat('{"a":', 100000) || '1' || repeat('}', 100000) from audit.entry e where e.pos = c.pos and e.seq = 5`,
      `update audit.content c set actor = '\\xff00', data = null, at = 'infinity' from audit.entry e where e.pos = c.pos and e.seq = 6`,
      `update audit.entry e set seq = 9223372036854775807 where seq = 7`,
      `update audit.entry e set chain = 77 where seq = 8`,
      `delete from audit.content c using audit.entry e where e.pos = c.pos and e.seq = 9`,
    ];
    for (const edit of edits) await log.pool.query(`${edit} and e.tenant_key = ''`);
    for (const order of ['oldest', 'newest'] as const) {
      const { entries } = await reader.find({ order });
      expect(entries).toHaveLength(10);
      expect(entries.filter(({ unreadable }) => unreadable !== undefined)).toHaveLength(9);
      for (const entry of entries) whole(entry);
    }
  });

  it('tells the history of a record in the order of its chain, also when the clock went back, page by page', async () => {
    await log.pool.query(
      `update audit.entry set resource_type = 'Invoice', resource_id = 'x', id = overlay(id::text placing (9 - seq)::text from 8)::uuid where tenant_key = 'acme' and seq > 0`,
    );
    const seen: number[] = [];
    for (const order of ['oldest', 'newest'] as const) {
      seen.length = 0;
      let cursor: string | undefined;
      do {
        const page = await reader.find({ tenant: 'acme', resource: { type: 'Invoice', id: 'x' }, order, limit: 2, cursor }); // prettier-ignore
        seen.push(...page.entries.map(({ seq }) => seq));
        cursor = page.next;
      } while (cursor !== undefined);
      const expected = [1, 2, 3, 4, 5, 6, 7, 8, 9];
      expect(seen).toEqual(order === 'oldest' ? expected : expected.toReversed());
    }
    const { next } = await reader.find({ tenant: 'acme', resource: { type: 'Invoice', id: 'x' }, limit: 2 });
    for (const cursor of [next, '99999999999999999999.x', `9999999999999999999.${next?.split('.')[1]}`, '1.', '.'])
      await expect(reader.find({ tenant: 'acme', cursor })).rejects.toMatchObject({ code: 'AUDIT_CURSOR_INVALID' });
  });
});
