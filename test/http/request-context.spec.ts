import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { actorSection, type ActorSection } from '../../src/context/actor-section.js';
import { requestContext, type RequestContextOptions } from '../../src/http/request-context.js';
import type { AuditRequest } from '../../src/http/request.js';

const request = (members: object = {}): AuditRequest => ({ method: 'GET', headers: {}, ...members });
const section = (members: object, options: RequestContextOptions = {}): ActorSection =>
  JSON.parse(actorSection(requestContext(request(members), options))) as ActorSection;
const fail = (): never => {
  throw new Error('from the application');
};

describe('the context of a request', () => {
  it.each<[string, unknown, object]>([
    [
      'Passport',
      { id: 7, email: 'a@b.example', role: 'admin' },
      { id: '7', type: 'user', email: 'a@b.example', role: 'admin' },
    ],
    ['a JWT', { sub: 'auth0|1', roles: ['a', 'b'] }, { id: 'auth0|1', type: 'user', role: 'a,b' }],
    ['a userId', { userId: 9n }, { id: '9', type: 'user' }],
    ['an id of 0', { id: 0, sub: 'other' }, { id: '0', type: 'user' }],
    ['no id', { email: 'a@b.example' }, { type: 'user', email: 'a@b.example' }],
    ['an id that is an object', { id: { $oid: '1' } }, { type: 'user' }],
    ['impersonation', { id: 'ann', onBehalfOf: 7 }, { id: 'ann', type: 'user', onBehalfOf: '7' }],
    [
      'token exchange',
      { sub: 'bob', email: 'bob@b.example', act: { sub: 'ann' } },
      { id: 'ann', type: 'user', onBehalfOf: 'bob' },
    ],
    ['a text', 'ann', { type: 'anonymous' }],
    ['nobody', undefined, { type: 'anonymous' }],
    ['null', null, { type: 'anonymous' }],
    [
      'getters that throw',
      {
        get id() {
          return fail();
        },
      },
      { type: 'anonymous', malformed: ['actor'] },
    ],
  ])('knows the user that %s left on the request', (_name, user, expected) => {
    const { requestId, ...rest } = section({ user });
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    expect(rest).toEqual(expected);
  });

  it('asks for the user when it is needed, not when the request comes in', () => {
    const live = request() as { user?: unknown } & AuditRequest;
    const context = requestContext(live, {});
    Object.assign(live, { user: { id: 'late' } });
    expect(JSON.parse(actorSection(context))).toMatchObject({ id: 'late' });
  });

  it('is a unit of work of its own, whatever the client says', () => {
    const headers = { 'x-request-id': 'same' };
    const [one, two] = [requestContext(request({ headers }), {}), requestContext(request({ headers }), {})];
    expect(one.requestId).toBe(two.requestId);
    expect(one.root.group).not.toBe(two.root.group);
  });

  it.each<[string, unknown]>([
    ['none', undefined],
    ['an empty one', ''],
    ['no text', 7],
  ])('has no session when there is %s', (_name, sessionID) => {
    expect(section({ sessionID })).not.toHaveProperty('session');
  });

  it('has a hash of the session, of which a callback may tell', () => {
    const hash = section({ sessionID: 'raw-session' }).session;
    expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(section({}, { session: () => 'raw-session' }).session).toBe(hash);
  });

  it('survives callbacks that throw, or give a promise that fails', async () => {
    expect(section({ ip: '::1' }, { session: fail, actor: fail, tenant: fail })).toMatchObject({
      ip: '::1',
      malformed: ['actor', 'tenant'],
    });
    const late = (async () => await Promise.reject(new Error('late'))) as never;
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    expect(section({}, { session: late, actor: late, tenant: late }).session).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });

  it('keeps a request id only if it is harmless in a header, a log line and an SQL comment', () => {
    const char = fc.constantFrom(
      ...Array.from('aZ09._:~+/=@-'),
      ' ',
      '\n',
      '\r',
      '\0',
      '"',
      "'",
      '*',
      '\\',
      '<',
      '%',
      ';',
      ',',
      '\u00e9',
      '\u{1f9fe}',
    );
    fc.assert(
      fc.property(fc.array(char, { maxLength: 140 }), (chars) => {
        const given = chars.join('');
        const id = requestContext(request({ headers: { 'x-request-id': given } }), {}).requestId;
        expect(id).toMatch(/^[A-Za-z0-9._:~+/=@-]{1,128}$/);
        if (/^[A-Za-z0-9._:~+/=@-]{1,128}$/.test(given)) expect(id).toBe(given);
      }),
    );
  });

  it('asks for the session at each write: it may be opened later, and a login makes a new one', () => {
    const live = request() as { sessionID?: string } & AuditRequest;
    const context = requestContext(live, {});
    const session = (id?: string): unknown => {
      if (id !== undefined) live.sessionID = id;
      return (JSON.parse(actorSection(context)) as ActorSection).session;
    };
    expect(session()).toBeUndefined();
    expect(session('one')).toMatch(/^[0-9a-f]{32}$/);
    expect(session('two')).not.toBe(session('one'));
  });

  it('takes the first of a header that came twice', () => {
    const headers = { 'x-request-id': ['one', 'two'], 'user-agent': ['curl', 'other'] };
    expect(section({ headers })).toMatchObject({ requestId: 'one', userAgent: 'curl' });
  });
});
