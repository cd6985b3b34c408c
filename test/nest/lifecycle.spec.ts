import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  Module,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Audited, AuditModule, AuditService } from '../../src/index.js';
import { AuditLog } from '../../src/nest/audit-log.js';
import { warnWithoutHooks } from '../../src/nest/shutdown.js';
import { full } from '../support/full.js';
import { createLog, type Log } from './app.js';

const CHILD = fileURLToPath(new URL('shutdown-child.mjs', import.meta.url));
const REQUESTS = 12;

let log: Log;
const children = new Set<ChildProcess>();
beforeAll(async () => {
  log = await createLog();
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await log.close();
});

const counts = async (): Promise<Record<string, number>> => {
  const { rows } = await log.pool.query(`select header::json ->> 'action' as action, count(*)::int from audit.content where source <> 'control' group by 1 order by 1`); // prettier-ignore
  return Object.fromEntries(rows.map(({ action, count }: { action: string; count: number }) => [action, count]));
};
function lines(level: 'warn' | 'error'): unknown[][] {
  const said: unknown[][] = [];
  jest.spyOn(Logger.prototype, level).mockImplementation((...args: unknown[]) => void said.push(args));
  return said;
}

/** Starts the application, has requests in flight, and ends it by SIGTERM. */
async function endByTerm(how: 'audited' | 'plain') {
  const env = { ...process.env, NODE_ENV: 'production' };
  const child = spawn(process.execPath, [CHILD, log.url, how], { stdio: ['pipe', 'pipe', 'pipe'], env });
  children.add(child);
  const exit = once(child, 'exit');
  const said: string[] = [];
  let answers: Promise<string[]> | undefined;
  let working = 0;
  createInterface(child.stderr).on('line', (line) => said.push(line));
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('listening ')) {
      const url = line.slice('listening '.length);
      answers = Promise.all(Array.from({ length: REQUESTS }, async () => (await fetch(`${url}/work`)).text()));
    } else if (line !== 'working') said.push(line);
    else if ((working += 1) === REQUESTS) child.kill('SIGTERM');
  }
  const [code, signal] = (await exit) as [number | null, string | null];
  children.delete(child);
  return { answers: await answers, ended: { code, signal }, said };
}

/** The database behind a connection that can fall silent: open, and no answer comes. */
async function silencer(databaseUrl: string) {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) sockets.add(socket.on('error', () => undefined));
    client.on('data', (bytes) => upstream.write(bytes));
    client.on('close', () => upstream.destroy());
    upstream.on('data', (bytes) => silent || client.write(bytes));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    fallSilent: () => (silent = true),
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

describe('SIGTERM', () => {
  it('loses nothing of requests in flight, and ends the process as it does without us', async () => {
    const audited = await endByTerm('audited');
    expect(audited.answers).toEqual(Array(REQUESTS).fill('done'));
    // Nest raises the signal again when its hooks have run.
    expect(audited.ended).toEqual({ code: null, signal: 'SIGTERM' });
    if (full) expect((await endByTerm('plain')).ended).toEqual(audited.ended);
    expect(audited.said).toEqual([]);
    expect(await counts()).toEqual({ work: REQUESTS, 'work.begun': REQUESTS, 'work.done': REQUESTS, 'work.closed': 1 });
  });
});

describe('a shutdown', () => {
  @Injectable()
  class Last implements BeforeApplicationShutdown, OnApplicationShutdown {
    constructor(@Inject(AuditService) private readonly audit: AuditService) {}
    async beforeApplicationShutdown(): Promise<void> {
      await this.audit.record({ action: 'hook.before' });
    }
    async onApplicationShutdown(): Promise<void> {
      await this.audit.record({ action: 'hook.last' });
    }
  }

  it('takes what the hooks of the application record, and requests that its server has cut off', async () => {
    let working: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (working = resolve));
    @Controller('stuck')
    class Stuck {
      @Audited('stuck')
      @Get()
      stuck(): Promise<never> {
        working();
        return new Promise(() => undefined); // for ever
      }
    }
    const audit = AuditModule.forRoot({ databaseUrl: log.url, flushIntervalMs: 60_000, probe: 'off' });
    @Module({ imports: [audit], controllers: [Stuck], providers: [Last] })
    class Root {}
    const app = await NestFactory.create(Root, { logger: false, forceCloseConnections: true });
    await app.listen(0, '127.0.0.1');
    const cut = fetch(`${await app.getUrl()}/stuck`).catch(() => 'cut off');
    await begun;
    await app.close();
    expect(await cut).toBe('cut off');
    expect(await counts()).toMatchObject({ stuck: 1, 'hook.before': 1, 'hook.last': 1 });
  });

  it('ends at its deadline when the database gives no answer, throws nothing, and says what is lost', async () => {
    const database = await silencer(log.url);
    const said = lines('error');
    lines('warn');
    const { url } = database;
    const audit = AuditModule.forRoot({ databaseUrl: url, shutdownDeadlineMs: 50, seal: false, probe: 'off' });
    @Module({ imports: [audit], providers: [Last] })
    class Root {}
    const app = await NestFactory.createApplicationContext(Root, { logger: false });
    database.fallSilent();
    await app.close();
    expect(said).toEqual([['2 events could not be written before shutdown and are lost', { lost: 2, spooled: 0 }]]);
    database.close();
  });
});

describe('an application that nobody told to listen to signals', () => {
  const hints = (said: unknown[][]): unknown[][] => said.filter(([message]) => String(message).includes('SIGTERM'));

  it('is told once that SIGTERM loses what is in memory', async () => {
    const said = lines('warn');
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    @Module({ imports: [AuditModule.forRoot({ databaseUrl: log.url, seal: false, probe: 'off' })] })
    class Root {}
    const app = await NestFactory.create(Root, { logger: false });
    await app.listen(0, '127.0.0.1');
    process.env['NODE_ENV'] = before;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await app.close();
    expect(hints(said)).toEqual([[expect.stringContaining('Call app.enableShutdownHooks()'), expect.anything()]]);
  });

  it.each<[string, { listening?: boolean; hooks?: boolean; env?: string; stopped?: boolean }]>([
    ['if it listens to SIGTERM', { hooks: true }],
    ['if it serves nobody: a script closes by itself', { listening: false }],
    ['in a test', { env: 'test' }],
    ['once it has ended', { stopped: true }],
  ])('is told nothing %s', async (_name, { listening = true, hooks, env = 'production', stopped }) => {
    const said = lines('warn');
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = env;
    const heard = (): void => undefined;
    if (hooks) process.on('SIGTERM', heard);
    const stop = warnWithoutHooks(() => listening, new AuditLog(), 5);
    process.env['NODE_ENV'] = before;
    if (stopped) stop();
    await new Promise((resolve) => setTimeout(resolve, 30));
    process.off('SIGTERM', heard);
    expect(hints(said)).toEqual([]);
  });
});
