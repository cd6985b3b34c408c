import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenChains, lead, openLog, sealed, type Log } from '../support/open-log.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
});
afterAll(() => log.close());

/** Columns of a content row that nobody should ever write, and that the owner of the database can. */
const POISON: [string, Record<string, unknown>][] = [
  ['an actor that is not UTF-8', { actor: Buffer.from('ff00fe', 'hex') }],
  ['an actor that is not JSON', { actor: Buffer.from('nonsense') }],
  ['an actor that is a list', { actor: Buffer.from('[1]') }],
  ['an actor id with NUL', { actor: Buffer.from('{"id":"a\\u0000b"}') }],
  ['an actor id with a lone surrogate', { actor: Buffer.from('{"id":"\\ud800"}') }],
  ['an actor id of 100 kB', { actor: Buffer.from(JSON.stringify({ id: 'x'.repeat(100_000) })) }],
  ['a request id that is a number', { actor: Buffer.from('{"requestId":5}') }],
  ['a tenant of 100 kB with NUL', { actor: Buffer.from(JSON.stringify({ tenant: '\0'.repeat(100_000) })) }],
  ['a tenant that is an object', { actor: Buffer.from('{"tenant":{"a":1}}') }],
  ['data with the escape of NUL', { data: '{"id":"\\u0000","new":{"a":"\\u0000"}}' }],
  ['data that is not JSON', { data: 'nonsense' }],
  ['a header that is not JSON', { source: 'record', header: '{' }],
  [
    'a header with absurd members',
    { source: 'record', header: '{"action":{},"outcome":"maybe","durationMs":1e300,"severity":[]}' },
  ],
  ['a header with a lone surrogate', { source: 'record', header: '{"action":"\\udfff"}' }],
  // Both reachable for whoever may call record(): a column of the entry could not hold them.
  ['an action with NUL', { source: 'record', header: '{"action":"a\\u0000b"}' }],
  ['an action of control characters', { source: 'record', header: JSON.stringify({ action: '\x01'.repeat(128) }) }],
  ['a control row whose action no index can hold', { source: 'control', op: randomBytes(3_000).toString('hex') }],
  ['a control row without an action', { source: 'control', op: '' }],
  ['an actor that is nested 100,000 deep', { actor: Buffer.from('['.repeat(100_000)) }],
  ['an unknown source', { source: 'elsewhere' }],
  ['an unknown operation', { op: 'explode' }],
  ['no operation and no model', { op: null, model: null }],
  ['a model of 10,000 letters', { model: 'M'.repeat(10_000) }],
  ['a resource id of 100 kB', { resource_id: 'r'.repeat(100_000) }],
  ['unknown flags', { flags: 'strange,,no-context,gap' }],
  ['a time in infinity', { at: 'infinity' }],
  ['a time before 1970', { at: '1969-12-31' }],
  ['a time in the year 12000', { at: '12000-01-01' }],
  ['the last time that a body can hold', { at: '2255-06-05 23:47:34.740991+00' }],
  ['a time of the year after', { at: '2256-01-01' }],
  ['no sections at all', { actor: null, data: null, salt_actor: null, salt_data: null }],
];

describe('whatever is in content', () => {
  it.each(POISON)('is sealed: %s', async (_name, columns) => {
    const row = { source: 'change', op: 'update', model: 'Thing', ...columns };
    const names = Object.keys(row);
    await log.pool.query(
      `insert into audit.content (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(row),
    );
    const before = (await sealed(log.pool)).length;
    await lead(log.store);
    expect((await sealed(log.pool)).length).toBe(before + 1);
    expect(await brokenChains(log.pool)).toEqual([]);
  });

  it('is flagged where it could not be understood', async () => {
    const rows = await sealed(log.pool);
    const flagged = rows.filter((row) => (row.body['flags'] as string[] | undefined)?.includes('malformed')).length;
    // Fine as they are: NUL and surrogates inside ids, long ids (projected as hashes), data that SQL could not parse.
    expect(flagged).toBeGreaterThanOrEqual(18);
    expect(rows.some((row) => row.action === 'audit.malformed')).toBe(true);
  });

  it('does not keep what comes after it from being sealed', async () => {
    await log.pool.query(
      `insert into audit.content (source, op, model, resource_id) values ('change', 'update', 'Thing', 'last')`,
    );
    await lead(log.store);
    const last = (await sealed(log.pool)).filter((row) => row.resourceId === 'last');
    expect(last).toHaveLength(1);
    const { rows } = await log.pool.query(
      `select count(*)::int as n from audit.content c where not exists (select from audit.entry e where e.pos = c.pos)`,
    );
    expect(rows).toEqual([{ n: 0 }]);
  });
});
