import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { withLogSource } from '../../src/store/postgres/index.js';
import { verify } from '../../src/verify/index.js';
import { lead, openLog, sealed, type Log } from '../support/open-log.js';

let log: Log;
beforeAll(async () => {
  log = await openLog();
});
afterAll(() => log.close());

/** Calls the SQL function as anybody may who has the right to. */
async function record(resourceId: string | null, data: string | null): Promise<void> {
  const none = [null];
  await log.pool.query(
    `select audit.record(null, $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])`,
    [['record'], [0], none, none, none, ['T'], [resourceId], ['{"action":"a"}'], ['7b7d'], [data], none],
  );
}

describe('audit.record(), whoever calls it', () => {
  it.each<[string | null, string | null]>([
    ['7', null],
    ['7', '{}'],
    ['7', ' { \n } '],
    ['7', '{"id":"8","details":{"id":"9"}}'],
    ['7', '{"details":{"a":"\\u0000"}}'],
    ['a "quoted" id\n', '{"reason":"}"}'],
    ['x'.repeat(5_000), '{"reason":"r"}'],
    [null, '{"reason":"r"}'],
    [null, null],
  ])('writes what verifies: id %p, data %p', async (id, data) => {
    await record(id, data);
    await lead(log.store);
    const report = await withLogSource(log.pool, 'audit', (source) => verify(source));
    expect(report.findings).toEqual([]);
    const entry = (await sealed(log.pool)).at(-1);
    if (id !== null && id.length < 100) expect(entry?.resourceId).toBe(id);
    if (id === null) expect(entry?.resourceId).toBeNull();
  });

  it.each(['[1]', '"text"', '5', 'nonsense', '{', ''])('refuses data that is no object: %p', async (data) => {
    await expect(record('7', data)).rejects.toMatchObject({ code: expect.stringMatching(/^22/) });
  });
});
