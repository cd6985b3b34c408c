import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterAll, expect } from '@jest/globals';
import type { MiddlewareConsumer, NestModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { createAudit, type AuditEntry } from '../../src/index.js';
import { closeAll, createLog, serve, type Log } from '../nest/app.js';
import { full } from '../support/full.js';
import { hostile, SAMPLE } from '../support/hostile.js';
import { ENDS, OfApp, OfGlobal, refusalOf, REFUSALS, type Refusal } from './http/refusals.js';
import { SHAPES, type Shape } from './http/shapes.js';
import { ENDS_OF_TWO, sendTwo, SERVERS_OF_TWO } from './http/two.js';
import { Bound as BoundToPaths, Files, UNMATCHED, type Unmatched } from './http/unmatched.js';

type On = 'express' | 'fastify';

/** Each takes an application of its own: a sample is one of fewer applications. */
const some = <T>(all: readonly T[], sample: number): readonly T[] => (SAMPLE === 1 ? all : all.slice(0, sample));

interface Tried {
  readonly status: number;
  readonly entries: readonly AuditEntry[];
}

const logs: Log[] = [];
afterAll(async () => {
  await closeAll();
  for (const log of logs) await log.close();
});

/** In front of every route; what it refuses no guard ever sees. */
function refuse(
  request: { readonly headers: Readonly<Record<string, string | undefined>> },
  response: { statusCode: number; end(text: string): void },
  next: () => void,
): void {
  if (refusalOf(request) !== 'middleware') return next();
  response.statusCode = 403;
  response.end('no');
}

/** Sends all that is to be sent to one application, and reads what that left, at once. */
async function tried(shape: Shape, on: On, keys: readonly (readonly [string, Refusal])[]): Promise<Map<string, Tried>> {
  class Bound implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(refuse).forRoutes(...shape.controllers, ...(shape.nested ?? []));
    }
  }
  const log = await createLog();
  logs.push(log);
  const served = await serve(
    log.url,
    {
      controllers: [...shape.controllers],
      imports: [...(shape.imports ?? []), Bound],
      providers: [{ provide: APP_GUARD, useClass: OfApp }],
    },
    {
      on,
      prepare: (app) => {
        shape.prepare?.(app);
        app.useGlobalGuards(new OfGlobal());
      },
    },
  );
  const answers = await Promise.all(
    keys.map(async ([request, refusal]) => ({
      key: `${request} ${refusal}`,
      ...(await send(served.url, request, refusal)),
    })),
  );
  const entries = await served.entries();
  await served.close();
  return new Map(
    answers.map(({ key, id, status }) => [
      key,
      { status, entries: entries.filter(({ actor }) => actor?.['requestId'] === id) },
    ]),
  );
}

/** With `node:http`, which lets a host be named that is elsewhere. */
async function send(url: string, request: string, refusal: string): Promise<{ id: string; status: number }> {
  const [method = '', path = '', ...headers] = request.split(' ');
  const id = randomUUID();
  const given = Object.fromEntries(
    headers.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  return await new Promise((resolve, reject) => {
    const sent = httpRequest(url + path, {
      method,
      headers: { 'x-request-id': id, 'x-refusal': refusal, ...given },
      agent: false,
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.resume().on('end', () => resolve({ id, status: response.statusCode ?? 0 }));
    });
    sent.end();
  });
}

hostile('handlers behind one route', (holds) => {
  for (const [name, shape] of some(Object.entries(SHAPES), 3)) {
    for (const on of shape.on) {
      const requests = Object.entries(shape.requests).slice(0, full ? undefined : 2);
      const refusals = full ? REFUSALS : (['app', 'middleware', 'nobody'] as const);
      const keys = requests.flatMap(([request]) => refusals.map((refusal) => [request, refusal] as const));
      let all: Promise<Map<string, Tried>> | undefined;
      for (const [request, action] of requests) {
        for (const refusal of refusals) {
          holds(`${name}, on ${on}: ${request}, refused by ${refusal}`, async () => {
            const found = (await (all ??= tried(shape, on, keys))).get(`${request} ${refusal}`);
            const [outcome, status] = ENDS[refusal];
            // Post answers 201; what is refused for HEAD has no body.
            expect(found?.status === 201 ? 200 : found?.status).toBe(status);
            const said = found?.entries.map((entry) => `${entry.action} ${entry.outcome}`);
            const called = typeof action === 'function' ? action(refusal) : action;
            expect(said).toEqual(called === undefined ? [] : [`${called} ${outcome}`]);
          });
        }
      }
    }
  }
});

async function named({ prepare, requests }: Unmatched, on: On): Promise<Map<string, readonly string[]>> {
  const log = await createLog();
  logs.push(log);
  const served = await serve(
    log.url,
    { controllers: [Files], imports: [BoundToPaths] },
    { on, prepare, audit: { requests: 'all' } },
  );
  const answers = await Promise.all(
    Object.keys(requests).map(async (request) => ({ request, ...(await send(served.url, request, 'nobody')) })),
  );
  const entries = await served.entries();
  await served.close();
  return new Map(
    answers.map(({ request, id, status }) => [
      request,
      entries
        .filter(({ actor }) => actor?.['requestId'] === id)
        .map(({ action, outcome, details }) => {
          expect(JSON.stringify(details)).not.toMatch(/nope|token|acme/);
          return `${action} ${outcome} ${status}`;
        }),
    ]),
  );
}

hostile('requests that match no route', (holds) => {
  for (const [name, app] of some(Object.entries(UNMATCHED), 2)) {
    for (const on of app.on) {
      let all: Promise<Map<string, readonly string[]>> | undefined;
      for (const [request, entry] of Object.entries(app.requests)) {
        const run = async (): Promise<void> => {
          expect((await (all ??= named(app, on))).get(request)).toEqual(entry === '' ? [] : [entry]);
        };
        holds(`${name}, on ${on}: ${request}`, run, { full: name.includes('versions') || name.includes('exclusions') });
      }
    }
  }
});

async function ended(platform: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const log = await createLog();
  logs.push(log);
  const server = await SERVERS_OF_TWO[platform]?.(log.url);
  if (!server) throw new Error(platform);
  const ids = await Promise.all(
    Object.entries(ENDS_OF_TWO).map(
      async ([name, [path, does]]) => [name, await sendTwo(server.port, path, does)] as const,
    ),
  );
  await server.close();
  const reader = createAudit({ databaseUrl: log.url });
  await reader.flush();
  const { entries } = await reader.query.find({ limit: 500 });
  await reader.close();
  return new Map(
    ids.map(([name, id]) => [
      name,
      entries
        .filter(({ actor }) => actor?.['requestId'] === id)
        .map(({ outcome, details, error }) => {
          const { status = 'none', aborted } = (details?.['http'] ?? {}) as { status?: number; aborted?: boolean };
          return [outcome, status, aborted ? 'aborted' : '', error?.name].filter(Boolean).join(' ');
        }),
    ]),
  );
}

hostile('how responses of HTTP/2 end', (holds) => {
  for (const platform of some(Object.keys(SERVERS_OF_TWO), 1)) {
    let all: ReturnType<typeof ended> | undefined;
    for (const [name, [, , entry]] of Object.entries(ENDS_OF_TWO)) {
      const run = async (): Promise<void> => {
        expect((await (all ??= ended(platform))).get(name)).toEqual([entry]);
      };
      holds(`${platform}: ${name}`, run, { full: platform === 'Nest on Fastify', timeoutMs: 60_000 });
    }
  }
});
