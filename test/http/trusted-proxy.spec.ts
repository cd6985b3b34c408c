import { describe, expect, it } from '@jest/globals';
import { actorSection } from '../../src/context/actor-section.js';
import { requestContext } from '../../src/http/request-context.js';
import type { AuditRequest } from '../../src/http/request.js';
import { checkTrustedProxy, type TrustedProxyOptions } from '../../src/http/trusted-proxy.js';

const trustedProxy: TrustedProxyOptions = {
  addresses: ['10.0.0.0/8', '192.168.1.7', 'fd00::/8'],
  headers: { user: 'X-Forwarded-User', email: 'x-forwarded-email', role: 'x-role', onBehalfOf: 'x-for' },
};
const headers = { 'x-forwarded-user': 'ann', 'x-forwarded-email': 'ann@example.test', 'x-role': 'clerk' };
const from = (remoteAddress: string | undefined, more: object = {}): AuditRequest => ({
  method: 'GET',
  headers,
  ip: '10.0.0.1', // a framework's opinion, which a header can make
  socket: { remoteAddress },
  ...more,
});
const actor = (request: AuditRequest, options: object = { trustedProxy }): object => {
  const { id, type, email, role } = JSON.parse(actorSection(requestContext(request, options))) as Record<
    string,
    string
  >;
  return { id, type, email, role };
};
const ANN = { id: 'ann', type: 'user', email: 'ann@example.test', role: 'clerk' };
const NOBODY = { type: 'anonymous' };

describe('a proxy that has authenticated the user', () => {
  it.each([
    ['10.1.2.3', ANN],
    ['::ffff:10.1.2.3', ANN],
    ['192.168.1.7', ANN],
    ['fd00::5', ANN],
    ['fd12::5%eth0', ANN],
    ['192.168.1.8', NOBODY],
    ['11.0.0.1', NOBODY],
    ['::ffff:11.0.0.1', NOBODY],
    ['fe80::1', NOBODY],
    ['10.0.0.1, 11.0.0.1', NOBODY],
    ['', NOBODY],
    [undefined, NOBODY],
  ])('is believed by the end of the socket alone: %s', (address, expected) => {
    expect(actor(from(address))).toEqual(expected);
  });

  it('is found behind Fastify, which keeps the request of Node inside', () => {
    const raw = { socket: { remoteAddress: '10.1.2.3' }, rawHeaders: [] };
    expect(actor({ method: 'GET', headers, raw })).toEqual(ANN);
  });

  it.each<[string, object, object]>([
    ['no option', {}, NOBODY],
    ['an actor of its own', { trustedProxy, actor: () => ({ id: 'own' }) }, { id: 'own', type: 'user' }],
    ['one that knows nobody', { trustedProxy, actor: () => null }, ANN],
  ])('is asked last: %s', (_name, options, expected) => {
    expect(actor(from('10.0.0.9'), options)).toEqual(expected);
  });

  it('does not count before whom the application has authenticated', () => {
    expect(actor(from('10.0.0.9', { user: { id: 'bob' } }))).toEqual({ id: 'bob', type: 'user' });
  });

  it.each<[string, object]>([
    ['sent twice', { rawHeaders: ['X-Forwarded-User', 'eve', 'x-forwarded-user', 'ann'] }],
    ['a list', { headers: { 'x-forwarded-user': ['eve', 'ann'] } }],
    ['empty', { headers: { 'x-forwarded-user': ' ' } }],
    ['absent', { headers: { 'x-forwarded-email': 'ann@example.test' } }],
  ])('names nobody with a header that is %s', (_name, members) => {
    expect(actor(from('10.0.0.9', members))).toEqual(NOBODY);
  });

  it.each<[string, unknown, string]>([
    ['nothing', null, "addresses: ['10.0.0.0/8']"],
    ['no addresses', { headers: { user: 'x-user' }, addresses: [] }, 'addresses must list'],
    ['a name', { headers: { user: 'x-user' }, addresses: ['proxy.local'] }, 'write an address, or a network'],
    ['too many bits', { headers: { user: 'x-user' }, addresses: ['10.0.0.0/33'] }, 'write an address, or a network'],
    ['no bits', { headers: { user: 'x-user' }, addresses: ['10.0.0.0/'] }, 'write an address, or a network'],
    ['no header', { headers: {}, addresses: ['10.0.0.1'] }, 'headers.user must be'],
    ['no header name', { headers: { user: 'a b' }, addresses: ['10.0.0.1'] }, 'headers.user must be'],
    ['an unknown header', { headers: { user: 'x', name: 'y' }, addresses: ['10.0.0.1'] }, 'no header for "name"'],
  ])('is refused as an option: %s', (_name, options, message) => {
    expect(() => checkTrustedProxy(options as TrustedProxyOptions)).toThrow(message);
  });
});
