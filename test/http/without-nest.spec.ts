import { AsyncResource } from 'node:async_hooks';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import express, { type Router } from 'express';
import { fastify, type FastifyInstance } from 'fastify';
import { actorSection, currentContext } from '../../src/context/index.js';
import { AuditError } from '../../src/event/errors.js';
import type { AuditEvent } from '../../src/event/types.js';
import * as onExpress from '../../src/express/index.js';
import * as onFastify from '../../src/fastify/index.js';
import type { AuditedOptions, HttpAuditOptions } from '../../src/fastify/index.js';
import type { Reached, Recorder } from '../../src/recorder/port.js';

type Kept = AuditEvent & { readonly by: Record<string, unknown> };

/** Keeps what it is given, with the actor section that would be written. */
function memory(reach: () => Promise<Reached> = () => Promise.resolve('committed')): Recorder & { kept: Kept[] } {
  const kept: Kept[] = [];
  return {
    kept,
    record(event, options) {
      kept.push({ ...event, by: JSON.parse(actorSection(options?.context)) as Record<string, unknown> });
      return { reached: reach };
    },
    drain: () => Promise.resolve(),
  };
}

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Something in front of the handler that goes on in a context of its own, as a pool of connections does. */
const outside = new AsyncResource('outside');

interface Service {
  readonly url: string;
  readonly kept: readonly Kept[];
}
type Answer = (request: { headers: Record<string, unknown> }) => unknown;
interface Route {
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
  readonly mark?: [action?: string, options?: AuditedOptions] | 'skip' | 'none';
  readonly answer?: Answer;
}

