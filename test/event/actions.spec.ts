import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { ActionBook } from '../../src/event/action-book.js';
import { defineActions, mergeActions } from '../../src/event/actions.js';
import { secretNames } from '../../src/event/redaction.js';
import type { StandardSchema } from '../../src/event/standard-schema.js';
import type { AuditEvent } from '../../src/event/types.js';
import { QueueRecorder } from '../../src/recorder/index.js';
import { prepare, type RecordOptions } from '../../src/recorder/port.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';
import { actions, SCHEMAS } from './action-catalogue.js';

interface Stored {
  readonly details?: Record<string, unknown>;
  readonly redacted?: string[];
}

/** What becomes of an event at the door. */
function door(event: unknown, options: RecordOptions = {}) {
  const row = prepare(event as AuditEvent, secretNames(), { actions: new ActionBook(actions), ...options });
  const header = JSON.parse(row.header ?? '{}') as Record<string, unknown>;
  return {
    model: row.model,
    id: row.resourceId,
    severity: header['severity'],
    ...(JSON.parse(row.data ?? '{}') as Stored),
  };
}

const FITS = { total: '10.00', lines: [{ price: 1 }, { price: 2.5 }], note: 'paid' };
const SECRET = 'kept-to-myself';

describe.each(Object.entries(SCHEMAS))('details by a schema of %s', (vendor, schema) => {
  const book = new ActionBook({ act: { details: schema } });

  it('are stored as they are where they fit', () => {
    expect(door({ action: 'act', details: FITS }, { actions: book }).details).toEqual(FITS);
  });

  it.each<[string, unknown, string]>([
    ['a value of another type', { ...FITS, total: { [SECRET]: SECRET } }, 'details.total'],
    ['a value that is missing', { lines: [] }, 'details.total'],
    ['a value deep inside', { ...FITS, lines: [{ price: 1 }, { price: SECRET }] }, 'details.lines[1].price'],
    ['a value out of bounds', { ...FITS, lines: [{ price: -11111 }] }, 'details.lines[0].price'],
    ['details that are missing', undefined, 'details.total'],
  ])('are refused by their place, and never quoted: %s', (_, details, place) => {
    expect(() => door({ action: 'act', details }, { actions: book })).toThrow(
      expect.objectContaining({ code: 'AUDIT_EVENT_INVALID', facts: expect.objectContaining({ action: 'act' }) }),
    );
    const error = thrown(() => door({ action: 'act', details }, { actions: book }));
    const said = `${error.message} ${JSON.stringify(error)} ${String(error.cause)}`;
    expect(said).toContain(place);
    expect(said).toContain(vendor);
    expect(said).not.toMatch(/kept-to-myself|11111/);
  });
});

describe('the door, with a catalogue,', () => {
  it('takes what the schema made of the details, and redacts that', () => {
    const { details, redacted } = door({ action: 'invoice.pay', details: { ledger: 'DE001234', apiKey: 'k' } });
    expect({ details, redacted }).toEqual({ details: { ledger: '…1234', via: 'bank' }, redacted: undefined });
    const open = new ActionBook({ act: { details: z.looseObject({}) } });
    expect(door({ action: 'act', details: { password: SECRET } }, { actions: open })).toMatchObject({
      details: { password: '[redacted]' },
      redacted: ['details.password'],
    });
  });

  it.each<[string, Partial<AuditEvent> & { action: string }, object]>([
    [
      'resource and severity of the definition',
      { action: 'user.invite' },
      { model: 'User', id: null, severity: 'warning' },
    ],
    ['its type for an id', { action: 'user.invite', resource: { id: 7 } as never }, { model: 'User', id: '7' }],
    ['its own severity', { action: 'user.invite', severity: 'critical' }, { severity: 'critical' }],
    [
      'its own resource where the definition has none',
      { action: 'report.run', resource: { type: 'Any' } },
      { model: 'Any' },
    ],
    ['no details where all of them may be left out', { action: 'invoice.export' }, { details: {} }],
    ['any details where there is no schema', { action: 'report.run', details: { a: 1 } }, { details: { a: 1 } }],
  ])('gives an event %s', (_, event, expected) => {
    expect(door(event)).toMatchObject(expected);
  });

  it.each<[string, unknown, string]>([
    ['a resource of another type', { action: 'user.invite', resource: { type: 'Invoice', id: 1 } }, 'resource.type'],
    ['no event', null, 'event'],
    ['an action that is none', { action: 5 }, 'action'],
    ['details that are a list', { action: 'report.run', details: [] }, 'details'],
    ['details that are a list, of an unknown action', { action: 'x', details: [] }, 'details'],
    ['details that are null, of an unknown action', { action: 'x', details: null }, 'details'],
    ['details that are text, with a schema', { action: 'invoice.approve', details: 'x' }, 'details'],
    ['details that are null, with a schema', { action: 'invoice.approve', details: null }, 'details'],
  ])('refuses %s', (_, event, member) => {
    expect(() => door(event)).toThrow(
      expect.objectContaining({ code: 'AUDIT_EVENT_INVALID', facts: expect.objectContaining({ member }) }),
    );
  });

  it('does not let an action of the prototype pass for one of the catalogue', () => {
    expect(door({ action: 'constructor' }).details).toEqual({ unknownAction: true });
  });
});

