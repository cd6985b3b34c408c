import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { filledLog, type FilledLog } from '../support/filled-log.js';
import { MAIN, run } from './run.js';

let log: FilledLog;
const started: ChildProcess[] = [];
beforeAll(async () => void (log = await filledLog()));
afterAll(async () => {
  for (const child of started) child.kill('SIGKILL');
  await log.close();
});

interface Viewed {
  readonly address: URL;
  readonly child: ChildProcess;
}

/** Runs the command until it has printed its address. */
async function view(...args: string[]): Promise<Viewed> {
  const child = spawn(process.execPath, [MAIN, 'view', ...args], { env: { PATH: process.env['PATH'], AUDIT_DATABASE_URL: log.url } }); // prettier-ignore
  started.push(child);
  let out = '';
  for await (const chunk of child.stdout ?? []) {
    out += String(chunk);
    if (out.includes('\n')) break;
  }
  return { address: new URL(out.trim()), child };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask({ address }: Viewed, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: address.hostname, port: address.port, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    }); // prettier-ignore
    asked.on('error', reject);
    asked.end();
  });
}

const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';

describe('the command view', () => {
  it('prints an address of this machine alone, which works once', async () => {
    const viewed = await view();
    expect(viewed.address.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/enter\/[\w-]{43}$/);
    const { pathname } = viewed.address;
    for (const path of ['/', '/api/session', '/assets/x.js', '/enter/x', '/enter/'])
      expect([path, (await ask(viewed, path)).status]).toEqual([path, 401]);
    expect((await ask(viewed, pathname, {}, 'HEAD')).status).toBe(401); // a look in advance uses nothing up
    const entered = await ask(viewed, pathname);
    expect(entered.headers['set-cookie']?.[0]).toMatch(new RegExp(`^audit-view-${viewed.address.port}=[\\w-]{43}; HttpOnly; SameSite=Strict; Path=/$`)); // prettier-ignore
    expect(entered.text).not.toContain(pathname.split('/').at(-1));
    expect((await ask(viewed, pathname)).status).toBe(401);
    expect((await ask(viewed, pathname, { cookie: cookieOf(entered) })).status).toBe(401);
    const session = await ask(viewed, '/api/session', { cookie: `a=b; ${cookieOf(entered)}` });
    expect(JSON.parse(session.text)).toMatchObject({ tenants: 'all', can: { verify: true }, reader: { id: expect.stringMatching(/^os:/) } }); // prettier-ignore
    expect((await ask(viewed, '/', { cookie: cookieOf(entered) })).text).toContain('<base href="./">');
    for (const cookie of [
      `audit-view-${viewed.address.port}=x`,
      `audit-view-${viewed.address.port}=`,
      cookieOf(entered).replace('view-', 'view-1'),
    ])
      // prettier-ignore
      expect((await ask(viewed, '/api/session', { cookie })).status).toBe(401);
    viewed.child.kill('SIGTERM');
    expect(await once(viewed.child, 'exit')).toEqual([0, null]);
  });

  it('listens on the loopback alone, and answers to no other name', async () => {
    const viewed = await view();
    const { port, pathname } = viewed.address;
    for (const host of [
      'evil.test',
      `evil.test:${port}`,
      '127.0.0.1',
      `127.0.0.1.evil.test:${port}`,
      `[::1]:${port}`,
    ]) {
      const answer = await ask(viewed, pathname, { host });
      expect([host, answer.status, answer.headers['set-cookie']]).toEqual([host, 421, undefined]);
    }
    const outer = Object.values(networkInterfaces()).flat().find((each) => each?.internal === false && each.family === 'IPv4'); // prettier-ignore
    if (outer) await expect(fetch(`http://${outer.address}:${port}/`)).rejects.toThrow();
    expect((await ask(viewed, pathname, { host: `localhost:${port}` })).status).toBe(200);
    viewed.child.kill('SIGINT');
    await once(viewed.child, 'exit');
  });

  it('shows the tenants that are named, on the port that is', async () => {
    const viewed = await view('--tenant', 'acme', '--port', '0');
    const cookie = cookieOf(await ask(viewed, viewed.address.pathname));
    const session = JSON.parse((await ask(viewed, '/api/session', { cookie })).text) as object;
    expect(session).toMatchObject({ tenants: ['acme'], can: { verify: false } });
    expect(JSON.parse((await ask(viewed, '/api/entries?tenant=globex', { cookie })).text)).toEqual({ entries: [] });
    const taken = await run(['view', '--port', viewed.address.port], { url: log.url });
    expect(taken).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/EADDRINUSE/) });
    viewed.child.kill('SIGTERM');
    await once(viewed.child, 'exit');
  });

  it('says what is wrong before it listens', async () => {
    expect(await run(['view', '--port', 'x'], { url: log.url })).toMatchObject({ code: 2, err: expect.stringMatching(/0 to 65535/) }); // prettier-ignore
    expect(await run(['view', '--schema', 'none'], { url: log.url })).toMatchObject({ code: 2, err: expect.stringMatching(/AUDIT_SCHEMA_MISSING/) }); // prettier-ignore
  });

  it('verifies beside the page, and leaves in the log that it has', async () => {
    const viewed = await view();
    const cookie = cookieOf(await ask(viewed, viewed.address.pathname));
    const headers = { cookie, 'x-audit-viewer': '1' };
    expect(JSON.parse((await ask(viewed, '/api/verify', { cookie })).text)).toEqual({ state: 'never' });
    expect((await ask(viewed, '/api/verify', { cookie }, 'POST')).status).toBe(403);
    const first = await ask(viewed, '/api/verify', headers, 'POST');
    const second = await ask(viewed, '/api/verify', headers, 'POST'); // starts no other
    expect([first.status, second.status]).toEqual([202, 202]);
    let state: { state?: string; report?: { verdict?: string } } = {};
    do {
      await new Promise((resolve) => setTimeout(resolve, 50));
      state = JSON.parse((await ask(viewed, '/api/verify', { cookie })).text) as typeof state;
    } while (state.state === 'running');
    expect(state).toMatchObject({ state: 'done', report: { verdict: 'VERIFIED', findings: [] } });
    const { rows } = await log.pool.query(`select count(*)::int as n from audit.content where header like '%audit.verified%'`); // prettier-ignore
    expect(rows[0].n).toBe(1);
    viewed.child.kill('SIGTERM');
    await once(viewed.child, 'exit');
  });
});
