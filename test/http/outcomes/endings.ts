import type { Platform } from './platform.js';
import { SECRET } from './secret.js';

/** One way in which a request ends, the same on every platform. */
export interface Ending {
  readonly request: string;
  readonly user?: string;
  readonly body?: string;
  /** The client closes the connection when it has read the answer. */
  readonly last?: boolean;
  /** Absent: the connection is cut before any is sent. */
  readonly status?: number;
  /** The client hangs up: when the handler has it in hands, or after the first byte of the answer. */
  readonly hangsUp?: 'before' | 'during';
  /** Absent: no entry is expected. */
  readonly entry?: Entry;
  /** @defaultValue all */
  readonly on?: readonly Platform[];
}

export interface Entry {
  readonly action: string;
  readonly outcome: string;
  readonly route: string;
  readonly resource?: object;
  readonly error?: string | undefined;
  readonly severity?: string;
  readonly details?: object;
  /** Of `details.http`, beside method, route, status and bytes. */
  readonly http?: object;
  /** Absent: as many as the client read. */
  readonly bytes?: number | 'none' | 'some';
  /** Where a platform cannot know better. */
  readonly but?: Partial<Record<Platform, Partial<Entry>>>;
}

const NEST: readonly Platform[] = ['Nest on Express', 'Nest on Fastify'];
const entry =
  (outcome: string) =>
  (action: string, route: string, more: object = {}): Entry => ({ action, outcome, route, ...more });
const ok = entry('success');
const failed = entry('failure');
const denied = entry('denied');
const partial = entry('partial');
const item = (id: string): object => ({ resource: { type: 'Item', id } });

