import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RequestMethod, VersioningType } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createLog, serve, type Log, type Served } from './app.js';
import { Closed, CONTROLLERS, OF_EXPRESS, PlantModule, VERSIONED } from './route-table-app.js';

let log: Log;
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());

/** Request → the action its entry has, or nothing. */
type Table = Record<string, string | undefined>;

interface App {
  readonly prepare: (app: NestExpressApplication) => void;
  readonly table: Table;
}

const APPS: Record<string, App> = {
  'no prefix': {
    prepare: () => undefined,
    table: {
      'GET /': 'root',
      'GET /orders/7': 'order.read',
      'GET /purchases/7': 'order.read',
      'GET /ORDERS/7/': 'order.read',
      'HEAD /orders/7': 'order.read',
      'POST /orders/7': 'name.post',
      'GET /orders/7/lines/3': 'order.line',
      'GET /purchases/7/l/3': 'order.line',
      'GET /orders/7/lines': 'name.lines',
      'GET /orders/files/a/b/c': 'order.file',
      'GET /purchases/legacy/a/b': 'order.legacy-file',
      'DELETE /orders/7/any': 'order.any',
      'GET /orders/7/any': 'order.any',
      'GET /orders/7/plain': undefined,
      'GET /admin/orders/7': 'admin.order.read',
      'GET /parts/7': 'part.read',
      'GET /parts/both/7': 'part.get',
      'GET /plant/north/parts/7': 'nested.part.read',
      'GET /nowhere': undefined,
    },
  },
  'a global prefix': {
    prepare: (app) =>
      app.setGlobalPrefix('api/:region', { exclude: [{ path: 'admin/orders/:id', method: RequestMethod.GET }] }),
    table: {
      'GET /api/eu': 'root',
      'GET /api/eu/orders/7': 'order.read',
      'GET /admin/orders/7': 'admin.order.read',
      'GET /api/eu/plant/north/parts/7': 'nested.part.read',
      'GET /orders/7': undefined,
    },
  },
  'versions in the URI, behind a prefix': {
    prepare: (app) => app.setGlobalPrefix('api').enableVersioning({ type: VersioningType.URI }),
    table: {
      'GET /api/v1/bills/7': 'bill.one',
      'GET /api/v2/bills/7': 'bill.two',
      'HEAD /api/v3/bills/7': 'bill.two',
      'GET /api/v4/bills/7': 'bill.four',
      'GET /api/bills/7': 'bill.neutral',
      'GET /api/v5/bills/7': undefined,
      'GET /api/orders/7': 'order.read',
    },
  },
  'versions with a prefix of their own': {
    prepare: (app) => app.enableVersioning({ type: VersioningType.URI, prefix: 'release-', defaultVersion: '9' }),
    table: {
      'GET /release-1/bills/7': 'bill.one',
      'GET /release-2/bills/7': 'bill.two',
      'GET /release-9/orders/7': 'order.read',
      'GET /release-9/plant/north/parts/7': 'nested.part.read',
    },
  },
};

/** Fastify tells upper from lower case, and a path from one with a slash at its end. */
const PATHS_OF_EXPRESS = new Set(['GET /ORDERS/7/', 'GET /orders/files/a/b/c']);

const CASES = Object.entries(APPS).flatMap(([name, app]) =>
  (['express', 'fastify'] as const).map((on): [string, typeof on, App] => [name, on, app]),
);

describe.each(CASES)('a request that a guard refused, with %s, on %s,', (name, on, { prepare, table }) => {
  let served: Served;
  beforeAll(async () => {
    const versioned = on === 'express' || name.startsWith('versions') ? VERSIONED : [];
    const controllers = [...CONTROLLERS, ...versioned, ...(on === 'express' ? OF_EXPRESS : [])];
    const metadata = { imports: [PlantModule], controllers };
    served = await serve(
      log.url,
      { ...metadata, providers: [{ provide: APP_GUARD, useClass: Closed }] },
      { prepare, on },
    );
  });
  afterAll(() => served.close());

  const rows = Object.entries(table).filter(([request]) => on === 'express' || !PATHS_OF_EXPRESS.has(request));
  it.each(rows)('is of the right handler: %s is %s', async (request, action) => {
    const [method = '', path = ''] = request.split(' ');
    const { id, status } = await served.send(method, path);
    const entries = await served.entries({ requestId: id });
    expect(entries.map((entry) => entry.action)).toEqual(action === undefined ? [] : [action]);
    if (action !== undefined)
      expect({ status, outcome: entries[0]?.outcome }).toEqual({ status: 403, outcome: 'denied' });
  });
});

describe('a request whose handler the pattern alone does not tell', () => {
  let served: Served;
  beforeAll(async () => {
    const prepare = (app: NestExpressApplication): void => {
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    };
    const guard = { provide: APP_GUARD, useClass: Closed };
    served = await serve(
      log.url,
      { controllers: [...CONTROLLERS, ...OF_EXPRESS, ...VERSIONED], providers: [guard] },
      { prepare },
    );
  });
  afterAll(() => served.close());

  it.each<[string, string, string, Record<string, string>, string]>([
    ['versions told apart by a header', 'GET', '/bills/7', { 'x-version': '1' }, 'bill.one'],
    ['the same path on two hosts', 'GET', '/host', {}, 'host.a'],
    ['GET and HEAD of one path', 'HEAD', '/parts/both/7', {}, 'part.head'],
  ])('leaves the entry of the right one: %s', async (_name, method, path, headers, action) => {
    const { id, status } = await served.send(method, path, headers);
    expect(status).toBe(403);
    const entries = await served.entries({ requestId: id });
    expect(entries.map((entry) => `${entry.action} ${entry.outcome}`)).toEqual([`${action} denied`]);
  });
});
