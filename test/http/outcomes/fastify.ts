import { setTimeout as sleep } from 'node:timers/promises';
import { fastify, type FastifyInstance, type preHandlerHookHandler } from 'fastify';
import {
  ConflictException,
  ForbiddenException,
  RequestTimeoutException,
  UnauthorizedException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { auditFastify, audited, createAudit, type AuditedOptions } from '../../../src/fastify/index.js';
import { begun, EVENTS, FILE, gone, streamed, userOf, type Server, type ServerOptions } from './platform.js';

const signedIn: preHandlerHookHandler = (request, reply, done) => {
  if ('user' in request && request.user) done();
  else void reply.code(401).send({ who: 'are you' });
};
const nobody: preHandlerHookHandler = (_request, reply) => void reply.code(403).send({ not: 'you' });
const throttle: preHandlerHookHandler = (_request, reply) => void reply.code(429).send({ slow: 'down' });
const item: AuditedOptions = { resource: 'Item' };
const fail = (error: Error) => (): never => {
  throw error;
};

/** The routes; without an audit, `audited` is nothing. */
function routes(app: FastifyInstance, mark: typeof audited): void {
  app.get('/sync', { ...mark('item.sync', item) }, () => ({ id: 'made-here' }));
  app.get('/promise/:id', { ...mark('item.promise', { ...item, severity: 'notice' }) }, async () => {
    return await Promise.resolve('done');
  });
  app.post('/nothing/:secret', { ...mark('item.nothing') }, (_request, reply) => void reply.code(204).send());
  app.get('/by-hand', { ...mark('item.by-hand') }, (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(202, { 'content-type': 'text/plain' });
    reply.raw.end('by hand');
  });
  app.get('/moved', { ...mark('item.moved') }, (_request, reply) => reply.redirect('/elsewhere'));
  app.put('/:id/conflict', { ...mark('item.conflict', item) }, fail(new ConflictException('taken')));
  app.get('/crash', { ...mark('item.crash') }, async () => await Promise.reject(new TypeError('broken inside')));
  app.get('/:id/secure', { ...mark('item.secure', item), preHandler: signedIn }, () => 'in');
  app.post(
    '/:id/closed',
    { ...mark('item.closed', { ...item, severity: 'warning' }), preHandler: [signedIn, nobody] },
    () => 'in',
  );
  app.delete('/:id/forbid', { ...mark('item.forbid') }, fail(new ForbiddenException('not yours')));
  app.post('/password', { ...mark('item.password') }, fail(new UnauthorizedException('wrong password')));
  app.post('/parsed', { ...mark('item.parsed') }, () => 'parsed');
  app.post('/checked', { ...mark('item.checked') }, fail(new UnprocessableEntityException('no such thing')));
  app.get('/throttled', { ...mark('item.throttled'), preHandler: throttle }, () => 'in');
  app.get('/absent', { ...mark('item.absent') }, (_request, reply) => reply.code(404).send('not here'));
  app.get(
    '/teapot',
    {
      ...mark('item.teapot'),
      errorHandler: (_error, _request, reply) => void reply.code(418).send({ teapot: true }),
    },
    fail(new RangeError('too hot')),
  );
  app.get('/late', { ...mark('item.late') }, async () => {
    await sleep(20);
    throw new RequestTimeoutException();
  });
  app.get('/idle/:id', { ...mark('item.idle', item) }, (request) => {
    request.socket.setTimeout(20);
    return gone(request);
  });
  app.get('/awaited/:id', { ...mark('item.awaited', item) }, (request) => gone(request).then(() => 'to nobody'));
  app.get('/endless', { ...mark('item.endless') }, (_request, reply) => reply.send(begun()));
  app.get('/streamed', { ...mark('item.streamed') }, (_request, reply) => reply.send(streamed()));
  app.get('/file', { ...mark('item.file') }, (_request, reply) =>
    reply.header('content-length', FILE.length).header('content-disposition', 'attachment').send(FILE),
  );
  app.get('/broken', { ...mark('item.broken') }, (_request, reply) => reply.send(begun(new EvalError('half way'))));
  // What a handler throws now, Fastify 5 answers with an error that nobody catches.
  app.get('/begun', { ...mark('item.begun') }, (_request, reply) => {
    reply.hijack();
    reply.raw.write('the beginning');
    setImmediate(() => reply.raw.destroy(new EvalError('half way')));
  });
  for (const path of ['events', 'endless-events']) {
    app.get(`/${path}`, { ...mark(`item.${path}`) }, (_request, reply) => {
      reply.hijack();
      reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      reply.raw.write(EVENTS[0]);
      if (path === 'events') reply.raw.end(EVENTS[1]);
    });
  }
  app.get('/undecorated', () => 'plain');
}

/** Fastify alone. Its routes are in a plugin of their own, with a prefix. */
export async function serveFastify({ databaseUrl, ...options }: ServerOptions): Promise<Server> {
  const app = fastify({ forceCloseConnections: true });
  const audit = databaseUrl === undefined ? undefined : createAudit({ databaseUrl });
  if (audit) await app.register(auditFastify(audit, options));
  app.addHook('preHandler', (request, _reply, done) => {
    Object.assign(request, { user: userOf(request) });
    done();
  });
  const nothing = (() => ({})) as unknown as typeof audited; // no `config` then
  await app.register(
    (items, _options, done) => {
      routes(items, audit ? audited : nothing);
      done();
    },
    { prefix: '/items' },
  );
  return {
    url: await app.listen({ port: 0, host: '127.0.0.1' }),
    ...(audit ? { flush: () => audit.flush() } : {}),
    async close() {
      await app.close();
      await audit?.close();
    },
  };
}
