import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import express, { type ErrorRequestHandler, type RequestHandler, type Router } from 'express';
import {
  ConflictException,
  ForbiddenException,
  RequestTimeoutException,
  UnauthorizedException,
  UnprocessableEntityException,
} from '@nestjs/common';
import { auditErrors, auditExpress, audited, createAudit, type AuditedOptions } from '../../../src/express/index.js';
import { begun, EVENTS, FILE, gone, streamed, userOf, type Server, type ServerOptions } from './platform.js';

const signedIn: RequestHandler = (request, response, next) => {
  if ('user' in request && request.user) next();
  else response.sendStatus(401);
};
const nobody: RequestHandler = (_request, response) => void response.sendStatus(403);
const throttle: RequestHandler = (_request, response) => void response.status(429).json({ slow: 'down' });
const events: RequestHandler = (_request, response, next) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(EVENTS[0]);
  next();
};
const item: AuditedOptions = { resource: 'Item' };

/** The routes; without an audit, `audited` is nothing. */
function routes(router: Router, mark: (action: string, options?: AuditedOptions) => RequestHandler): void {
  router.get('/sync', mark('item.sync', item), (_request, response) => void response.json({ id: 'made-here' }));
  router.get('/promise/:id', mark('item.promise', { ...item, severity: 'notice' }), async (_request, response) => {
    response.send(await Promise.resolve('done'));
  });
  router.post('/nothing/:secret', mark('item.nothing'), (_request, response) => void response.status(204).end());
  router.get('/by-hand', mark('item.by-hand'), (_request, response) => {
    response.writeHead(202, { 'content-type': 'text/plain' });
    response.end('by hand');
  });
  router.get('/moved', mark('item.moved'), (_request, response) => response.redirect('/elsewhere'));
  router.put('/:id/conflict', mark('item.conflict', item), () => {
    throw new ConflictException('taken');
  });
  router.get('/crash', mark('item.crash'), async () => await Promise.reject(new TypeError('broken inside')));
  router.get('/:id/secure', mark('item.secure', item), signedIn, (_request, response) => void response.send('in'));
  router.post('/:id/closed', mark('item.closed', { ...item, severity: 'warning' }), signedIn, nobody);
  router.delete('/:id/forbid', mark('item.forbid'), () => {
    throw new ForbiddenException('not yours');
  });
  router.post('/password', mark('item.password'), () => {
    throw new UnauthorizedException('wrong password');
  });
  router.post('/parsed', mark('item.parsed'), (_request, response) => void response.send('parsed'));
  router.post('/checked', mark('item.checked'), () => {
    throw new UnprocessableEntityException('no such thing');
  });
  router.get('/throttled', mark('item.throttled'), throttle);
  router.get('/absent', mark('item.absent'), (_request, response) => void response.status(404).send('not here'));
  router.get('/teapot', mark('item.teapot'), () => {
    throw new RangeError('too hot');
  });
  router.get('/late', mark('item.late'), async () => {
    await sleep(20);
    throw new RequestTimeoutException();
  });
  router.get('/idle/:id', mark('item.idle', item), (request) => {
    request.socket.setTimeout(20);
  });
  router.get('/awaited/:id', mark('item.awaited', item), (request, response) => {
    void gone(request).then(() => response.send('to nobody'));
  });
  router.get('/endless', mark('item.endless'), (_request, response) => void begun().pipe(response));
  router.get('/streamed', mark('item.streamed'), (_request, response) => void streamed().pipe(response));
  router.get('/file', mark('item.file'), (_request, response) => void response.attachment('f.txt').send(FILE));
  router.get('/broken', mark('item.broken'), (_request, response) => {
    pipeline(begun(new EvalError('half way')), response, () => undefined);
  });
  router.get('/begun', mark('item.begun'), async (_request, response) => {
    response.write('the beginning');
    await immediate();
    throw new EvalError('half way');
  });
  router.get('/events', mark('item.events'), events, (_request, response) => void response.end(EVENTS[1]));
  router.get('/endless-events', mark('item.endless-events'), events, () => undefined);
  router.get('/undecorated', (_request, response) => void response.send('plain'));
}

/** Express alone. Its routes are in a router that is mounted. */
export async function serveExpress({ databaseUrl, ...options }: ServerOptions): Promise<Server> {
  const app = express();
  const audit = databaseUrl === undefined ? undefined : createAudit({ databaseUrl });
  if (audit) app.use(auditExpress(audit, options));
  app.use((request, _response, next) => {
    Object.assign(request, { user: userOf(request) });
    next();
  });
  app.use(express.json());
  const router = express.Router();
  routes(router, audit ? audited : () => (_request, _response, next) => next());
  app.use('/items', router);
  if (audit) app.use(auditErrors());
  const teapot: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (error instanceof RangeError) response.status(418).json({ teapot: true });
    else {
      // Express prints it into the answer, and it is deeper where somebody watches.
      if (error instanceof Error) error.stack = String(error);
      next(error);
    }
  };
  app.use(teapot);
  app.set('env', 'test'); // else errors are printed;
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...(audit ? { flush: () => audit.flush() } : {}),
    async close() {
      server.closeAllConnections();
      server.close();
      await audit?.close();
    },
  };
}