it('a login that failed keeps the identity that was attempted, whatever the schema of logins is', () => {
  const book = new ActionBook({ 'auth.login': { details: z.strictObject({ method: z.string() }) } });
  const login = (details: object) => door({ action: 'auth.login', details }, { actions: book }).details;
  expect(login({ method: 'password', claimed: { id: 'ann' } })).toEqual({ method: 'password', claimed: { id: 'ann' } });
  expect(login({ method: 'password' })).toEqual({ method: 'password' });
  expect(() => login({ method: 5, claimed: { id: 'ann' } })).toThrow('details.method');
});

describe('a schema that does not do as it should', () => {
  const standard = (validate: (value: unknown) => unknown): StandardSchema<object, object> =>
    ({ '~standard': { version: 1, vendor: 'own', validate } }) as never;
  const withSchema = (schema: StandardSchema<object, object>) => () =>
    door({ action: 'act', details: { a: SECRET } }, { actions: new ActionBook({ act: { details: schema } }) });

  it.each<[string, StandardSchema<object, object>]>([
    ['of zod', z.object({ a: z.string().refine(async () => true) })],
    [
      'of valibot',
      v.objectAsync({
        a: v.pipeAsync(
          v.string(),
          v.checkAsync(async () => true),
        ),
      }),
    ],
    ['whose promise is rejected', standard(() => Promise.reject(new Error('later')))],
    // oxlint-disable-next-line unicorn/no-thenable -- what is tried here
    ['with a thenable', standard(() => ({ then: () => undefined }))],
  ])('answers later, %s: the error says so', (_, schema) => {
    const error = thrown(withSchema(schema));
    // zod throws where it cannot answer at once and is asked to; through the interface it answers with a promise.
    expect(error).toMatchObject({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringContaining('asynchronous') });
  });

  it.each<[string, StandardSchema<object, object>, string]>([
    ['throws', standard(() => { throw new TypeError(SECRET); }), 'TypeError'], // prettier-ignore
    ['throws no error', standard(() => { throw SECRET; }), 'string'], // prettier-ignore
    ['returns text', standard(() => ({ value: SECRET })), 'details must be an object'],
    ['returns nothing', standard(() => undefined), 'TypeError'],
    ['has issues without a path', standard(() => ({ issues: [{ message: SECRET }] })), 'details: not what'],
    ['has issues that are none', standard(() => ({ issues: [null] })), 'TypeError'],
    ['has issues that are text', standard(() => ({ issues: SECRET })), 'TypeError'],
    ['has a path that is text', standard(() => ({ issues: [{ path: SECRET }] })), 'TypeError'],
    ['has no issues in its issues', standard(() => ({ issues: [] })), 'details: not what'],
    ['has a path of anything', standard(() => ({ issues: [{ path: [Symbol('s'), { key: 'a' }, 'ann@example.com', 'x'.repeat(99)] }] })), 'details[…].a[…][…]:'], // prettier-ignore
    ['has a hundred issues', standard(() => ({ issues: Array.from({ length: 100 }, (_, i) => ({ path: [i] })) })), 'details[4] and 95 more'], // prettier-ignore
  ])('%s: the event is refused, and what it holds is told to nobody', (_, schema, said) => {
    const error = thrown(withSchema(schema));
    expect(error).toMatchObject({ code: 'AUDIT_EVENT_INVALID', message: expect.stringContaining(said) });
    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(/kept-to-myself|example/);
  });
});

