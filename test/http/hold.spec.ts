import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AuditError } from '../../src/event/errors.js';
import type { AuditEvent } from '../../src/event/types.js';
import { Exchange, type ExchangeOptions } from '../../src/http/exchange.js';
import type { AuditRequest } from '../../src/http/request.js';
import type { Reached, Recorder } from '../../src/recorder/port.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
type Reach = () => Promise<Reached>;

const open = new Set<Server>();
afterEach(() => {
  for (const server of open) {
    server.closeAllConnections();
    server.close();
  }
  open.clear();
});

async function listen(handler: Handler): Promise<number> {
  const server = createServer(handler);
  open.add(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** A server whose entries come as far as `reach` says, before each response ends. */
async function held(handler: Handler, reach: Reach, options: Partial<ExchangeOptions> = {}) {
  const events: AuditEvent[] = [];
  const errors: unknown[] = [];
  const recorder: Recorder = {
    record(event) {
      events.push(event);
      return { reached: reach };
    },
    drain: () => Promise.resolve(),
  };
  const port = await listen((request, response) => {
    const exchange = new Exchange(
      recorder,
      {
        routeFor: () => ({ action: 'a.b', durability: 'committed' }),
        onError: (error) => errors.push(error),
        ...options,
      },
      request as unknown as AuditRequest, // `method` is there on a server
      response,
    );
    exchange.hold();
    handler(request, response);
  });
  return { port, events, errors };
}

/** Every byte of the answer, but the date and our own header. */
async function raw(port: number, method = 'GET'): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${method} / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer.replaceAll(/^(date|x-request-id): .*\r\n/gim, '');
}

const WAYS: Record<string, Handler> = {
  'end with a body': (_request, response) => void response.end('whole'),
  'end without any': (_request, response) => void response.end(),
  'end with an encoding': (_request, response) => void response.end('ä', 'latin1'),
  'a head, then end': (_request, response) => void response.writeHead(201, { 'x-own': 'yes' }).end('whole'),
  'a head with its reason': (_request, response) => void response.writeHead(202, 'Fine', { 'x-own': 'yes' }).end(),
  'a head as a list': (_request, response) => void response.writeHead(203, ['x-own', 'yes']).end('whole'),
  'a head with a length': (_request, response) => void response.writeHead(200, { 'content-length': 5 }).end('whole'),
  'a body in parts': (_request, response) => {
    response.write('one');
    response.write(Buffer.from('two'));
    response.end('three');
  },
  'a head, and a body in parts': (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('one');
    response.end();
  },
  'a head that is flushed': (_request, response) => {
    response.setHeader('x-own', 'yes');
    response.flushHeaders();
    response.end('whole');
  },
  'a status without a body': (_request, response) => {
    response.statusCode = 304;
    response.end('no body');
  },
  'end twice': (_request, response) => {
    response.on('error', () => undefined); // of Node: write after end
    response.end('first');
    response.end('second');
  },
  'what comes too late': (_request, response) => {
    response.statusCode = 200;
    response.setHeader('content-length', 5);
    response.end('whole');
    response.statusCode = 500;
    try {
      response.setHeader('content-length', 99);
    } catch {
      // As it does when nobody holds the response.
    }
  },
  'an error handler that asks whether it may answer': (_request, response) => {
    response.end('whole');
    if (!response.headersSent) response.writeHead(500).end('again');
  },
  'a head that something asks for twice, as compression does': (_request, response) => {
    response.statusCode = 206;
    response.writeHead(response.statusCode);
    if (!response.headersSent) response.writeHead(response.statusCode);
    response.end('whole');
  },
};

describe('a response that is held until its entry is durable', () => {
  it.each(
    Object.entries(WAYS).flatMap(([name, handler]) =>
      ['GET', 'HEAD'].map((method): [string, string, Handler] => [name, method, handler]),
    ),
  )('is the same to the byte: %s (%s)', async (_name, method, handler) => {
    let reached = 0;
    const { port, events, errors } = await held(handler, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      reached += 1;
      return 'committed';
    });
    expect(await raw(port, method)).toBe(await raw(await listen(handler), method));
    expect({ reached, entries: events.length, errors }).toEqual({ reached: 1, entries: 1, errors: [] });
  });

  it('does not end before its entry has come so far', async () => {
    let commit = (): void => undefined;
    const committed = new Promise<void>((resolve) => (commit = resolve));
    const order: string[] = [];
    const handler: Handler = (_request, response) => void response.end('whole', () => order.push('sent'));
    const { port } = await held(handler, async () => {
      await committed;
      order.push('committed');
      return 'committed';
    });
    const answer = raw(port);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(order).toEqual([]);
    commit();
    expect(await answer).toContain('whole');
    expect(order).toEqual(['committed', 'sent']);
  });

  it('looks to the application as one that has ended', async () => {
    let seen: object = {};
    const handler: Handler = (_request, response) => {
      response.end('whole');
      let thrown: unknown;
      try {
        response.setHeader('x-late', 'yes');
      } catch (error) {
        thrown = error;
      }
      seen = {
        headersSent: response.headersSent,
        writableEnded: response.writableEnded,
        written: response.write('more'),
        code: (thrown as NodeJS.ErrnoException).code,
      };
    };
    const { port } = await held(handler, () => Promise.resolve('committed'));
    expect(await raw(port)).not.toContain('more');
    expect(seen).toEqual({ headersSent: true, writableEnded: true, written: false, code: 'ERR_HTTP_HEADERS_SENT' });
  });

  it('leaves a second entry of its group when the client has gone meanwhile', async () => {
    let commit = (): void => undefined;
    const committed = new Promise<Reached>((resolve) => (commit = () => resolve('committed')));
    const { port, events } = await held(
      (_request, response) => void response.end('whole'),
      () => committed,
    );
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    while (events.length === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while (events.length === 1) await new Promise((resolve) => setImmediate(resolve));
    commit();
    expect(events.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'a.b success',
      'request.ended failure',
    ]);
    expect(events[1]?.details).toEqual({ http: { method: 'GET', aborted: true } });
  });
});

