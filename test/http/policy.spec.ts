import { describe, expect, it } from '@jest/globals';
import { defaultAction } from '../../src/http/default-action.js';
import { pathId } from '../../src/http/path-id.js';
import { requestPolicy, type MatchedRoute } from '../../src/http/policy.js';
import type { RequestPolicyOptions } from '../../src/http/policy-options.js';
import type { AuditedRoute, RequestRecord } from '../../src/http/request-record.js';
import type { AuditRequest } from '../../src/http/request.js';
import { isAuditError } from '../../src/index.js';

describe('the action of a request that nobody named', () => {
  it.each<[string, string | undefined, string, string | undefined, string | undefined]>([
    ['POST', '/api/v1/residents', 'residents.create', 'residents', undefined],
    ['GET', '/api/v1/residents', 'residents.list', 'residents', undefined],
    ['GET', '/residents/:id', 'residents.read', 'residents', 'id'],
    ['HEAD', '/residents/:id', 'residents.read', 'residents', 'id'],
    ['PUT', '/residents/:id', 'residents.update', 'residents', 'id'],
    ['PATCH', '/residents/:residentId', 'residents.update', 'residents', 'residentId'],
    ['DELETE', '/residents/:id', 'residents.delete', 'residents', 'id'],
    ['POST', '/invoices/:id/approve', 'invoices.approve', 'invoices', 'id'],
    ['POST', 'v2.1/rest/invoices/:id/approve', 'invoices.approve', 'invoices', 'id'],
    ['GET', '/invoices/:id/lines', 'invoices.lines.list', 'invoices', 'id'],
    ['PUT', '/invoices/:id/lines', 'invoices.lines.update', 'invoices', 'id'],
    ['DELETE', '/invoices/:id/lines/:line', 'lines.delete', 'lines', 'line'],
    ['POST', '/invoices/:id/lines/:line/undo', 'lines.undo', 'lines', 'line'],
    ['PUT', '/billing/invoices/:id', 'billing.invoices.update', 'invoices', 'id'],
    ['POST', '/auth/log-in', 'auth.log-in.create', 'log-in', undefined],
    ['PURGE', '/pages/:id', 'pages.purge', 'pages', 'id'],
    // Express: an optional part counts if the request has it; Fastify: rules behind the name.
    ['GET', '/residents{/:other}', 'residents.list', 'residents', undefined],
    ['GET', '/files/*path', 'files.read', 'files', 'path'],
    ['GET', '/files/{*path}', 'files.list', 'files', undefined],
    ['GET', '/files/*', 'files.read', 'files', undefined],
    ['GET', '/residents/:id(^\\d+$)', 'residents.read', 'residents', 'id'],
    ['GET', '/at/:hour(^\\d{2})h:minute', 'at.read', 'at', 'hour'],
    ['GET', '/', 'http.list', undefined, undefined],
    ['DELETE', '/:id', 'http.delete', undefined, 'id'],
    ['GET', '/api/v1', 'http.list', undefined, undefined],
    ['POST', '/Überweisungen/öl', 'http._berweisungen._l.create', '_l', undefined],
    ['POST', `/${'long'.repeat(100)}`, 'long'.repeat(32), 'long'.repeat(32), undefined],
    ['POST', undefined, 'http.unmatched', undefined, undefined],
  ])('%s %s is %s of %s by %s', (method, pattern, action, type, idParameter) => {
    const { action: a, type: t, idParameter: p } = defaultAction(method, pattern, { id: '7' });
    expect([a, t, p || undefined]).toEqual([action, type, idParameter]);
  });

  it('has the optional part of a route that the request has', () => {
    expect(defaultAction('GET', '/residents{/:id}', { id: '7' })).toEqual({
      action: 'residents.read',
      type: 'residents',
      idParameter: 'id',
    });
  });
});

describe('an id out of a path', () => {
  it.each([
    ['a b/ü', 'a b/ü'],
    ['', undefined],
    ['x'.repeat(256), 'x'.repeat(256)],
    ['x'.repeat(257), '[no id: 257 characters]'],
    ['a\nb', '[no id: control characters]'],
    ['a\u0000', '[no id: control characters]'],
    ['\ud800', '[no id: not text]'],
    [undefined, undefined],
    [['a', 'b'], undefined],
  ])('%j is %j', (given, id) => {
    expect(pathId(given)).toBe(id);
  });
});

const record = (members: Partial<RequestRecord> = {}): RequestRecord => ({
  startedAt: 0,
  startedMonotonic: 0,
  ...members,
});
const request = (method: string, url = '/x'): AuditRequest => ({ method, headers: {}, params: { id: '7' }, url });
const ask = (
  options: RequestPolicyOptions,
  method: string,
  matched?: MatchedRoute,
  noted: Partial<RequestRecord> = {},
  url?: string,
): AuditedRoute | undefined => requestPolicy(options).routeFor(request(method, url), record(noted), matched);

