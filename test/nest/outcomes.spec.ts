import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestMethod, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { AuditEntry } from '../../src/index.js';
import { createLog, everythingStored, serve, type Answer, type Log, type Served } from './app.js';
import { Items, KnowsUser, Shelf } from './outcomes-app.js';

/** Answers one path itself, in front of every guard. */
class Shutter implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const refuse = (_request: unknown, response: { statusCode: number; end(): void }): void => {
      response.statusCode = 503;
      response.end();
    };
    consumer.apply(refuse).forRoutes({ path: 'items/shut', method: RequestMethod.ALL });
  }
}

interface Ending {
  readonly request: string;
  readonly user?: string;
  readonly status: number;
  /** Absent: no entry is expected. */
  readonly entry?: {
    action: string;
    outcome: string;
    route: string;
    resource?: object;
    error?: string;
    severity?: string;
    details?: object;
  };
}

const SECRET = { path: 'Xq-path-7', query: 'Xq-query-7', body: 'Xq-body-7' };
const ok = (action: string, route: string, more: object = {}): Ending['entry'] => ({ action, outcome: 'success', route, ...more });
const failed = (action: string, route: string, more: object = {}): Ending['entry'] => ({ action, outcome: 'failure', route, ...more });
const denied = (action: string, route: string, more: object = {}): Ending['entry'] => ({ action, outcome: 'denied', route, ...more });
const item = (id: string): object => ({ resource: { type: 'Item', id } });

const ENDINGS: Record<string, Ending> = {
  'a value': { request: 'GET /items/sync', user: 'ann', status: 200, entry: ok('item.sync', '/items/sync', item('made-here')) },
  'a promise': { request: 'GET /items/promise/7', user: 'ann', status: 200, entry: ok('item.promise', '/items/promise/:id', { ...item('7'), severity: 'notice' }) },
  'an observable': { request: 'GET /items/observable', status: 200, entry: ok('item.observable', '/items/observable', { details: { last: 3 } }) },
  'nothing at all': { request: `POST /items/nothing/${SECRET.path}`, user: 'bob', status: 204, entry: ok('item.nothing', '/items/nothing/:secret') },
  'an HttpException': { request: 'PUT /items/7/conflict', user: 'ann', status: 409, entry: failed('item.conflict', '/items/:id/conflict', { ...item('7'), error: 'ConflictException' }) },
  'any other error': { request: 'GET /items/crash', user: 'ann', status: 500, entry: failed('item.crash', '/items/crash', { error: 'TypeError' }) },
  'an observable that fails': { request: 'GET /items/stream', status: 502, entry: failed('item.stream', '/items/stream', { error: 'BadGatewayException' }) },
  '403 from the handler': { request: 'DELETE /items/7/forbid', user: 'ann', status: 403, entry: denied('item.forbid', '/items/:id/forbid', { error: 'ForbiddenException' }) },
  '401 from the handler': { request: 'POST /items/password', status: 401, entry: failed('item.password', '/items/password', { error: 'UnauthorizedException' }) },
  '401 from a guard': { request: 'GET /items/8/secure', status: 401, entry: denied('item.secure', '/items/:id/secure', item('8')) },
  '403 from a second guard': { request: 'POST /items/a%2Fb%20%C3%A9/closed', user: 'bob', status: 403, entry: denied('item.closed', '/items/:id/closed', { ...item('a/b é'), severity: 'warning' }) },
  '400 from a pipe': { request: `GET /items/piped/${SECRET.path}`, user: 'ann', status: 400, entry: failed('item.piped', '/items/piped/:id', { error: 'BadRequestException' }) },
  'a filter with its own status': { request: 'GET /items/teapot', user: 'ann', status: 418, entry: failed('item.teapot', '/items/teapot', { error: 'RangeError' }) },
  'res.status(404), no throw': { request: 'GET /items/absent', user: 'ann', status: 404, entry: failed('item.absent', '/items/absent') },
  'an answer sent by hand': { request: 'GET /items/by-hand', user: 'ann', status: 202, entry: ok('item.by-hand', '/items/by-hand') },
  'the class is audited': { request: 'GET /shelf/default', user: 'ann', status: 200, entry: ok('shelf.any', '/shelf/default') },
  'the method says otherwise': { request: 'GET /shelf/own', user: 'ann', status: 200, entry: ok('shelf.own', '/shelf/own') },
  'the class, behind a guard': { request: 'GET /shelf/closed', user: 'bob', status: 403, entry: denied('shelf.any', '/shelf/closed') },
  'a middleware answers': { request: 'GET /items/shut', user: 'ann', status: 503 },
  'no such route': { request: `GET /${SECRET.path}`, user: 'ann', status: 404 },
  'no such method': { request: 'PATCH /items/sync', user: 'ann', status: 404 },
  'no decorator': { request: 'GET /items/undecorated', user: 'ann', status: 200 },
  '@SkipAudit': { request: 'GET /shelf/skipped', user: 'ann', status: 200 },
  '@SkipAudit behind a guard': { request: 'GET /shelf/skipped-closed', user: 'ann', status: 403 },
};