export const ENDINGS: Record<string, Ending> = {
  'a value': {
    request: 'GET /items/sync',
    user: 'ann',
    status: 200,
    entry: ok('item.sync', '/items/sync', item('made-here')),
  },
  'a promise': {
    request: 'GET /items/promise/7',
    user: 'ann',
    status: 200,
    entry: ok('item.promise', '/items/promise/:id', { ...item('7'), severity: 'notice' }),
  },
  'a client that reads it all and hangs up': {
    request: 'GET /items/promise/7',
    last: true,
    status: 200,
    entry: ok('item.promise', '/items/promise/:id', { ...item('7'), severity: 'notice' }),
  },
  'an observable': {
    request: 'GET /items/observable',
    status: 200,
    entry: ok('item.observable', '/items/observable', { details: { last: 3 } }),
    on: NEST,
  },
  'nothing at all': {
    request: `POST /items/nothing/${SECRET.path}`,
    user: 'bob',
    status: 204,
    entry: ok('item.nothing', '/items/nothing/:secret', { bytes: 'none' }),
  },
  'an answer sent by hand': {
    request: 'GET /items/by-hand',
    user: 'ann',
    status: 202,
    entry: ok('item.by-hand', '/items/by-hand'),
  },
  'an answer to HEAD': {
    request: 'HEAD /items/promise/7',
    status: 200,
    entry: ok('item.promise', '/items/promise/:id', { ...item('7'), severity: 'notice', bytes: 'none' }),
  },
  'a redirect': {
    request: 'GET /items/moved',
    status: 302,
    entry: ok('item.moved', '/items/moved'),
  },
  'an error with a status': {
    request: 'PUT /items/7/conflict',
    user: 'ann',
    status: 409,
    entry: failed('item.conflict', '/items/:id/conflict', { ...item('7'), error: 'ConflictException' }),
  },
  'any other error': {
    request: 'GET /items/crash',
    user: 'ann',
    status: 500,
    entry: failed('item.crash', '/items/crash', { error: 'TypeError' }),
  },
  'an observable that fails': {
    request: 'GET /items/failing',
    status: 502,
    entry: failed('item.failing', '/items/failing', { error: 'BadGatewayException' }),
    on: NEST,
  },
  '401 from a guard': {
    request: 'GET /items/8/secure',
    status: 401,
    entry: denied('item.secure', '/items/:id/secure', item('8')),
  },
  '403 from a second guard': {
    request: 'POST /items/a%2Fb%20%C3%A9/closed',
    user: 'bob',
    status: 403,
    entry: denied('item.closed', '/items/:id/closed', { ...item('a/b é'), severity: 'warning' }),
  },
  '403 from the handler': {
    request: 'DELETE /items/7/forbid',
    user: 'ann',
    status: 403,
    entry: denied('item.forbid', '/items/:id/forbid', { error: 'ForbiddenException' }),
  },
  '401 from the handler': {
    request: 'POST /items/password',
    status: 401,
    entry: failed('item.password', '/items/password', {
      error: 'UnauthorizedException',
      but: { Express: { outcome: 'denied' } },
    }),
  },
  '400 from a pipe': {
    request: `GET /items/piped/${SECRET.path}`,
    user: 'ann',
    status: 400,
    entry: failed('item.piped', '/items/piped/:id', { error: 'BadRequestException' }),
    on: NEST,
  },
  '400 from a body that is no JSON': {
    request: 'POST /items/parsed',
    body: '{"note"',
    status: 400,
    // On Express bodies are read in front of every route, so none is known.
    entry: failed('item.parsed', '/items/parsed', {
      error: 'FastifyError',
      // Nest's own error handler answers before any hook is told.
      but: { 'Nest on Fastify': { error: undefined } },
    }),
    on: ['Nest on Fastify', 'Fastify'],
  },
  '400 from a body, in front of all routes': {
    request: 'POST /items/parsed',
    body: '{"note"',
    status: 400,
    on: ['Nest on Express', 'Express'],
  },
  '422 from a check': {
    request: 'POST /items/checked',
    user: 'ann',
    status: 422,
    entry: failed('item.checked', '/items/checked', { error: 'UnprocessableEntityException' }),
  },
  '429 from a throttler': {
    request: 'GET /items/throttled',
    user: 'ann',
    status: 429,
    entry: failed('item.throttled', '/items/throttled'),
  },
  '404 from the handler, no throw': {
    request: 'GET /items/absent',
    user: 'ann',
    status: 404,
    entry: failed('item.absent', '/items/absent'),
  },
  'a filter with its own status': {
    request: 'GET /items/teapot',
    user: 'ann',
    status: 418,
    entry: failed('item.teapot', '/items/teapot', { error: 'RangeError' }),
  },
  'a timeout of the application': {
    request: 'GET /items/late',
    user: 'ann',
    status: 408,
    entry: failed('item.late', '/items/late', { error: 'RequestTimeoutException' }),
  },
  'a timeout of the connection': {
    request: 'GET /items/idle/7',
    user: 'ann',
    entry: failed('item.idle', '/items/idle/:id', { ...item('7'), http: { aborted: true }, bytes: 'none' }),
  },
  'a client that hangs up before the answer': {
    request: 'GET /items/awaited/7',
    user: 'ann',
    hangsUp: 'before',
    entry: failed('item.awaited', '/items/awaited/:id', { ...item('7'), http: { aborted: true }, bytes: 'none' }),
  },
  'a client that hangs up during the answer': {
    request: 'GET /items/endless',
    user: 'ann',
    status: 200,
    hangsUp: 'during',
    entry: partial('item.endless', '/items/endless', { http: { aborted: true }, bytes: 'some' }),
  },
  'a stream': {
    request: 'GET /items/streamed',
    user: 'ann',
    status: 200,
    entry: ok('item.streamed', '/items/streamed', { bytes: 30_000 }),
  },
  'a file': {
    request: 'GET /items/file',
    user: 'ann',
    status: 200,
    entry: ok('item.file', '/items/file', { bytes: 70_000 }),
  },
  'a stream that breaks': {
    request: 'GET /items/broken',
    user: 'ann',
    status: 200,
    entry: failed('item.broken', '/items/broken', { error: 'EvalError', http: { aborted: true }, bytes: 'some' }),
  },
  'an error after the answer began': {
    request: 'GET /items/begun',
    user: 'ann',
    status: 200,
    entry: failed('item.begun', '/items/begun', {
      error: 'EvalError',
      bytes: 'some',
      // Nest ends the answer as if it were whole; the others cut it off.
      but: { Express: { http: { aborted: true } }, Fastify: { http: { aborted: true } } },
    }),
  },
  'events, to their end': {
    request: 'GET /items/events',
    user: 'ann',
    status: 200,
    entry: ok('item.events', '/items/events'),
  },
  'events, until the client leaves': {
    request: 'GET /items/endless-events',
    user: 'ann',
    status: 200,
    hangsUp: 'during',
    entry: ok('item.endless-events', '/items/endless-events', { http: { closedBy: 'client' }, bytes: 'some' }),
  },
  'the class is audited': {
    request: 'GET /shelf/default',
    user: 'ann',
    status: 200,
    entry: ok('shelf.any', '/shelf/default'),
    on: NEST,
  },
  'the method says otherwise': {
    request: 'GET /shelf/own',
    user: 'ann',
    status: 200,
    entry: ok('shelf.own', '/shelf/own'),
    on: NEST,
  },
  'the class, behind a guard': {
    request: 'GET /shelf/closed',
    user: 'bob',
    status: 403,
    entry: denied('shelf.any', '/shelf/closed'),
    on: NEST,
  },
  // In front of every guard, so nobody is known yet; bound to the very route, so that the route is known.
  'a middleware of the route': {
    request: 'GET /items/shut',
    status: 503,
    entry: failed('item.shut', '/items/shut', { bytes: 0 }),
    on: ['Nest on Express'],
  },
  'a middleware of many routes': { request: 'GET /items/sync', user: 'shutter', status: 503, on: ['Nest on Express'] },
  'no such route': { request: `GET /${SECRET.path}`, user: 'ann', status: 404 },
  'no such method': { request: 'PATCH /items/sync', user: 'ann', status: 404 },
  'no audited route': { request: 'GET /items/undecorated', user: 'ann', status: 200 },
  '@SkipAudit': { request: 'GET /shelf/skipped', user: 'ann', status: 200, on: NEST },
  '@SkipAudit behind a guard': { request: 'GET /shelf/skipped-closed', user: 'ann', status: 403, on: NEST },
};
