import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditReader } from '../../src/query/index.js';
import { postgresEntryStore } from '../../src/store/postgres/index.js';
import { emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';

const long = 'x'.repeat(600);
const sha = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** A section as it is stored, how often, and as whom it counts. */
const SECTIONS: readonly (readonly [data: string | null, times: number, key: string | null])[] = [
  ['{"details":{"claimed":{"email":"Ada@Example.COM","id":"u-1","verified":false}}}', 3, 'ada@example.com'],
  ['{"details":{"claimed":{"email":"ada@example.com"}}}', 1, 'ada@example.com'],
  ['{"details":{"claimed":{"id":"u-1"}}}', 2, 'u-1'],
  ['{"details":{"claimed":{"email":"\u00c4DA@example.com"}}}', 1, '\u00c4da@example.com'], // A to Z alone
  ['{"details":{"claimed":{"email":7,"id":"u-2"}}}', 1, 'u-2'],
  ['{"details":{"claimed":{"email":"a\\u0000b"}}}', 1, 'a\ufffdb'],
  [`{"details":{"claimed":{"id":"${long}"}}}`, 1, sha(long)],
  [`{"details":{"claimed":{"id":"u-1"},"note":"${'y'.repeat(70_000)}"}}`, 1, null],
  ['{"details":{"claimed":"u-1"}}', 1, null],
  ['{"details":["claimed"]}', 1, null],
  ['{"details":{}}', 1, null],
  ['{"claimed":{"id":"u-1"}}', 1, null],
  ['{"details":{"claimed":{"id":"u-1"}', 1, null],
  ['no JSON', 1, null],
  [null, 1, null], // erased
];

let log: FilledLog;
beforeAll(async () => {
  log = await emptyLog();
  for (const [data, times] of SECTIONS)
    for (let i = 0; i < times; i += 1)
      await log.pool.query(`insert into audit.content (source, header, data, tenant_key) values ('request', '{"action":"auth.login","outcome":"failure"}', $1, 'acme')`, [data]); // prettier-ignore
  // What does not count: a login that succeeded, a failure that is neither, somebody else's.
  for (const [header, tenant] of [['{"action":"auth.login"}', 'acme'], ['{"action":"file.open","outcome":"failure"}', 'acme'], ['{"action":"auth.login","outcome":"failure"}', 'globex']]) // prettier-ignore
    await log.pool.query(`insert into audit.content (source, header, data, tenant_key) values ('request', $1, '{"details":{"claimed":{"id":"u-1"}}}', $2)`, [header, tenant]); // prettier-ignore
  await sealAll(log.pool);
});
afterAll(() => log.close());

describe('failures by whom somebody claimed to be', () => {
  it.each([1, 2, 3])('are counted whatever stands in a section, from %i on', async (atLeast) => {
    const counts = new Map<string | null, number>();
    for (const [, times, key] of SECTIONS) counts.set(key, (counts.get(key) ?? 0) + times);
    const reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
    const { groups, stoppedAt } = await reader.failures({ tenant: 'acme', by: 'identity', within: 3_600_000, atLeast });
    const found = groups.map(({ key, count }) => [key, count]);
    expect(new Map(found as [string | null, number][])).toEqual(new Map([...counts].filter(([, n]) => n >= atLeast)));
    expect(found.map(([, n]) => n)).toEqual(found.map(([, n]) => n).toSorted((a, b) => Number(b) - Number(a)));
    expect(stoppedAt).toBeUndefined();
  });
});