async function listenExpress(prepare: (app: Router) => void): Promise<string> {
  const app = express();
  app.set('env', 'test');
  prepare(app);
  const server = app.listen(0, '127.0.0.1');
  closing.push(() => (server.closeAllConnections(), server.close()));
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function listenFastify(prepare: (app: FastifyInstance) => Promise<void>): Promise<string> {
  const app = fastify({ forceCloseConnections: true });
  closing.push(() => app.close());
  await prepare(app);
  return await app.listen({ port: 0, host: '127.0.0.1' });
}

/** One route on each platform. */
const SERVE: Record<
  string,
  (route: Route, options?: HttpAuditOptions, recorder?: ReturnType<typeof memory>) => Promise<Service>
> = {
  async Express(
    { method = 'GET', path = '/things/:id', mark = ['thing.do'], answer = () => ({}) },
    options,
    audit = memory(),
  ) {
    const url = await listenExpress((app) => {
      app.use(onExpress.auditExpress(audit, options));
      app.use((_request, _response, next) => outside.runInAsyncScope(next));
      app.use(express.json());
      const marks =
        mark === 'none' ? [] : [mark === 'skip' ? onExpress.skipAudit() : onExpress.audited(mark[0], mark[1])];
      app.route(path)[method === 'GET' ? 'get' : 'post'](...marks, (request, response) => {
        response.json(answer(request));
      });
      app.use(onExpress.auditErrors());
    });
    return { url, kept: audit.kept };
  },
  async Fastify(
    { method = 'GET', path = '/things/:id', mark = ['thing.do'], answer = () => ({}) },
    options,
    audit = memory(),
  ) {
    const url = await listenFastify(async (app) => {
      await app.register(onFastify.auditFastify(audit, options));
      app.addHook('preParsing', (_request, _reply, payload, done) =>
        outside.runInAsyncScope(() => done(null, payload)),
      );
      const skip = { config: { audit: false } };
      const marks = mark === 'none' ? {} : mark === 'skip' ? skip : onFastify.audited(mark[0], mark[1]);
      app.route({ method, url: path, ...marks, handler: (request) => answer(request) });
    });
    return { url, kept: audit.kept };
  },
};

const post = (url: string, body: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const http = (event: Kept | undefined): unknown => event?.details?.['http'];

describe.each(Object.entries(SERVE))('%s without Nest', (name, serve) => {
  it('keeps the context, whatever goes on outside of it in front of the handler', async () => {
    let inside: unknown;
    const { url, kept } = await serve({
      method: 'POST',
      answer: () => ({ in: (inside = currentContext()?.requestId) }),
    });
    const { headers } = await post(`${url}/things/7`, { a: 1 });
    expect(inside).toBe(headers.get('x-request-id'));
    expect(kept[0]?.by['requestId']).toBe(inside);
  });

  it('asks the options of the route, for what was answered', async () => {
    const mark: AuditedOptions = {
      resource: 'Thing',
      details: ({ result }) => ({ given: result }),
      before: () => Promise.resolve({ size: 1 }),
      after: () => ({ size: 2 }),
      reason: 'required',
    };
    const { url, kept } = await serve({
      method: 'POST',
      path: '/things',
      mark: ['thing.grow', mark],
      answer: () => ({ id: 5 }),
    });
    expect((await post(`${url}/things`)).status).toBe(400);
    expect((await post(`${url}/things`, {}, { 'x-audit-reason': 'it was asked for' })).status).toBe(200);
    expect(kept).toHaveLength(2);
    expect(kept[0]).toMatchObject({ action: 'thing.grow', outcome: 'failure', error: { name: 'ReasonMissing' } });
    expect(kept[1]).toMatchObject({
      outcome: 'success',
      resource: { type: 'Thing', id: 5 },
      details: { given: { id: 5 } },
      old: { size: 1 },
      new: { size: 2 },
      reason: 'it was asked for',
    });
  });

  it('names the action of a route that names none', async () => {
    const { url, kept } = await serve({ method: 'POST', path: '/api/v1/residents', mark: [] });
    await post(`${url}/api/v1/residents`);
    expect(kept.map(({ action }) => action)).toEqual(['residents.create']);
  });

  it.each([
    ['writes', 'POST', 'none', ['things.update']],
    ['writes', 'GET', 'none', []],
    ['all', 'GET', 'none', ['things.read']],
    ['all', 'GET', 'skip', []],
    ['decorated', 'POST', 'none', []],
  ] as const)('with requests: %s, a %s that is marked %s leaves %j', async (requests, method, mark, actions) => {
    const { url, kept } = await serve({ method, mark }, { requests });
    await (method === 'GET' ? fetch(`${url}/things/7`) : post(`${url}/things/7`));
    expect(kept.map(({ action }) => action)).toEqual(actions);
  });

  it('answers 503 where the entry is not durable, and as ever where it is', async () => {
    const away = memory(() => Promise.reject(new AuditError('AUDIT_CLOSED', 'away')));
    const mark: Route['mark'] = ['thing.do', { durability: 'committed' }];
    const errors: unknown[] = [];
    const refusing = await serve({ mark }, { onError: (error) => errors.push(error) }, away);
    const refused = await fetch(`${refusing.url}/things/7`);
    expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ statusCode: 503 })]);
    expect(errors).toHaveLength(1);
    const { url, kept } = await serve({ mark, answer: () => ({ done: true }) });
    expect(await (await fetch(`${url}/things/7`)).json()).toEqual({ done: true });
    expect(kept).toHaveLength(1);
  });

  it.each([
    ['of ten kilobytes', 'Zq'.repeat(5_000)],
    ['with markup', '<b>Zq</b>'],
    ['that is harmless', 'abc-1'],
  ])('replaces a request id that is not harmless: %s', async (what, id) => {
    const { url, kept } = await serve({});
    const { headers } = await fetch(`${url}/things/7`, { headers: { 'x-request-id': id } });
    expect(headers.get('x-request-id') === id).toBe(what === 'that is harmless');
    expect(kept[0]?.by['requestId']).toBe(headers.get('x-request-id'));
  });

  it('never merges requests that come with the same id', async () => {
    const groups: unknown[] = [];
    const { url, kept } = await serve({ answer: () => groups.push(currentContext()?.root.group) });
    const headers = { 'x-request-id': 'same' };
    await Promise.all([fetch(`${url}/things/1`, { headers }), fetch(`${url}/things/2`, { headers })]);
    expect([kept.length, new Set(groups).size]).toEqual([2, 2]);
  });

  it.each([
    [{ durability: 'forever' }, 'durability must be one of async, committed, sealed'],
    [{ actor: 'me' }, 'actor must be a function'],
    [{ databaseUrl: 'postgresql://' }, 'there is no option databaseUrl'],
    [{ onFailure: 'retry' }, "onFailure must be 'spool' or 'fail'"],
  ])('refuses wrong options at the door: %j', async (options, message) => {
    await expect(serve({}, options as never)).rejects.toThrow(`audit${name}(): ${message}`);
  });

  it('refuses an action that is none', async () => {
    await expect(serve({ mark: ['not an action'] })).rejects.toThrow('audited("not an action"): the action');
  });
});

