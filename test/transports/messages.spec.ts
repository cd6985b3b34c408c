import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { lastValueFrom, timeout, toArray } from 'rxjs';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { createLog, serve, type Log, type Served } from '../nest/app.js';
import { freePort } from '../support/server-of.js';
import { Jobs, MessagesApp, seen } from './messages-app.js';
import { printTable, Watched, whoOf, type Expected } from './table.js';

printTable();
let log: Log;
beforeAll(async () => void (log = await createLog()));
afterAll(() => log.close());

const MESSAGES: Record<string, readonly [pattern: string, data: object, expected: Expected]> = {
  success: [
    'order.take',
    { token: 'ada', id: 7 },
    [
      [
        'order.take',
        'ada',
        'success',
        {
          resource: { type: 'Order', id: '7' },
          details: { args: [{ token: '[redacted]', id: 7 }], call: { transport: 'rpc', pattern: 'order.take' } },
        },
      ],
    ],
  ],
  'refused by a guard that gives false': [
    'order.take',
    { id: 8 },
    [['order.take', '-', 'denied', { resource: { id: '8' } }]],
  ],
  'refused by a guard that throws': ['order.take', { token: 'never' }, [['order.take', '-', 'denied']]],
  'the guard itself fails': ['order.take', { token: 'broken' }, [['order.take', '-', 'failure']]],
  'refused by a pipe': [
    'order.number',
    { token: 'ada', id: 'x' },
    [['order.number', 'ada', 'failure', { error: { code: '400' } }]],
  ],
  error: ['order.fail', { token: 'ada' }, [['order.fail', 'ada', 'failure', { error: { name: 'RangeError' } }]]],
  'a stream': ['order.stream', { token: 'ada' }, [['order.stream', 'ada', 'success']]],
  'a stream that breaks': [
    'order.break',
    { token: 'ada' },
    [['order.break', 'ada', 'failure', { error: { name: 'RangeError' } }]],
  ],
  'without the reason it requires': ['order.why', { token: 'ada' }, [['order.why', 'ada', 'failure']]],
  'with its reason': [
    'order.why',
    { token: 'ada', reason: 'asked' },
    [['order.why', 'ada', 'success', { reason: 'asked' }]],
  ],
};

describe.each([
  ['TCP, hybrid', false],
  ['TCP, inheritAppConfig', true],
])('%s', (transport, inheritAppConfig) => {
  let served: Served;
  let client: ClientProxy;
  const watched = new Watched(() => served);
  beforeAll(async () => {
    const port = await freePort();
    const options = { transport: Transport.TCP, options: { port } } as const;
    const prepare = (app: Served['app']): void => void app.connectMicroservice(options, { inheritAppConfig });
    served = await serve(log.url, { imports: [MessagesApp] }, { prepare });
    await served.app.startAllMicroservices();
    client = ClientProxyFactory.create(options);
    watched.begin();
  });
  afterAll(async () => {
    client.close();
    await served.close();
  });

  it.each(Object.entries(MESSAGES))('%s', async (ending, [pattern, data, expected]) => {
    const answer = lastValueFrom(client.send(pattern, data).pipe(timeout(5000), toArray()));
    await answer.catch(() => undefined);
    await watched.holds(transport, ending, expected);
  });

  it('refused by a guard that throws what it means to send', async () => {
    await lastValueFrom(client.send('order.take', { token: 'expired' }).pipe(timeout(5000))).catch(() => undefined);
    // In a hybrid application nothing of ours stands among the guards, and nothing tells them from pipes.
    const outcome = inheritAppConfig ? 'denied' : 'failure';
    await watched.holds(transport, 'a guard throws an RpcException', [['order.take', '-', outcome]]);
  });

  it('an event', async () => {
    await lastValueFrom(client.emit('order.seen', { token: 'ada' }));
    await watched.holds(transport, 'an event', [['order.seen', 'ada', 'success']]);
  });

  it('messages of a crowd keep their own actors', async () => {
    const users = Array.from({ length: 60 }, (_, i) => `u${i}`);
    await Promise.all(users.map((token) => lastValueFrom(client.send('order.take', { token }))));
    const entries = await watched.entries(60);
    expect(entries.map(whoOf).sort()).toEqual(users.sort());
    expect(new Set(entries.map(({ group }) => group)).size).toBe(60);
  });
});

/** Gateways of Nest 11 have no global guards, so nothing of ours tells a guard's exception from a pipe's. */
const byGuard = Reflect.get(globalThis, 'nestVersion') === 11 ? 'failure' : 'denied';

/** Sends one message, and gives what comes back within a moment. */
type Say = (event: string, data: object) => void;

const PLATFORMS: Record<
  string,
  readonly [
    typeof WsAdapter | typeof IoAdapter,
    (url: string, headers?: Record<string, string>) => Promise<{ say: Say; close(): void }>,
  ]
> = {
  ws: [
    WsAdapter,
    async (url, headers) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { headers });
      await new Promise((resolve) => socket.once('open', resolve));
      return { say: (event, data) => socket.send(JSON.stringify({ event, data })), close: () => socket.close() };
    },
  ],
  'socket.io': [
    IoAdapter,
    async (url, extraHeaders) => {
      const socket = io(url, { transports: ['websocket'], ...(extraHeaders ? { extraHeaders } : {}) });
      await new Promise<void>((resolve) => void socket.once('connect', resolve));
      return { say: (event, data) => void socket.emit(event, data), close: () => void socket.close() };
    },
  ],
};

