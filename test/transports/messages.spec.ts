import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { lastValueFrom, toArray, timeout } from 'rxjs';
import { WebSocket } from 'ws';
import type { AuditEntry } from '../../src/index.js';
import { createLog, serve, type Log, type Served } from '../nest/app.js';
import { Jobs, MessagesApp, seen } from './messages-app.js';

let log: Log;
let served: Served;
let client: ClientProxy;
const PORT = 41_731;
beforeAll(async () => {
  log = await createLog();
  served = await serve(
    log.url,
    { imports: [MessagesApp] },
    {
      audit: { requests: 'writes' },
      prepare: (app) => {
        app.useWebSocketAdapter(new WsAdapter(app));
        app.connectMicroservice({ transport: Transport.TCP, options: { port: PORT } });
      },
    },
  );
  await served.app.startAllMicroservices();
  client = ClientProxyFactory.create({ transport: Transport.TCP, options: { port: PORT } });
});
afterAll(async () => {
  client.close();
  await served.close();
  await log.close();
});

let after = new Date(0);
async function entries(): Promise<readonly AuditEntry[]> {
  const found = await served.entries({ from: after });
  after = new Date(Date.now() + 1);
  await new Promise((resolve) => setTimeout(resolve, 2));
  return found;
}
const show = (list: readonly AuditEntry[]): string =>
  list.map((e) => JSON.stringify({ action: e.action, actor: e.actor?.['id'], t: e.actor?.['type'], outcome: e.outcome, resource: e.resource, reason: e.reason, details: e.details, error: e.error, flags: e.flags, g: e.group?.slice(0, 4) })).join('\n');

it('rpc', async () => {
  for (const [pattern, data] of [
    ['order.take', { token: 'ada', id: 7 }],
    ['order.take', {}],
    ['order.take', { token: 'broken' }],
    ['order.take', { token: 'never' }],
    ['order.fail', { token: 'ada' }],
    ['order.stream', { token: 'ada' }],
    ['order.break', { token: 'ada' }],
    ['order.number', { token: 'ada', id: 'x' }],
    ['order.why', { token: 'ada' }],
    ['order.why', { token: 'ada', reason: 'asked' }],
  ] as const) {
    const answer = await lastValueFrom(client.send(pattern, data).pipe(timeout(3000), toArray())).catch((e: unknown) => e);
    console.log(pattern, JSON.stringify(data), JSON.stringify(answer), '\n' + show(await entries()));
  }
  await lastValueFrom(client.emit('order.seen', { token: 'ada' }));
  await new Promise((r) => setTimeout(r, 100));
  console.log('event\n' + show(await entries()));
  expect(1).toBe(1);
});

it('ws', async () => {
  const socket = new WebSocket(served.url.replace('http', 'ws'));
  await new Promise((r) => socket.once('open', r));
  const got: string[] = [];
  socket.on('message', (m: Buffer) => got.push(m.toString()));
  for (const [event, data] of [
    ['say', { token: 'ada', id: 'r1' }],
    ['say', {}],
    ['say', { token: 'broken' }],
    ['fail', { token: 'ada' }],
  ] as const) {
    got.length = 0;
    socket.send(JSON.stringify({ event, data }));
    await new Promise((r) => setTimeout(r, 100));
    console.log(event, JSON.stringify(data), got.join(' '), '\n' + show(await entries()));
  }
  socket.send(JSON.stringify({ event: 'follow', data: { token: 'ada' } }));
  await new Promise((r) => setTimeout(r, 100));
  console.log('follow', got.length, show(await entries()));
  socket.close();
  await new Promise((r) => setTimeout(r, 200));
  console.log('closed', got.length, show(await entries()));
});

it('others', async () => {
  const answer = await served.send('GET', '/work');
  await new Promise((r) => setTimeout(r, 100));
  console.log(answer.text, '\n' + show(await entries()));
  served.app.get(Jobs).sweep();
  served.app.get(Jobs).plain();
  console.log('cron\n' + show(await entries()));
  console.log(JSON.stringify(seen));
});