describe('the pattern of a route in a mounted router of Express', () => {
  it.each<[mount: string, merge: boolean, sent: string, pattern: string]>([
    ['/shops', false, '/shops/9/open', '/shops/:id/open'],
    ['/shops/:shop', true, '/shops/acme/9/open', '/shops/:shop/:id/open'],
    ['/shops/:shop', true, '/shops/a%20b%2Fc/9/open', '/shops/:shop/:id/open'],
    ['/shops/:shop', false, '/shops/71/9/open', '/shops/:masked/:id/open'],
    ['/shops/:shop', false, '/shops/f47ac10b-58cc-4372-a567-0e02b2c3d479/9/open', '/shops/:masked/:id/open'],
    ['/shops/:shop', false, '/shops/ann@example.test/9/open', '/shops/:masked/:id/open'],
    ['/api/v2/shops', false, '/api/v2/shops/9/open', '/api/v2/shops/:id/open'],
  ])('%s (mergeParams %s), asked for %s, is %s', async (mount, mergeParams, sent, pattern) => {
    const audit = memory();
    const url = await listenExpress((app) => {
      app.use(onExpress.auditExpress(audit));
      const router = express.Router({ mergeParams });
      router.get('/:id/open', onExpress.audited('shop.open'), () => {
        throw new Error('handed on to the application, which forgets the mount path');
      });
      app.use(mount, router);
      app.use(onExpress.auditErrors());
    });
    await fetch(url + sent);
    expect(http(audit.kept[0])).toMatchObject({ route: pattern, status: 500 });
    expect(audit.kept[0]?.error?.message).toContain('handed on');
  });
});

