import { RequestMethod, type MiddlewareConsumer, type NestModule } from '@nestjs/common';

interface Message {
  readonly headers: Record<string, string | undefined>;
  statusCode: number;
  end(): void;
}

/** Answers some requests itself, in front of every guard. */
export class Shutter implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const refuse = (_request: Message, response: Message): void => {
      response.statusCode = 503;
      response.end();
    };
    const refuseSome = (request: Message, response: Message, next: () => void): void =>
      request.headers['x-user'] === 'shutter' ? refuse(request, response) : next();
    consumer.apply(refuse).forRoutes({ path: 'items/shut', method: RequestMethod.ALL });
    consumer.apply(refuseSome).forRoutes('{*path}');
  }
}

export interface Ending {
  readonly request: string;
  readonly user?: string;
  readonly status: number;
  /** Absent: no entry is expected. */
  readonly entry?: Entry;
}

interface Entry {
  readonly action: string;
  readonly outcome: string;
  readonly route: string;
  readonly resource?: object;
  readonly error?: string;
  readonly severity?: string;
  readonly details?: object;
}

/** Sent with the requests, and never to be found in the log. */
export const SECRET = { path: 'Xq-path-7', query: 'Xq-query-7', body: 'Xq-body-7' };
const ok = (action: string, route: string, more: object = {}): Entry => ({
  action,
  outcome: 'success',
  route,
  ...more,
});
const failed = (action: string, route: string, more: object = {}): Entry => ({
  action,
  outcome: 'failure',
  route,
  ...more,
});
const denied = (action: string, route: string, more: object = {}): Entry => ({
  action,
  outcome: 'denied',
  route,
  ...more,
});
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
  'an observable': {
    request: 'GET /items/observable',
    status: 200,
    entry: ok('item.observable', '/items/observable', { details: { last: 3 } }),
  },
  'nothing at all': {
    request: `POST /items/nothing/${SECRET.path}`,
    user: 'bob',
    status: 204,
    entry: ok('item.nothing', '/items/nothing/:secret'),
  },
  'an HttpException': {
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
    request: 'GET /items/stream',
    status: 502,
    entry: failed('item.stream', '/items/stream', { error: 'BadGatewayException' }),
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
    entry: failed('item.password', '/items/password', { error: 'UnauthorizedException' }),
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
  '400 from a pipe': {
    request: `GET /items/piped/${SECRET.path}`,
    user: 'ann',
    status: 400,
    entry: failed('item.piped', '/items/piped/:id', { error: 'BadRequestException' }),
  },
  'a filter with its own status': {
    request: 'GET /items/teapot',
    user: 'ann',
    status: 418,
    entry: failed('item.teapot', '/items/teapot', { error: 'RangeError' }),
  },
  'res.status(404), no throw': {
    request: 'GET /items/absent',
    user: 'ann',
    status: 404,
    entry: failed('item.absent', '/items/absent'),
  },
  'an answer sent by hand': {
    request: 'GET /items/by-hand',
    user: 'ann',
    status: 202,
    entry: ok('item.by-hand', '/items/by-hand'),
  },
  'the class is audited': {
    request: 'GET /shelf/default',
    user: 'ann',
    status: 200,
    entry: ok('shelf.any', '/shelf/default'),
  },
  'the method says otherwise': {
    request: 'GET /shelf/own',
    user: 'ann',
    status: 200,
    entry: ok('shelf.own', '/shelf/own'),
  },
  'the class, behind a guard': {
    request: 'GET /shelf/closed',
    user: 'bob',
    status: 403,
    entry: denied('shelf.any', '/shelf/closed'),
  },
  // In front of every guard, so nobody is known yet; bound to the very route, so that the route is known.
  'a middleware of the route': { request: 'GET /items/shut', status: 503, entry: failed('item.shut', '/items/shut') },
  'a middleware of many routes': { request: 'GET /items/sync', user: 'shutter', status: 503 },
  'no such route': { request: `GET /${SECRET.path}`, user: 'ann', status: 404 },
  'no such method': { request: 'PATCH /items/sync', user: 'ann', status: 404 },
  'no decorator': { request: 'GET /items/undecorated', user: 'ann', status: 200 },
  '@SkipAudit': { request: 'GET /shelf/skipped', user: 'ann', status: 200 },
  '@SkipAudit behind a guard': { request: 'GET /shelf/skipped-closed', user: 'ann', status: 403 },
};
