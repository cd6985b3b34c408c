import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { getQueueToken } from '@nestjs/bullmq';
import { ClientProxyFactory, Transport, type ClientOptions, type MicroserviceOptions } from '@nestjs/microservices';
import type { Queue } from 'bullmq';
import { lastValueFrom, timeout } from 'rxjs';
import { closeAll, createLog, serve, type Log, type Served } from '../nest/app.js';
import { hasServer, startServer, type Running } from '../support/server-of.js';
import { MessagesApp } from './messages-app.js';
import { QueueApp, ran } from './queue-app.js';
import { printTable, Watched } from './table.js';

printTable();
let log: Log;
let served: Served;
const watched = new Watched(() => served);
beforeAll(async () => void (log = await createLog()));
afterEach(() => closeAll());
afterAll(() => log.close());

const TRANSPORTS: Record<string, ['redis-server' | 'nats-server', (port: number) => unknown]> = {
  Redis: ['redis-server', (port) => ({ transport: Transport.REDIS, options: { host: '127.0.0.1', port } })],
  NATS: ['nats-server', (port) => ({ transport: Transport.NATS, options: { servers: [`nats://127.0.0.1:${port}`] } })],
};

describe.each(Object.entries(TRANSPORTS))('%s', (transport, [server, optionsFor]) => {
  (hasServer(server) ? it : it.skip)(`messages and events (needs ${server})`, async () => {
    const running = await startServer(server);
    const options = optionsFor(running.port);
    const prepare = (app: Served['app']): void => void app.connectMicroservice(options as MicroserviceOptions);
    served = await serve(log.url, { imports: [MessagesApp] }, { prepare });
    await served.app.startAllMicroservices();
    watched.begin();
    const client = ClientProxyFactory.create(options as ClientOptions);
    const ask = (data: object): Promise<unknown> =>
      lastValueFrom(client.send('order.take', data).pipe(timeout(5000))).catch((error: unknown) => error);
    expect(await ask({ token: 'ada', id: 7 })).toEqual({ id: 7 });
    await watched.holds(transport, 'success', [
      ['order.take', 'ada', 'success', { resource: { type: 'Order', id: '7' } }],
    ]);
    await ask({});
    await watched.holds(transport, 'refused by a guard', [['order.take', '-', 'denied']]);
    await lastValueFrom(client.emit('order.seen', { token: 'bob' }));
    await watched.holds(transport, 'an event', [['order.seen', 'bob', 'success']]);
    client.close();
    await served.close();
    await running.close();
  });
});

(hasServer('redis-server') ? it : it.skip)('a job says who enqueued it, at each try (needs redis-server)', async () => {
  const running: Running = await startServer('redis-server');
  served = await serve(log.url, { imports: [QueueApp.at(running.port)] });
  watched.begin();
  await served.send('POST', '/mail', {}, JSON.stringify({ as: 'ada', fail: 2 }));
  const tried = (attempt: number, outcome: string): [string, string, string, object] => [
    'mail.send',
    'system:MailProcessor.process for ada',
    outcome,
    { details: { call: { transport: 'job', queue: 'mail', attempt } } },
  ];
  await watched.holds('bullmq', 'fails twice', [
    ['mail.enqueue', 'ada', 'success'],
    tried(1, 'failure'),
    tried(2, 'failure'),
    tried(3, 'success'),
  ]);
  // As one that was enqueued before this package was there, or from elsewhere.
  await served.app.get<Queue>(getQueueToken('mail'), { strict: false }).add('bare', {});
  await watched.holds('bullmq', 'nobody says who enqueued it', [
    ['mail.send', 'system:MailProcessor.process', 'success'],
  ]);
  expect(ran.filter(({ name }) => name === 'two')).toEqual([
    { name: 'two', actor: { type: 'system', id: 'PlainProcessor.process', onBehalfOf: 'ada' } },
  ]);
  await served.close();
  await running.close();
});
