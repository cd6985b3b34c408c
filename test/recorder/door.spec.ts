import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/event/types.js';
import { QueueRecorder } from '../../src/recorder/index.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';

let log: TestLog;
let queue: QueueRecorder;
beforeAll(async () => {
  log = await createLog();
  queue = new QueueRecorder(postgresContentStore(log.pool, 'audit'), { flushIntervalMs: 1 });
});
afterAll(() => log.close());

const content = async (): Promise<{ data: string | null; flags: string | null }[]> =>
  (await log.pool.query('select data, flags from audit.content order by pos')).rows;

const with2MB = { files: [{ body: 'x'.repeat(2_000_000) }] };

describe('record() refuses, naming the place, and writes nothing', () => {
  it.each<[string, Partial<AuditEvent>, string, string]>([
    ['a function', { details: { a: { b: () => 1 } } }, 'AUDIT_NOT_PLAIN_JSON', 'details.a.b'],
    ['a symbol', { details: { a: Symbol('s') } }, 'AUDIT_NOT_PLAIN_JSON', 'details.a'],
    ['a Map', { details: { a: [1, new Map([['k', 1]])] } }, 'AUDIT_NOT_PLAIN_JSON', 'details.a[1]'],
    ['a Set', { old: { a: new Set([1]) } }, 'AUDIT_NOT_PLAIN_JSON', 'old.a'],
    ['NaN', { new: { a: Number.NaN } }, 'AUDIT_NOT_PLAIN_JSON', 'new.a'],
    ['a lone surrogate', { details: { name: 'a\ud800' } }, 'AUDIT_NOT_PLAIN_JSON', 'details.name'],
    ['a key with a lone surrogate', { details: { a: { '\udc00': 1 } } }, 'AUDIT_NOT_PLAIN_JSON', 'details.a'],
    ['2 MB', { details: with2MB }, 'AUDIT_EVENT_TOO_LARGE', 'details.files[0].body'],
    ['64 kB and a bit', { details: { a: 'x'.repeat(65_536) } }, 'AUDIT_EVENT_TOO_LARGE', 'details'],
    ['an action with a space', { action: 'two words' }, 'AUDIT_EVENT_INVALID', 'action'],
    ['a reason with NUL', { reason: 'a\0b' }, 'AUDIT_EVENT_INVALID', 'reason'],
    ['a tenant that is too long', { tenant: 't'.repeat(257) }, 'AUDIT_EVENT_INVALID', 'tenant'],
    ['an invalid date', { occurredAt: new Date(Number.NaN) }, 'AUDIT_EVENT_INVALID', 'occurredAt'],
  ])('%s', async (_, event, code, path) => {
    const before = await content();
    const record = (): void => void queue.record({ action: 'event', ...event });
    expect(record).toThrow(expect.objectContaining({ code }));
    expect(record).toThrow(path);
    expect(queue.facts).toMatchObject({ waiting: 0, lost: 0, failedAttempts: 0 }); // refused is not lost
    await queue.drain();
    expect(await content()).toEqual(before);
  });
});

describe('record() removes', () => {
  it('secrets from details, old and new before anything is stored, and says which', async () => {
    queue.record({
      action: 'event',
      details: { login: { userName: 'ann', userPassword: 'hunter2' }, apiKeys: ['hunter3'] },
      old: { token: 'hunter4', total: 1 },
      new: { token: 'hunter5', total: 2 },
    });
    await queue.drain();
    const { rows } = await log.pool.query(
      'select c::text as text, data, flags from audit.content c order by pos desc limit 1',
    );
    expect(rows[0].text).not.toMatch(/hunter/);
    const data = JSON.parse(rows[0].data);
    expect(data).toEqual({
      details: { login: { userName: 'ann', userPassword: '[redacted]' }, apiKeys: '[redacted]' },
      old: { token: '[redacted]', total: 1 },
      new: { token: '[redacted]', total: 2 },
      redacted: expect.arrayContaining(['details.login.userPassword', 'details.apiKeys', 'old.token', 'new.token']),
    });
    expect(rows[0].flags.split(',')).toContain('redacted');
  });

  it('nothing from an event without secrets', async () => {
    queue.record({ action: 'event', details: { total: 10, secretary: 'bob' } });
    await queue.drain();
    const row = (await content()).at(-1);
    expect(row).toEqual({ data: '{"details":{"total":10,"secretary":"bob"}}', flags: 'no-context' });
  });
});