let log: Log;
let served: Served;
let sentAt: number;
const answers = new Map<string, Answer>();
const entries = new Map<string, readonly AuditEntry[]>();

beforeAll(async () => {
  log = await createLog();
  const guard = { provide: APP_GUARD, useClass: KnowsUser };
  served = await serve(log.url, { imports: [Shutter], controllers: [Items, Shelf], providers: [guard] });
  sentAt = Date.now();
  await Promise.all(
    Object.entries(ENDINGS).map(async ([name, { request, user }]) => {
      const [method = '', path = ''] = request.split(' ');
      const body = method === 'GET' ? undefined : JSON.stringify({ note: SECRET.body });
      answers.set(name, await served.send(method, `${path}?q=${SECRET.query}`, user ? { 'x-user': user } : {}, body));
    }),
  );
  for (const [name, { id }] of answers) entries.set(name, await served.entries({ requestId: id }));
});
afterAll(async () => {
  const rows = Object.keys(ENDINGS).map((name) => {
    const found = entries.get(name) ?? [];
    const [first] = found;
    const actor = first ? `${String(first.actor?.['type'])} ${String(first.actor?.['id'] ?? '')}` : '';
    return [name.padEnd(28), actor.padEnd(12), (first?.outcome ?? '').padEnd(8), found.length].join(' | ');
  });
  console.log(['ending | actor | outcome | entries', ...rows].join('\n'));
  await served.close();
  await log.close();
});

describe('a request that ends with', () => {
  const all = Object.entries(ENDINGS);

  it.each(all)('%s is answered as if nobody watched', (name, { status }) => {
    expect(answers.get(name)?.status).toBe(status);
  });

  it.each(all.filter(([, { entry }]) => entry))('%s leaves exactly one entry', (name, { request, user, status, entry }) => {
    const found = entries.get(name) ?? [];
    expect(found).toHaveLength(1);
    const [it] = found as [AuditEntry];
    expect({ action: it.action, outcome: it.outcome, source: it.source, flags: it.flags }).toEqual({
      action: entry?.action,
      outcome: entry?.outcome,
      source: 'request',
      flags: [],
    });
    expect(it.actor).toMatchObject(
      user ? { id: user, type: 'user', email: `${user}@example.test`, role: 'clerk' } : { type: 'anonymous' },
    );
    expect(it.actor?.['id']).toBe(user);
    expect(it.resource).toEqual(entry?.resource);
    expect(it.error?.name).toBe(entry?.error);
    expect(it.severity).toBe(entry?.severity);
    expect(it.details).toEqual({ ...entry?.details, http: { method: request.split(' ')[0], route: entry?.route, status } });
    expect(Number.isInteger(it.durationMs) && Number(it.durationMs) >= 0 && Number(it.durationMs) < 10_000).toBe(true);
    expect(Date.parse(it.occurredAt)).toBeGreaterThanOrEqual(sentAt - 1);
    expect(Date.parse(it.occurredAt)).toBeLessThanOrEqual(Date.now());
  });

  it.each(all.filter(([, { entry }]) => !entry))('%s leaves no entry', (name) => {
    expect(entries.get(name)).toEqual([]);
  });

  it('any of these leaves nothing of its raw path, its query or its body', async () => {
    const stored = await everythingStored(log.pool);
    expect(stored).toContain('item.nothing');
    expect(stored).not.toContain(SECRET.query);
    expect(stored).not.toContain(SECRET.body);
    // Of a parameter only what the application asked for; an error's message is the application's own.
    expect(stored).not.toContain(SECRET.path);
    expect(stored).not.toContain('%2F');
  });
});