describe('a response whose entry does not come so far', () => {
  const away = (): Promise<Reached> => Promise.reject(new AuditError('AUDIT_CLOSED', 'the database is away'));
  const handler: Handler = (_request, response) => {
    response.setHeader('set-cookie', 'a=b');
    response.writeHead(201, { 'content-type': 'text/html', etag: '"1"', 'content-length': 5 }).end('whole');
  };

  it('is 503 in the place of what the application answered', async () => {
    const { port, events, errors } = await held(handler, away);
    const answer = await raw(port);
    expect(answer).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(answer).toContain(
      '{"statusCode":503,"error":"Service Unavailable","message":"The action could not be recorded"}',
    );
    expect(answer).not.toMatch(/whole|etag|html/i);
    expect(errors).toHaveLength(1);
    // Should the first one come in after all, the second says what the client was told.
    expect(events.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      'a.b success',
      'request.ended failure',
    ]);
  });

  it('goes out as it is where that was asked for', async () => {
    const { port, events, errors } = await held(handler, away, { onFailure: 'spool' });
    expect(await raw(port)).toBe(await raw(await listen(handler)));
    expect({ entries: events.length, errors: errors.length }).toEqual({ entries: 1, errors: 1 });
  });

  it('goes out as it is when its head is on its way already', async () => {
    const inParts = WAYS['a body in parts'] as Handler;
    const { port, errors } = await held(inParts, away);
    expect(await raw(port)).toBe(await raw(await listen(inParts)));
    expect(errors).toHaveLength(1);
  });

  it('is not held at all where its route wants no more than memory', async () => {
    const { port, events } = await held(handler, away, { routeFor: () => ({ action: 'a.b' }) });
    expect(await raw(port)).toBe(await raw(await listen(handler)));
    expect(events).toHaveLength(1);
  });

  it('is let go when the question for its route throws', async () => {
    const routeFor = (): never => {
      throw new Error('of the application');
    };
    const { port, errors } = await held(handler, away, { routeFor });
    expect(await raw(port)).toBe(await raw(await listen(handler)));
    expect(errors.length).toBeGreaterThan(0);
  });
});