describe('a request leaves an entry', () => {
  const marked = { audited: { action: 'own' }, pattern: '/residents/:id' };
  const plain = { pattern: '/residents/:id' };
  it.each<[string, RequestPolicyOptions, string, MatchedRoute | undefined, string | undefined]>([
    ['that is marked', {}, 'GET', marked, 'own'],
    ['that is marked without an action', {}, 'GET', { ...plain, audited: {} }, 'residents.read'],
    ['that is not marked', {}, 'POST', plain, undefined],
    ['unmatched', {}, 'POST', undefined, undefined],
    ['writes, a write', { requests: 'writes' }, 'DELETE', plain, 'residents.delete'],
    ['writes, a read', { requests: 'writes' }, 'GET', plain, undefined],
    ['writes, a marked read', { requests: 'writes' }, 'GET', marked, 'own'],
    ['writes, skipped', { requests: 'writes' }, 'DELETE', { ...plain, skipped: true }, undefined],
    ['writes, unmatched', { requests: 'writes' }, 'POST', undefined, 'http.unmatched'],
    ['writes, unmatched read', { requests: 'writes' }, 'GET', undefined, undefined],
    ['all, a read', { requests: 'all' }, 'GET', plain, 'residents.read'],
    ['all, a preflight', { requests: 'all' }, 'OPTIONS', plain, undefined],
    ['all, unmatched', { requests: 'all' }, 'GET', undefined, 'http.unmatched'],
    ['all, a middleware for everything', { requests: 'all' }, 'GET', { pattern: '/{*path}' }, 'http.unmatched'],
    ['all, a fallback page', { requests: 'all' }, 'GET', { pattern: '*' }, 'http.unmatched'],
    ['a marked one for everything', {}, 'GET', { pattern: '/*path', audited: {} }, 'http.read'],
    ['all, named methods', { requests: 'all', methods: ['OPTIONS'] }, 'OPTIONS', plain, 'residents.options'],
    ['all, another method', { requests: 'all', methods: ['OPTIONS'] }, 'GET', plain, undefined],
    ['all, another method, marked', { requests: 'all', methods: ['POST'] }, 'GET', marked, 'own'],
    ['all, a default page', { requests: 'all' }, 'GET', { pattern: '/health/live' }, undefined],
    ['all, under a prefix', { requests: 'all' }, 'GET', { pattern: '/api/v1/Health' }, undefined],
    ['all, no such word', { requests: 'all' }, 'GET', { pattern: '/healthcare' }, 'healthcare.list'],
    ['all, inside', { requests: 'all' }, 'GET', { pattern: '/x/health' }, 'x.health.list'],
    ['all, a write to a default page', { requests: 'all' }, 'POST', { pattern: '/docs' }, 'docs.create'],
    ['all, marked default page', { requests: 'all' }, 'GET', { ...marked, pattern: '/health' }, 'own'],
    ['own paths', { requests: 'all', skipPaths: ['/residents'] }, 'DELETE', plain, undefined],
    ['own paths replace', { requests: 'all', skipPaths: [] }, 'GET', { pattern: '/health' }, 'health.list'],
    ['own RegExp', { requests: 'all', skipPaths: [/:id$/g] }, 'GET', plain, undefined],
  ])('%s: %j %s %j is %s', (_name, options, method, matched, action) => {
    expect(ask(options, method, matched)?.action).toBe(action);
    // Pure: a second question has the same answer.
    const policy = requestPolicy(options);
    const answers = [1, 2].map(() => policy.routeFor(request(method), record(), matched)?.action);
    expect(answers).toEqual([action, action]);
  });

  it('is told by the path, without its query, where no route matched', () => {
    const options: RequestPolicyOptions = { requests: 'all' };
    expect(ask(options, 'GET', undefined, {}, '/favicon.ico?v=1')).toBeUndefined();
    expect(ask(options, 'GET', undefined, {}, '/else?p=/favicon.ico')?.action).toBe('http.unmatched');
    // A pattern is what counts: no client chooses to be skipped.
    expect(ask(options, 'GET', { pattern: '/:page/secrets' }, {}, '/health/secrets')?.action).toBe('http.secrets.list');
  });

  it('of what the interceptor saw, whatever the table says', () => {
    const matched = { pattern: '/residents', audited: { action: 'of the table' } };
    expect(ask({}, 'POST', matched, { route: { action: 'seen' } })?.action).toBe('seen');
    expect(ask({ requests: 'all' }, 'POST', matched, { skipped: true, route: { action: 'seen' } })).toBeUndefined();
    expect(ask({ requests: 'all' }, 'POST', undefined, { reached: true })?.action).toBe('http.unmatched');
  });

  it('with the id of its path as the resource, unless the mark says another', () => {
    const route = ask({ requests: 'all' }, 'PUT', plain);
    const resource = route?.resource as (call: object) => unknown;
    expect(resource({ params: { id: 'a%2Fb' } })).toEqual({ type: 'residents', id: 'a%2Fb' });
    expect(resource({ params: { id: 'x'.repeat(300) } })).toEqual({ type: 'residents', id: '[no id: 300 characters]' });
    expect(ask({}, 'PUT', { ...plain, audited: { resource: 'Resident' } })).toMatchObject({
      action: 'residents.update',
      resource: 'Resident',
    });
  });
});

describe('the options', () => {
  it.each<[string, object, string]>([
    ['requests', { requests: 'some' }, "requests must be 'decorated', 'writes' or 'all'"],
    ['methods', { requests: 'all', methods: ['post'] }, "methods: ['POST', 'DELETE']"],
    ['methods for nothing', { methods: ['POST'] }, "add requests: 'writes'"],
    ['skipPaths', { skipPaths: '/health' }, 'skipPaths must be a list'],
    ['a path without a slash', { skipPaths: ['health'] }, 'begin with /'],
    ['errorStacks', { errorStacks: 'yes' }, 'errorStacks must be true or false'],
  ])('are refused with what to write instead: %s', (_name, options, message) => {
    const build = (): unknown => requestPolicy(options);
    expect(build).toThrow(message);
    try {
      build();
    } catch (error) {
      expect(isAuditError(error, 'AUDIT_OPTIONS_INVALID')).toBe(true);
    }
  });
});
