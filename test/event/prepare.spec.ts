import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { AuditEvent } from '../../src/event/types.js';
import { prepare } from '../../src/recorder/prepare.js';

const row = (event: unknown) => prepare({ action: 'a', ...(event as Omit<AuditEvent, 'action'>) }, () => false);
const refused = (member: string) =>
  expect.objectContaining({ code: 'AUDIT_EVENT_INVALID', facts: { member }, message: expect.stringContaining(member) });

describe('the door', () => {
  it.each([0, 1, Date.UTC(2026, 0, 1), Date.UTC(2255, 5, 5)])('takes a moment that has microseconds: %d', (at) => {
    expect(row({ occurredAt: new Date(at) }).at).toBe(at * 1000);
  });

  it.each([-1, Date.UTC(2256, 0, 1), Date.UTC(9999, 0, 1), Number.NaN])('refuses one that has none: %d', (at) => {
    expect(() => row({ occurredAt: new Date(at) })).toThrow(refused('occurredAt'));
  });

  it('takes a Date of another realm', () => {
    const date: unknown = runInNewContext('new Date(5)');
    expect(row({ occurredAt: date, resource: { type: 'T', id: date } })).toMatchObject({
      at: 5000,
      resourceId: '1970-01-01T00:00:00.005Z',
    });
  });

  it.each<[string, unknown]>([
    ['an object', { a_b: { a: 1, b: 2 } }],
    ['bytes', new Uint8Array([1, 2])],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['NaN', Number.NaN],
    ['an invalid Date', new Date(Number.NaN)],
    ['an empty list', []],
    ['a list with null', ['a', null]],
    ['a list of lists', [['a']]],
    ['an empty text', ''],
  ])('refuses %s as the id of a record', (_, id) => {
    expect(() => row({ resource: { type: 'T', id } })).toThrow(refused('resource.id'));
  });

  it.each<unknown>([undefined, { name: 'E' }, new TypeError('x')])(
    'writes data that is JSON, whatever the error: %p',
    (error) => {
      const { data } = row({ error, reason: 'r' });
      expect(JSON.parse(data ?? '')).toMatchObject({ reason: 'r' });
    },
  );

  it.each<unknown>([null, '', 0, false, 'boom', {}])('refuses what is no error: %p', (error) => {
    expect(() => row({ error })).toThrow(refused('error'));
  });

  it.each<unknown>([null, [], 'text', 5])('refuses details that are no object: %p', (details) => {
    expect(() => row({ details })).toThrow(refused('details'));
  });
});
