import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';
import { withLogSource } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { rehash, verifyAfter } from './attacker.js';

let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
});
afterAll(() => log.close());

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** Strange, and nobody tampered with it: the verifier must read it as the sealer did. */
const ROWS: [string, Record<string, unknown>][] = [
  ['a record whose key is the empty text', { resource_id: '', data: '{"id":"","new":{"id":""}}' }],
  ['a record whose key is too long for an index', { resource_id: 'k'.repeat(9_000), data: JSON.stringify({ id: 'k'.repeat(9_000) }) }], // prettier-ignore
  ['an actor that is not UTF-8', { actor: Buffer.from('{"id":"ann\xff"}', 'latin1') }],
  ['an actor behind a byte order mark', { actor: Buffer.from('\ufeff{"id":"ann","requestId":"r"}') }],
  ['an actor with an empty id', { actor: json({ id: '', requestId: '' }) }],
  ['an actor with NUL in the id', { actor: json({ id: 'a\0b', requestId: '\0' }) }],
  ['an actor with a lone surrogate', { actor: Buffer.from('{"id":"\\ud800"}') }],
  ['an actor that is not an object', { actor: Buffer.from('[]') }],
  ['an actor with a long tenant', { actor: json({ tenant: 't'.repeat(9_000) }) }],
  ['an actor whose tenant is a number', { tenant_key: 'acme', actor: json({ tenant: 5 }) }],
  ['a row without sections', { actor: null, data: null }],
  ['a time in the year 12000', { at: '12000-01-01' }],
  ['a time in the year 3000', { at: '3000-01-01' }],
  ['a time in 1950', { at: '1950-01-01' }],
];

describe('what was sealed as it was captured is verified:', () => {
  it.each(ROWS)('%s', async (_name, columns) => {
    const row = { source: 'change', op: 'update', model: 'Thing', ...columns };
    const names = Object.keys(row);
    await log.pool.query(
      `insert into audit.content (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
      Object.values(row),
    );
    await sealAll(log.pool);
    const report = await withLogSource(log.pool, 'audit', (source) => verify(source));
    expect(report.findings).toEqual([]);
    expect(report.verdict).toBe('VERIFIED');
  });

  it('a body of a later version is not judged', async () => {
    const report = await verifyAfter(log.pool, [
      `update audit.entry set body = replace(body, '"v":1', '"v":2') where tenant_key = '' and seq = 2`,
      rehash({ head: true, tenant: '' }),
    ]);
    expect(report).toMatchObject({ verdict: 'INCOMPLETE', findings: [{ code: 'UNKNOWN_VERSION', seq: 2 }] });
  });
});