describe.each(Object.entries(PLATFORMS))('%s', (transport, [Adapter, open]) => {
  let served: Served;
  const watched = new Watched(() => served);
  beforeAll(async () => {
    served = await serve(
      log.url,
      { imports: [MessagesApp] },
      {
        audit: { trustedProxy: { addresses: ['127.0.0.1', '::1'], headers: { user: 'x-forwarded-user' } } },
        prepare: (app) => void app.useWebSocketAdapter(new Adapter(app)),
      },
    );
    watched.begin();
  });
  afterAll(() => served.close());

  it.each<[string, string, object, Expected]>([
    [
      'success',
      'say',
      { token: 'ada', id: 'r1' },
      [
        [
          'chat.say',
          'ada',
          'success',
          { resource: { type: 'Room', id: 'r1' }, details: { call: { transport: 'ws', event: 'say' } } },
        ],
      ],
    ],
    ['refused by a guard that gives false', 'say', {}, [['chat.say', '-', 'denied']]],
    ['refused by a guard that throws', 'say', { token: 'never' }, [['chat.say', '-', 'denied']]],
    ['refused by a guard that throws a WsException', 'say', { token: 'expired' }, [['chat.say', '-', byGuard]]],
    ['the guard itself fails', 'say', { token: 'broken' }, [['chat.say', '-', 'failure']]],
    ['error', 'fail', { token: 'ada' }, [['chat.fail', 'ada', 'failure', { error: { name: 'RangeError' } }]]],
  ])('%s', async (ending, event, data, expected) => {
    const client = await open(served.url);
    client.say(event, data);
    await watched.holds(transport, ending, expected);
    client.close();
  });

  it('by a trusted proxy, whose headers are those of the handshake', async () => {
    const client = await open(served.url, { 'x-forwarded-user': 'bea' });
    client.say('say', {});
    const [entry] = await watched.entries(1);
    client.close();
    // What `ws` gives has no headers.
    expect(entry && whoOf(entry)).toBe(transport === 'ws' ? '-' : 'bea');
  });

  it('a stream that never ends, until its socket does', async () => {
    const client = await open(served.url);
    client.say('follow', { token: 'ada' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.close();
    await watched.holds(transport, 'the socket dies', [
      ['chat.follow', 'ada', 'partial', { details: { call: { cancelled: true } } }],
    ]);
  });
});

describe('called by other code', () => {
  let served: Served;
  const watched = new Watched(() => served);
  beforeAll(async () => {
    served = await serve(log.url, { imports: [MessagesApp] });
    watched.begin();
  });
  afterAll(() => served.close());

  it('events, commands and methods belong to the unit of work of their caller', async () => {
    expect((await served.send('GET', '/work')).text).toBe('2');
    const entries = await watched.holds('a chain of calls', 'success', [
      ['command.take', 'web', 'success', { details: { call: { transport: 'cqrs' } } }],
      ['event.taken', 'web', 'success', { details: { call: { transport: 'cqrs' } } }],
      ['jobs.called', 'web', 'success', { details: { args: [1], result: 2, call: { transport: 'call' } } }],
      ['order.mail', 'web', 'success', { details: { call: { transport: 'event' } } }],
      ['work.do', 'web', 'success'],
    ]);
    expect(new Set(entries.map(({ group }) => group)).size).toBe(1);
  });

  it('a method has the reason of its caller, or says where one is to be given', async () => {
    expect((await served.send('GET', '/work/why', { 'x-audit-reason': 'asked' })).status).toBe(200);
    const refused = await served.send('GET', '/work/why');
    expect([refused.status, refused.text]).toEqual([400, expect.stringContaining('in the data, or call it')]);
    await watched.holds('a method that requires a reason', 'with and without', [
      ['jobs.why', '-', 'success', { reason: 'asked' }],
      ['jobs.why', '-', 'failure'],
      ['work.why', '-', 'success', { reason: 'asked' }],
      ['work.why', '-', 'failure'],
    ]);
  });

  it('a cron job acts as itself, whether somebody marked it or not', async () => {
    const jobs = served.app.get(Jobs);
    seen.length = 0;
    jobs.sweep();
    jobs.plain();
    await watched.holds('cron', 'success', [['jobs.sweep', 'system:Jobs.sweep', 'success']]);
    expect(seen).toEqual([
      ['cron', 'Jobs.sweep'],
      ['plain cron', 'Jobs.plain'],
    ]);
  });

  it('a cron job that a request has started is no part of the request', async () => {
    seen.length = 0;
    await served.send('GET', '/work/sweep');
    const entries = await watched.holds('cron', 'within a request', [
      ['jobs.sweep', 'system:Jobs.sweep', 'success'],
      ['work.sweep', 'web', 'success'],
    ]);
    expect(new Set(entries.map(({ group }) => group)).size).toBe(2);
    expect(seen.map(([, actor]) => actor)).toEqual(['Jobs.sweep', 'Jobs.plain']);
  });
});

it('calls that are at work when the application closes leave their entry', async () => {
  const served = await serve(log.url, { imports: [MessagesApp] });
  const from = new Date();
  const jobs = served.app.get(Jobs);
  const [short, long] = [jobs.slow(100), jobs.slow(3_000)];
  await served.close();
  await Promise.all([short, long]);
  const reader = await serve(log.url, {});
  const found = await reader.entries({ from, action: 'jobs.slow' });
  expect(found.map(({ outcome, details }) => [outcome, details])).toEqual([
    ['success', { call: { transport: 'call' } }],
    ['partial', { call: { transport: 'call', atShutdown: true } }],
  ]);
  await reader.close();
});