describe('a route of Express that is a RegExp or a list', () => {
  type Path = string | RegExp | (string | RegExp)[];
  it.each<[path: Path, sent: string, entry: string]>([
    [/^\/invoices\/(\d+)$/, '/invoices/7', 'invoices.update /invoices/:0 invoices 7'],
    [/^\/invoices\/(\d+)\/approve$/, '/invoices/7/approve', 'invoices.approve /invoices/:0/approve invoices 7'],
    [/^\/invoices\/(?<id>[\w-]+)(?:\/lines\/(\d+))?$/, '/invoices/a-1/lines/2', 'lines.update /invoices/:id/lines/:0 lines 2'],
    [/^\/invoices\/(?<id>[\w-]+)(?:\/lines\/(\d+))?$/, '/invoices/a-1', 'invoices.update /invoices/:id invoices a-1'],
    [/^\/api\/(invoices|orders)\/(\d+)\/?$/i, '/api/Orders/7/', 'orders.update /api/orders/:1 orders 7'],
    [/^\/(?:invoices|orders)\/archive/, '/orders/archive', 'orders.archive.create /orders/archive archive undefined'],
    [/^\/invoices$|^\/orders\/(\d+)$/, '/orders/7', 'orders.update /orders/:0 orders 7'],
    [/^\/invoices$|^\/orders\/(\d+)$/, '/invoices', 'invoices.create /invoices invoices undefined'],
    [/\/invoices\b.*/, '/invoices/hunter2', 'invoices.create /invoices invoices undefined'],
    [/.*fly$/, '/hunter2-fly', 'fly.create /fly fly undefined'],
    [/^\/files\/(.*)$/, '/files/hunter2/a', 'files.update /files/* files undefined'],
    [/^\/(?!api).*/, '/hunter2', 'http.unmatched /* undefined undefined'],
    [/^\/reset-password\/([\w-]+)$/, '/reset-password/hunter2', 'reset-password.update /reset-password/:0 reset-password hunter2'],
    [/^\/[a-z]+\/\u0037$/, '/hunter/7', 'http.update /*/* undefined undefined'],
    [['/invoices/:id', '/bills/:id'], '/bills/7', 'bills.update /bills/:id bills 7'],
    [['/invoices/:id', '/bills{/:year}/:id'], '/Bills/7/', 'bills.update /bills{/:year}/:id bills 7'],
    [['/a/*path', '/b/*path'], '/b/hunter2/x', 'b.update /b/*path b undefined'],
    [['/a', '/b{/c}', '/d'], '/b/c', 'b.c.create /b{/c} c undefined'],
    [['/a', '/b{/c}', '/d'], '/d', 'd.create /d d undefined'],
    [['/a%20b/:id', /^\/x\/(\w+)$/], '/x/7', 'x.update /x/:0 x 7'],
  ])('%s, asked for %s, is %s', async (path, sent, entry) => {
    for (const mount of ['', '/shops']) {
      const audit = memory();
      const url = await listenExpress((app) => {
        app.use(onExpress.auditExpress(audit, { requests: 'writes' }));
        const router = express.Router();
        router.post(path as string, (_request, response) => void response.json({ id: 5 }));
        app.use(mount === '' ? '/' : mount, router);
      });
      await post(url + mount + sent);
      const said = audit.kept.map((event) => {
        const { route } = http(event) as { route?: string };
        return mount === '' ? `${event.action} ${route} ${event.resource?.type} ${String(event.resource?.id)}` : route;
      });
      expect(said).toEqual([mount === '' ? entry : mount + entry.split(' ')[1]]);
    }
  }); // prettier-ignore

  it('below another that captures too: a number that is not its own is no id', async () => {
    const audit = memory();
    const url = await listenExpress((app) => {
      app.use(onExpress.auditExpress(audit, { requests: 'writes' }));
      const router = express.Router({ mergeParams: true });
      router.post(/^\/bills\/(\d+)$/, (_request, response) => void response.json({}));
      app.use(/^\/shops\/(\d+)/, router);
    });
    await post(`${url}/shops/1/bills/7`);
    expect([audit.kept[0]?.action, audit.kept[0]?.resource?.id]).toEqual(['bills.update', undefined]);
  });
});

describe('what is put in the wrong place', () => {
  it('on Express is served without an entry, and said once', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const url = await listenExpress((app) => {
      app.get('/', onExpress.audited('home.read'), (_request, response) => void response.send('home'));
    });
    expect(await (await fetch(url)).text()).toBe('home');
    expect(await (await fetch(url)).text()).toBe('home');
    expect(warn.mock.calls.map(([text]) => text)).toEqual(['audited(): there is no auditExpress() in front of it']);
    warn.mockRestore();
  });

  it('on Fastify keeps the route from being added', async () => {
    const adding = listenFastify(async (app) => {
      await app.register(onFastify.auditFastify(memory()));
      const mistaken = { config: { audit: { action: 'home.read', detail: () => ({}) } } };
      app.get('/', mistaken, () => 'home');
    });
    await expect(adding).rejects.toThrow('there is no option "detail"');
  });
});