describe('an action that is in no catalogue', () => {
  const book = (unknown?: 'refuse' | 'mark' | 'allow') => new ActionBook(actions, unknown);
  const event = { action: 'invoice.aprove', details: { a: 1 } };

  it.each<[string, ActionBook, object | undefined]>([
    ['is marked by default', book(), { a: 1, unknownAction: true }],
    ['is marked', book('mark'), { a: 1, unknownAction: true }],
    ['is taken as it is', book('allow'), { a: 1 }],
    ['is taken as it is where there is no catalogue', new ActionBook(), { a: 1 }],
    [
      'is marked without any catalogue where that is asked for',
      new ActionBook(undefined, 'mark'),
      { a: 1, unknownAction: true },
    ],
  ])('%s', (_, rules, details) => {
    expect(door(event, { actions: rules }).details).toEqual(details);
  });

  it('is refused, with the name that was probably meant', () => {
    expect(() => door(event, { actions: book('refuse') })).toThrow(
      /"invoice.aprove" is in no catalogue; did you mean invoice.approve\?/,
    );
    expect(() => door({ action: 'x' }, { actions: book('refuse') })).toThrow(/"x" is in no catalogue \[/);
  });

  it('is marked, not refused, in the entry of a request: it was answered already', () => {
    expect(door(event, { actions: book('refuse'), source: 'request' }).details).toEqual({ a: 1, unknownAction: true });
  });

  it.each<[string, object, RecordOptions['source']?]>([
    ['auth.login', {}],
    ['request.ended', {}, 'request'],
    ['http.unmatched', {}, 'request'],
    ['http.folded', {}, 'request'],
    ['audit.shed', {}],
    ['Invoice.read', { resource: { type: 'Invoice', id: 1 } }, 'read'],
    ['Invoice.update', { resource: { type: 'Invoice', id: 1 }, new: { a: 1 } }],
  ])('is not: one of our own, %s', (action, rest, source = 'record') => {
    expect(door({ action, ...rest }, { actions: book('refuse'), source }).details).toBeUndefined();
  });

  it('is not: one that is made out of method and route', () => {
    const options = { actions: book('refuse'), source: 'request', derived: true } as const;
    expect(door({ action: 'invoices.approve' }, options).details).toBeUndefined();
    // Where a catalogue does define it, it counts.
    expect(door({ action: 'user.invite' }, options)).toMatchObject({ model: 'User' });
  });

  it('is: one that only looks like our own', () => {
    expect(() => door({ action: 'Invoice.read', resource: { type: 'User' } }, { actions: book('refuse') })).toThrow(
      /in no catalogue/,
    );
  });
});

describe('the entry of a request', () => {
  const http = { method: 'POST', status: 200 };
  const request = (rest: object) => door({ action: 'invoice.approve', ...rest }, { source: 'request' });

  it.each<[string, object, object]>([
    ['keeps what we add, which no schema knows', { details: { ...FITS, http } }, { ...FITS, http }],
    ['of a guard that refused needs no details', { outcome: 'denied', details: { http } }, { http }],
    [
      'of a failure whose result is missing has no details',
      { outcome: 'failure', details: { total: undefined, http } },
      { http },
    ],
    [
      'of a failure has its details where they fit',
      { outcome: 'failure', details: { ...FITS, http } },
      { ...FITS, http },
    ],
    ['of a failure leaves out what does not fit, and says so', { outcome: 'failure', details: { total: SECRET, http } }, { refused: expect.stringContaining('details.lines'), http }], // prettier-ignore
    ['that was refused once is taken', { details: { refused: 'why', http } }, { refused: 'why', http }],
    ['of a callback that failed is taken', { details: { callbacksFailed: ['details'], http } }, { callbacksFailed: ['details'], http }], // prettier-ignore
  ])('%s', (_, event, details) => {
    expect(request(event).details).toEqual(details);
  });

  it('of a success that has not the details it should have says so, and somebody is told', () => {
    const errors: unknown[] = [];
    const book = new ActionBook(actions, undefined, (error) => errors.push(error));
    const of = (outcome: string, given: object = {}) =>
      door({ action: 'invoice.approve', outcome, details: { ...given, http } }, { actions: book, source: 'request' })
        .details;
    const refused = expect.stringMatching(/^details.total, details.lines: not what/);
    expect(of('success')).toEqual({ refused, http });
    expect(errors).toEqual([expect.objectContaining({ code: 'AUDIT_EVENT_INVALID', message: refused })]);
    expect(of('failure')).toEqual({ http });
    expect(of('failure', { total: 5 })).toEqual({ refused, http });
    expect(errors).toHaveLength(1);
  });

  it('is not let around its schema by a name of ours among its details', () => {
    const details = { refused: 'x', callbacksFailed: ['x'], http, total: { secretly: SECRET } };
    expect(JSON.stringify(request({ details }))).not.toContain(SECRET);
  });

  it('of a message, which has no details of ours, is not lost', () => {
    expect(request({})).toMatchObject({
      model: 'Invoice',
      details: { refused: expect.stringContaining('details.total') },
    });
    expect(door({ action: 'invoice.export' }, { source: 'request' }).details).toBeUndefined();
    expect(door({ action: 'user.invite', resource: { type: 'Invoice', id: 1 } }, { source: 'request' })).toMatchObject({
      model: 'Invoice',
      details: { refused: expect.stringContaining('resource.type must be User') },
    });
  });
});

describe('defineActions()', () => {
  it('gives back what it was given', () => {
    const given = { 'a.b': { resource: 'A' } } as const;
    expect(defineActions(given)).toBe(given);
  });

  it.each<[string, unknown, string]>([
    ['no catalogue', undefined, 'defineActions('],
    ['a list', [], 'defineActions('],
    ['a name with a space', { 'a b': {} }, '"a b": the name must be'],
    ['a definition that is text', { a: 'Invoice' }, 'a: must be an object'],
    ['a definition that is nothing', { a: undefined }, 'a: must be an object'],
    ['a member that there is not', { a: { severty: 'info' } }, 'no member "severty"; there are resource, details'],
    ['a severity that there is not', { a: { severity: 'high' } }, 'one of info, notice, warning, critical'],
    ['a resource without a name', { a: { resource: '' } }, 'name of a type'],
    ['a resource that is a class', { a: { resource: Date } }, 'name of a type'],
    ['a description that is none', { a: { description: 1 } }, 'description must be text'],
    ['details that are no schema', { a: { details: { total: 'string' } } }, 'Standard Schema'],
    ['details by another version of the interface', { a: { details: { '~standard': { version: 2, validate: () => 1 } } } }, 'Standard Schema'], // prettier-ignore
  ])('refuses %s and says what to write', (_, given, said) => {
    expect(() => defineActions(given as never)).toThrow(
      expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringContaining(said) }),
    );
  });
});

