import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Audited, AuditModule, AuditService } from '../../src/index.js';
import { closeAll, createLog, serve, type Log } from './app.js';

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
  await closeAll();
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
  const child = spawn(process.execPath, [CHILD, log.url, how], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  let errors = '';
  child.stderr.on('data', (bytes) => (errors += String(bytes)));
  const exit = once(child, 'exit');
  const output = createInterface(child.stdout)[Symbol.asyncIterator]();
  const url = String((await output.next()).value).replace('listening ', '');
  const answers = Promise.all(Array.from({ length: REQUESTS }, async () => (await fetch(`${url}/work`)).text()));
  for (let i = 0; i < REQUESTS; i += 1) await output.next();
  child.kill('SIGTERM');
  const texts = await answers;
  const [code, signal] = (await exit) as [number | null, string | null];
  children.delete(child);
  return { texts, ended: { code, signal }, errors };
}

describe('SIGTERM', () => {
  it('loses nothing of requests in flight, and ends the process as it does without us', async () => {
    const [audited, plain] = await Promise.all([endByTerm('audited'), endByTerm('plain')]);
    expect(audited.texts).toEqual(Array(REQUESTS).fill('done'));
    expect(audited.ended).toEqual(plain.ended);
    expect(
      audited.errors.split('\n').filter((line) => line.includes('Audit') && !line.includes('capture trigger')),
    ).toEqual([]);
    expect(await counts()).toEqual({ work: REQUESTS, 'work.begun': REQUESTS, 'work.done': REQUESTS, 'work.closed': 1 });
  });
});
