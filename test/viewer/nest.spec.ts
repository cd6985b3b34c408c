import 'reflect-metadata';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit } from '../../src/compose/index.js';
import { auditViewer as onExpress } from '../../src/express/index.js';
import { auditViewer as onFastify } from '../../src/fastify/index.js';
import { AuditModule } from '../../src/index.js';
import { AuditViewerModule } from '../../src/nest/viewer/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { VIEWERS } from './served.js';

const logs: FilledLog[] = [];
beforeAll(async () => void logs.push(await emptyLog(), await emptyLog('audit', 'example.com/billing')));
afterAll(async () => void (await Promise.all(logs.map((log) => log.close()))));
const url = (at: number): string => logs[at]?.url ?? '';

async function served(
  adapter: 'express' | 'fastify',
  imports: DynamicModule[],
): Promise<{ base: string; close: () => Promise<void> }> {
  @Module({ imports })
  class AppModule {}
  const made = adapter === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const app = await NestFactory.create(AppModule, made, {
    logger: false,
    abortOnError: false,
    forceCloseConnections: true,
  });
  await app.listen(0, '127.0.0.1');
  const server = app.getHttpServer() as Server;
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  return { base: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, close: () => app.close() };
}

const all = { authorize: () => ({ tenants: [''], actor: { id: 'ann' } }) };

describe.each(['express', 'fastify'] as const)('in Nest on %s', (adapter) => {
  it('two audits have a viewer each', async () => {
    const app = await served(adapter, [
      AuditModule.forRoot({ databaseUrl: url(0), seal: false, probe: 'off' }),
      AuditModule.forRoot({ name: 'billing', databaseUrl: url(1), seal: false, probe: 'off' }),
      AuditViewerModule.forRoot({ path: '/audit', ...all }),
      AuditViewerModule.forRoot({ path: 'billing/audit', name: 'billing', authorize: () => ({ tenants: [''], actor: { id: 'bob' } }) }), // prettier-ignore
    ]);
    const session = async (path: string): Promise<unknown> =>
      await (await fetch(`${app.base}${path}/api/session`, { headers: { 'x-audit-viewer': '1' } })).json();
    expect(await session('/audit')).toMatchObject({ deployment: 'example.com/test', reader: { id: 'ann' } });
    expect(await session('/billing/audit')).toMatchObject({ deployment: 'example.com/billing', reader: { id: 'bob' } });
    await app.close();
  });

  it('does not start without the audit that it shows', async () => {
    const audit = AuditModule.forRoot({ databaseUrl: url(0), seal: false, probe: 'off' });
    await expect(served(adapter, [audit, AuditViewerModule.forRoot({ path: '/audit', name: 'other', ...all })])).rejects.toThrow(/nestjs-prisma-audit:service:other/); // prettier-ignore
    await expect(served(adapter, [audit, AuditViewerModule.forRootAsync({ path: '/audit', useFactory: () => ({}) as never })])).rejects.toThrow(/authorize is missing/); // prettier-ignore
  });
});

describe('without authorize, or with an option that there is not, nothing starts', () => {
  const MAKERS: Readonly<Record<string, (options: never) => unknown>> = {
    'AuditViewerModule.forRoot()': (options: object) =>
      AuditViewerModule.forRoot({ path: '/audit', ...options } as never),
    'auditViewer() of Express': (options) => onExpress({} as never, options),
    'auditViewer() of Fastify': (options) => onFastify({} as never, options),
  };
  it.each(Object.keys(MAKERS))('%s', (name) => {
    const refused = (options: unknown, message: RegExp): void =>
      expect(() => MAKERS[name]?.(options as never)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) })); // prettier-ignore
    refused(undefined, /authorize is missing/);
    refused({}, /authorize is missing/);
    refused({ authorize: true }, /authorize is missing/);
    refused({ ...all, autorize: 1 }, /no option "autorize"; there are authorize, frameAncestors/);
    for (const frameAncestors of [[], ["'self' https://a"], ["'self'; script-src *"], 'self', [1], ['a\nb'], ['ä']])
      refused({ ...all, frameAncestors }, /frameAncestors must be/);
    expect(() => MAKERS[name]?.({ ...all, frameAncestors: ["'self'", 'https://intranet.example:8443'] } as never)).not.toThrow(); // prettier-ignore
  });
  it.each(['', '/', 'a//b', '../a', '.', 'a/:id', 'a*', 'a b', '/a?b', undefined])('the path %s', (path) => {
    expect(() => AuditViewerModule.forRoot({ path: path as string, ...all })).toThrow(/path must be/);
  });
});

it('the application guards the viewer, and its own sources may frame it', async () => {
  const viewer = await (VIEWERS['Nest on Express'] as (typeof VIEWERS)[string])({ databaseUrl: url(0), seal: false }, () => ({ tenants: [''], actor: { id: 'x' } })); // prettier-ignore
  for (const path of ['/audit/', '/audit/api/session', '/audit/assets/none.js']) {
    const shut = await viewer.ask(path, { user: 'x', headers: { 'x-door': 'shut' } });
    expect([path, shut.status, shut.text.includes('deployment')]).toEqual([path, 403, false]);
  }
  expect((await viewer.ask('/audit/api/session', { user: 'x' })).headers['x-of-the-application']).toBe('stays');
  await viewer.close();
});

it('the whole log is verified by an application, beside it', async () => {
  const options = { databaseUrl: url(0), auditorUrl: url(0), seal: false as const };
  const sealing = createAudit({ databaseUrl: url(0) });
  sealing.record({ action: 'thing.done' });
  await sealing.flush();
  const viewer = await (VIEWERS['Express'] as (typeof VIEWERS)[string])(options, (user) => ({ tenants: user === 'all' ? 'all' : [''], actor: { id: 'x' } })); // prettier-ignore
  const headers = { 'x-audit-viewer': '1' };
  expect((await viewer.ask('/audit/api/verify', { user: 'one', method: 'POST', headers })).status).toBe(403);
  expect((await viewer.ask('/audit/api/verify', { user: 'all', method: 'POST', headers })).status).toBe(202);
  let state: { state?: string } = {};
  do {
    await new Promise((resolve) => setTimeout(resolve, 50));
    state = JSON.parse((await viewer.ask('/audit/api/verify', { user: 'all' })).text) as typeof state;
  } while (state.state === 'running');
  expect(state).toMatchObject({ state: 'done', report: { verdict: 'VERIFIED' } });
  await sealing.flush();
  const overview = JSON.parse((await viewer.ask('/audit/api/overview?hours=48', { user: 'all' })).text) as object;
  expect(overview).toMatchObject({ verified: { verdict: 'VERIFIED', level: 'L0' }, unsealed: { count: expect.any(Number) }, checkpoint: null }); // prettier-ignore
  await viewer.close();
  await sealing.close();
}, 60_000);