describe('mergeActions()', () => {
  const details = type({ a: 'string' });

  it('puts the catalogues of features together; the same twice is one', () => {
    const merged = mergeActions({ a: { details } }, { b: {} }, { a: { details } });
    expect(merged).toEqual({ a: { details }, b: {} });
    expect(mergeActions()).toEqual({});
  });

  it.each<[string, object]>([
    ['another schema', { details: type({ a: 'number' }) }],
    ['another resource', { details, resource: 'A' }],
    ['nothing', {}],
  ])('refuses two definitions that differ: %s', (_, other) => {
    expect(() => mergeActions({ a: { details } }, { a: other })).toThrow(/a is defined twice, and differently/);
    const book = new ActionBook({ a: { details } });
    expect(() => book.add({ a: other })).toThrow(/a is defined twice/);
  });
});

describe('record() with a catalogue', () => {
  let log: TestLog;
  beforeAll(async () => void (log = await createLog()));
  afterAll(() => log.close());

  it('stores each event that fits its action, exactly', async () => {
    const errors: unknown[] = [];
    const recorder = new QueueRecorder(postgresContentStore(log.pool, 'audit'), {
      actions: new ActionBook(actions, 'refuse'),
      onError: (error) => errors.push(error),
    });
    // A name that holds a secret would be redacted; these are fixed.
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const details = fc.record(
      {
        total: text,
        lines: fc.array(fc.record({ price: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }) }), {
          maxLength: 4,
        }),
        note: text,
      },
      { requiredKeys: ['total', 'lines'] },
    );
    const events = fc.sample(
      fc.record({ action: fc.constantFrom('invoice.approve', 'invoice.void', 'invoice.reprice'), details }),
      300,
    );
    for (const [i, event] of events.entries()) recorder.record({ ...event, reason: `event ${i}` });
    await recorder.drain();
    const { rows } = await log.pool.query(`select data, header, model from audit.content order by pos`);
    expect(errors).toEqual([]);
    expect(
      rows.map(({ data, header, model }) => ({ ...JSON.parse(data), action: JSON.parse(header).action, model })),
    ).toEqual(
      // Plain JSON has one zero.
      events.map(({ action, details: given }, i) => ({
        reason: `event ${i}`,
        action,
        details: JSON.parse(JSON.stringify(given)),
        model: 'Invoice',
      })),
    );
  });
});

function thrown(fn: () => unknown): Error & { facts?: unknown } {
  try {
    fn();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}
