import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import type { Request, Response } from 'express';
import { AuditService } from 'nestjs-prisma-audit';
import { createApp } from '../main.js';
import { PrismaService } from '../prisma.service.js';
import { DEMO_PASSWORD, seed } from '../seed.js';
import { makeUpHistory } from './history.js';
import { playRequests } from './requests.js';
import { applySql, cli, installTables, tamper, title } from './tools.js';

/** A log with some weeks in it, and the page on which people look at it. Resolves on Ctrl-C. */
export async function keepRunning(server: string, root: string): Promise<void> {
  title('A second database, with four made-up weeks of work, and one entry that was edited by hand');
  const url = new URL(server);
  url.pathname = '/weeks';
  await applySql(server, 'create database weeks');
  const databaseUrl = url.href;
  const elsewhere = await mkdtemp(join(tmpdir(), 'audit-demo-'));
  let app: INestApplication | undefined;
  try {
    await installTables(databaseUrl, root);
    const key = join(elsewhere, 'audit-signing-key.pem');
    cli(databaseUrl, root, ['migrate', '--origin', 'weeks.example/audit']);
    cli(databaseUrl, root, ['keygen', '--out', key]);
    process.env['AUDIT_SIGNING_KEY_FILE'] = key;
    app = await createApp(databaseUrl);
    const signIn = signInLink(app);
    await app.listen(0, '127.0.0.1');
    const address = await app.getUrl();
    await seed(app.get(PrismaService));
    const audit = app.get(AuditService);
    await makeUpHistory(audit);
    await playRequests(address, () => undefined);
    await audit.flush();
    await tamper(databaseUrl);
    const link = await signIn(address);
    title(
      `The audit log, signed in as Ada, the admin of acme: ${link}\n(The link works once. Ctrl-C ends it. Database: ${databaseUrl})`,
    );
    const alive = setInterval(() => undefined, 60_000);
    await once(process, 'SIGINT');
    clearInterval(alive);
  } finally {
    await app?.close();
    await rm(elsewhere, { recursive: true, force: true });
  }
}

/**
 * An address that signs a browser in, once: for a demonstration, in place of a page that asks for a password. Routes that are made after
 * the application listens come behind its answer that there is none.
 */
function signInLink(app: INestApplication): (address: string) => Promise<string> {
  const path = `/demo/${randomBytes(16).toString('hex')}`;
  let token: string | undefined;
  app.getHttpAdapter().get(path, (_request: Request, response: Response) => {
    if (token === undefined) return void response.status(410).send('This link worked once.');
    response.cookie('session', token, { httpOnly: true, sameSite: 'strict' }).redirect('/audit/');
    token = undefined;
  });
  return async (address) => {
    const body = JSON.stringify({ email: 'ada@acme.test', password: DEMO_PASSWORD });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${address}/auth/login`, { method: 'POST', headers, body });
    ({ token } = (await answer.json()) as { token: string });
    return address + path;
  };
}
