import { describe, expect, it } from '@jest/globals';
import { outcomeOf, requestEvent } from '../../src/http/request-event.js';
import { recordWhole } from '../../src/http/record-whole.js';
import { noteResult } from '../../src/http/request-record.js';
import type { AuditRequest } from '../../src/http/request.js';
import { AuditError } from '../../src/event/errors.js';
import type { AuditEvent } from '../../src/index.js';

const route = { action: 'a.b' };
const error = { name: 'Error' };
const NO = 'not reached';
const OK = 'reached';
const ERR = 'threw';

describe('the outcome of a request', () => {
  it.each<[number | undefined, string, boolean, string]>([
    [200, OK, false, 'success'],
    [204, OK, false, 'success'],
    [302, OK, false, 'success'],
    [399, OK, false, 'success'],
    [400, OK, false, 'failure'],
    [401, OK, false, 'failure'],
    [401, ERR, false, 'failure'],
    [401, NO, false, 'denied'],
    [403, NO, false, 'denied'],
    [403, OK, false, 'denied'],
    [403, ERR, false, 'denied'],
    [404, OK, false, 'failure'],
    [404, NO, false, 'failure'],
    [429, NO, false, 'failure'],
    [500, ERR, false, 'failure'],
    [200, ERR, false, 'failure'],
    [304, NO, false, 'success'],
    [undefined, OK, true, 'failure'],
    [undefined, NO, true, 'failure'],
    [200, OK, true, 'partial'],
    [200, ERR, true, 'failure'],
    [500, OK, true, 'failure'],
    [403, NO, true, 'denied'],
  ])('with status %s, the handler %s, cut off %s, is %s', (status, handler, aborted, outcome) => {
    const record = { ...(handler === NO ? {} : { route }), ...(handler === ERR ? { error } : {}) };
    expect(outcomeOf(record, { status, aborted })).toBe(outcome);
  });
});

describe('the event of a request', () => {
  const started = { startedAt: 1_700_000_000_000_000, startedMonotonic: performance.now() - 12 };
  const request = { method: 'GET', headers: {}, params: { id: '7' }, route: { path: '/a/:id' } } as AuditRequest;
  const end = { status: 200, aborted: false };

  it('has when it began, how long it took, and the pattern of its route', () => {
    const event = requestEvent(
      { ...started, route, resultId: 'of the result' },
      { ...route, resource: 'A' },
      request,
      end,
    );
    expect(event).toEqual({
      action: 'a.b',
      outcome: 'success',
      resource: { type: 'A', id: '7' },
      details: { http: { method: 'GET', route: '/a/:id', status: 200 } },
      durationMs: expect.any(Number),
      occurredAt: new Date(1_700_000_000_000),
    });
    expect(event?.durationMs).toBeGreaterThanOrEqual(12);
  });

  it.each([
    [{ id: 5 }, 5],
    [{ id: 5n }, 5n],
    [{ id: 'x' }, 'x'],
    [{ id: {} }, undefined],
    [{ id: null }, undefined],
    [null, undefined],
    [[{ id: 5 }], undefined],
    ['text', undefined],
  ])('takes the id of the result %j where the route has none: %s', (result, id) => {
    const { params: _, ...without } = request;
    const record = { ...started, route };
    noteResult(record, undefined, result);
    const event = requestEvent(record, { ...route, resource: 'A' }, without, end);
    expect(event?.resource).toEqual({ type: 'A', id });
  });

  it('holds arguments and result only for a callback that asks, and lets go of them', () => {
    const held = { ...started, route };
    noteResult(held, { resource: 'A' }, { id: 1, big: true });
    expect(held).not.toHaveProperty('result');
    noteResult(held, { details: () => ({}) }, { id: 1, big: true });
    expect(held).toHaveProperty('result');
    requestEvent(held, { ...route, details: ({ result }) => ({ had: result !== undefined }) }, request, end);
    expect(held).toMatchObject({ result: undefined, args: undefined, ended: true });
    noteResult(held, { details: () => ({}) }, 'too late');
    expect(held).toMatchObject({ result: undefined });
  });

  it('never has the path or the query of a route that is no text', () => {
    const odd = { ...request, url: '/secret?x', originalUrl: '/secret?x', route: { path: /^\/\w+$/ } };
    expect(JSON.stringify(requestEvent({ ...started, route }, route, odd, end))).not.toContain('secret');
  });
});

describe('an event that is refused', () => {
  const event: AuditEvent = {
    action: 'a',
    resource: { type: 'A' },
    severity: 'notice',
    details: { http: { status: 200 }, own: 1 },
  };
  const play = (refuse: (event: AuditEvent) => unknown, whole = event) => {
    const errors: unknown[] = [];
    const taken: AuditEvent[] = [];
    const recorder = {
      record: (given: AuditEvent) => {
        const refusal = refuse(given);
        if (refusal) throw refusal;
        taken.push(given);
        return { reached: async () => await Promise.resolve('async' as const) };
      },
      drain: async () => await Promise.resolve(),
    };
    recordWhole(recorder, whole, {}, (problem) => errors.push(problem));
    return { taken, errors };
  };

  it('is recorded without its details, and says why', () => {
    const { taken, errors } = play(({ details }) => (details?.['own'] ? new Error('no own') : undefined));
    expect(taken).toEqual([{ ...event, details: { refused: 'no own', http: { status: 200 } } }]);
    expect(errors).toHaveLength(1);
  });

  it('is recorded without its resource too when that is what is wrong', () => {
    const { taken } = play(({ resource }) => (resource ? new Error('no resource') : undefined));
    expect(taken).toEqual([{ action: 'a', details: { refused: 'no resource', http: { status: 200 } } }]);
  });

  it.each(['old', 'new'] as const)('is recorded without its values when it is %s that is wrong', (member) => {
    const whole = { ...event, reason: 'asked for', old: { a: 1 }, new: { a: 2 } };
    const { taken } = play((given) => (given[member] ? new Error('no value') : undefined), whole);
    const details = { refused: 'no value', http: { status: 200 } };
    expect(taken).toEqual([{ ...event, reason: 'asked for', details }]);
  });

  it.each(['AUDIT_QUEUE_FULL', 'AUDIT_CLOSED'] as const)('because of %s is not tried again', (code) => {
    let tries = 0;
    const { taken, errors } = play(() => {
      tries += 1;
      return new AuditError(code, 'no room');
    });
    expect({ taken, tries, errors: errors.length }).toEqual({ taken: [], tries: 1, errors: 1 });
  });
});
