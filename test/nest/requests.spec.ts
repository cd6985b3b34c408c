import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { AuditModule, isAuditError, type AuditModuleOptions } from '../../src/index.js';
import { closeAll, createLog, everythingStored, serve, type Log, type Served } from './app.js';
import { KnowsUser } from './items-app.js';
import { Again, Extends, Health, Quiet, Residents } from './requests-app.js';

let log: Log;
beforeAll(async () => {
  log = await createLog();
});
afterAll(async () => {
  await closeAll();
  await log.close();
});
const start = (audit: Partial<AuditModuleOptions>, on: 'express' | 'fastify' = 'express'): Promise<Served> =>
  serve(
    log.url,
    {
      controllers: [Residents, Health, Extends, Quiet, Again],
      providers: [{ provide: APP_GUARD, useClass: KnowsUser }],
    },
    { audit, on },
  );

type Case = [method: string, path: string, decorated: string, writes: string, all: string];
const NONE = '';
const CASES: Case[] = [
  ['POST', '/api/v1/residents', NONE, 'residents.create success residents/made', '='],
  ['GET', '/api/v1/residents', NONE, NONE, 'residents.list success residents/'],
  ['GET', '/api/v1/residents/a%2Fb%20c', NONE, NONE, 'residents.read success residents/a/b c'],
  ['PATCH', '/api/v1/residents/7', NONE, 'residents.update success residents/7', '='],
  [
    'PATCH',
    `/api/v1/residents/${'9'.repeat(2_000)}`,
    NONE,
    'residents.update success residents/[no id: 2000 characters]',
    '=',
  ],
  ['PATCH', '/api/v1/residents/%0A%00', NONE, 'residents.update success residents/[no id: control characters]', '='],
  ['DELETE', '/api/v1/residents/7', NONE, 'residents.delete denied residents/7', '='],
  ['POST', '/api/v1/residents/7/skipped', NONE, NONE, NONE],
  ['POST', '/api/v1/residents/7/skipped-closed', NONE, NONE, NONE],
  ['POST', '/api/v1/residents/7/approve', 'residents.approve success residents/7', '=', '='],
  ['GET', '/api/v1/residents/7/export', 'residents.export.list success residents/7', '=', '='],
  ['GET', '/health', NONE, NONE, NONE],
  ['POST', '/no/such/secret-path', NONE, 'http.unmatched failure ', '='],
  ['GET', '/no/such/secret-path', NONE, NONE, 'http.unmatched failure '],
];

describe.each([
  ['decorated', 'express'],
  ['writes', 'express'],
  ['all', 'express'],
  ['all', 'fastify'],
] as const)('requests: %s, on %s', (requests, on) => {
  let served: Served;
  beforeAll(async () => {
    served = await start({ requests }, on);
  });

  it('leaves the entries of the table, and no path', async () => {
    const column = { decorated: 2, writes: 3, all: 4 }[requests];
    const answers = [];
    for (const [method, path] of CASES) answers.push(await served.send(method, path, { 'x-user': 'ann' }));
    const entries = await served.entries();
    const found = answers.map(({ id }) =>
      entries
        .filter((entry) => entry.actor?.['requestId'] === id)
        .map(
          ({ action, outcome, resource }) =>
            `${action} ${outcome} ${resource ? `${resource.type}/${resource.id ?? ''}` : ''}`,
        )
        .join(' and '),
    );
    const expected = CASES.map(([method, path, ...columns]) => {
      // Fastify answers 414 by itself, before any hook, for a parameter beyond its maxParamLength (100).
      if (on === 'fastify' && path.length > 1_000) return NONE;
      return [method, path, ...columns].slice(0, column + 1).findLast((text) => text !== '=');
    });
    expect(found).toEqual(expected);
    expect(await everythingStored(log.pool)).not.toMatch(/secret-path|%2F|99999/);
  });
});

describe('the marks of classes and methods', () => {
  it.each([
    ['/extends/inherited', ['base.any', 'notice', 'Base', '1']],
    ['/extends/own', ['base.own', 'notice', 'Own', '2']],
    ['/extends/overridden', ['base.any', 'notice', 'Base', '3']],
    ['/extends/both', undefined],
    ['/quiet/inherited', undefined],
    ['/quiet/own', ['base.own', 'notice', 'Own', '2']],
    ['/quiet/but', ['quiet.but', 'critical', 'Base', '4']],
    ['/quiet/silent', undefined],
    ['/again/silent', undefined],
    ['/again/but', ['quiet.but', 'critical', undefined, undefined]],
  ])('come together as they say: %s', async (path, expected) => {
    const served = await decorated();
    const { id, status } = await served.send('GET', path, { 'x-user': 'ann' });
    expect(status).toBe(200);
    const entries = await served.entries({ requestId: id });
    expect(entries.map((e) => [e.action, e.severity, e.resource?.type, e.resource?.id])).toEqual(
      expected ? [expected] : [],
    );
  });
  let app: Promise<Served> | undefined;
  const decorated = (): Promise<Served> => (app ??= start({}));
});

describe('a flood of requests by nobody', () => {
  it('is written up to the bound and counted beyond, also at shutdown', async () => {
    const own = await createLog();
    const served = await serve(
      own.url,
      { controllers: [Residents] },
      { audit: { requests: 'writes', anonymousPerMinute: 5 } },
    );
    const body = JSON.stringify({ fail: 'login' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => served.send('POST', '/api/v1/residents', {}, body)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    await served.send('POST', '/nowhere');
    expect((await served.entries()).map(({ action }) => action).sort()).toEqual([
      'http.unmatched',
      ...Array.from({ length: 5 }, () => 'residents.create'),
    ]);
    await served.close();
    const { rows } = await own.pool.query(
      `select data::text as data from audit.content where header like '%http.folded%'`,
    );
    expect(rows).toHaveLength(1);
    expect(JSON.parse((rows as { data: string }[])[0]?.data ?? '')).toMatchObject({
      details: { folded: 7, of: [{ action: 'residents.create', outcome: 'failure', count: 7 }] },
    });
    await own.close();
  });
});

describe('a wrong option', () => {
  it.each([
    [{ requests: 'some' }, 'requests must be'],
    [{ trustedProxy: { addresses: ['10/8'], headers: { user: 'x' } } }, 'trustedProxy addresses'],
    [{ anonymousPerMinute: 0 }, 'anonymousPerMinute'],
    [{ skipPath: [] }, 'there is no option "skipPath"'],
  ])('keeps the application from starting: %j', async (audit, message) => {
    const module = AuditModule.forRoot({ databaseUrl: log.url, ...(audit as object) });
    const error: unknown = await NestFactory.create(module, { logger: false, abortOnError: false }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isAuditError(error, 'AUDIT_OPTIONS_INVALID')).toBe(true);
    expect(String(error)).toContain(message);
  });
});
