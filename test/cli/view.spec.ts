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

/** As the page asks. */
const OURS = { 'x-audit-viewer': '1' };

const cookieOf = ({ headers }: Answer): string => headers['set-cookie']?.[0]?.split(';')[0] ?? '';
/** Where the page is, without a slash at its end. */
const mountOf = ({ text }: Answer): string => /url=\.\.(\/[\w-]{43})\/"/.exec(text)?.[1] ?? '';

/** What a browser has once it was led to the page. */
async function enter(viewed: Viewed): Promise<{ mount: string; cookie: string }> {
  const entered = await ask(viewed, viewed.address.pathname);
  return { mount: mountOf(entered), cookie: cookieOf(entered) };
}

describe('the command view', () => {
  it('prints an address of this machine alone, which works once', async () => {
    const viewed = await view();
    expect(viewed.address.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/enter\/[\w-]{43}$/);
    const { pathname } = viewed.address;
    for (const path of ['/', '/api/session', '/assets/x.js', '/enter/x', '/enter/'])
      expect([path, (await ask(viewed, path)).status]).toEqual([path, 401]);
    expect((await ask(viewed, pathname, {}, 'HEAD')).status).toBe(401); // a look in advance uses nothing up
    const entered = await ask(viewed, pathname);
    const [mount, cookie] = [mountOf(entered), cookieOf(entered)];
    // Of that path alone, so that a listener on another port of this machine is not sent it.
    expect(entered.headers['set-cookie']).toEqual([`${cookie}; HttpOnly; SameSite=Strict; Path=${mount}/`]);
    expect(cookie).toMatch(new RegExp(`^audit-view-${viewed.address.port}=[\\w-]{43}$`));
    expect(mount).toMatch(/^\/[\w-]{43}$/);
    expect(entered.headers['referrer-policy']).toBe('no-referrer');
    expect(cookie).not.toContain(mount.slice(1));
    expect(entered.text).not.toContain(pathname.split('/').at(-1));
    expect((await ask(viewed, pathname)).status).toBe(401);
    expect((await ask(viewed, pathname, { cookie })).status).toBe(401);
    const session = await ask(viewed, `${mount}/api/session`, { cookie: `a=b; ${cookie}`, ...OURS });
    expect(JSON.parse(session.text)).toMatchObject({ tenants: 'all', can: { verify: true }, reader: { id: expect.stringMatching(/^os:/) } }); // prettier-ignore
    expect(session.headers['referrer-policy']).toBe('no-referrer');
    const page = await ask(viewed, `${mount}/`, { cookie });
    expect([page.text.includes('<base href="./">'), page.headers['referrer-policy']]).toEqual([true, 'no-referrer']);
    viewed.child.kill('SIGTERM');
    expect(await once(viewed.child, 'exit')).toEqual([0, null]);
  });

  it('needs the path and the cookie, each of them whole', async () => {
    const viewed = await view();
    const { mount, cookie } = await enter(viewed);
    const { port } = viewed.address;
    const other = 'x'.repeat(43);
    for (const [path, given] of [
      [mount, undefined],
      [mount, `audit-view-${port}=x`],
      [mount, `audit-view-${port}=`],
      [mount, cookie.replace('view-', 'view-1')],
      [mount, cookie.slice(0, -1)],
      [mount, `audit-view-${port}=${mount.slice(1)}`],
      ['', cookie],
      ['/', cookie],
      [`/${other}`, cookie],
      [mount.slice(0, -1), cookie],
      [`${mount}x`, cookie],
      [`/${mount}`, cookie],
      [`/x${mount}`, cookie],
      [`/${cookie.split('=')[1] ?? ''}`, cookie],
    ] as const)
      for (const rest of ['/', '/api/session', '/verify.html']) {
        const answer = await ask(viewed, path + rest, { ...OURS, ...(given === undefined ? {} : { cookie: given }) });
        expect([path, given, rest, answer.status, answer.text]).toEqual([path, given, rest, 401, 'open the address that the command has printed\n']); // prettier-ignore
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
    expect((await ask(viewed, `${mount}/api/session`, { cookie, ...OURS })).status).toBe(200);
    viewed.child.kill('SIGTERM');
    await once(viewed.child, 'exit');
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
    const { mount, cookie } = await enter(viewed);
    const session = JSON.parse((await ask(viewed, `${mount}/api/session`, { cookie, ...OURS })).text) as object;
    expect(session).toMatchObject({ tenants: ['acme'], can: { verify: false } });
    expect(JSON.parse((await ask(viewed, `${mount}/api/entries?tenant=globex`, { cookie, ...OURS })).text)).toEqual({
      entries: [],
    });
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
    const { mount, cookie } = await enter(viewed);
    const headers = { cookie, ...OURS };
    expect(JSON.parse((await ask(viewed, `${mount}/api/verify`, headers)).text)).toEqual({ state: 'never' });
    expect((await ask(viewed, `${mount}/api/verify`, { cookie }, 'POST')).status).toBe(403);
    const first = await ask(viewed, `${mount}/api/verify`, headers, 'POST');
    const second = await ask(viewed, `${mount}/api/verify`, headers, 'POST'); // starts no other
    expect([first.status, second.status]).toEqual([202, 202]);
    let state: { state?: string; report?: { verdict?: string } } = {};
    do {
      await new Promise((resolve) => setTimeout(resolve, 50));
      state = JSON.parse((await ask(viewed, `${mount}/api/verify`, headers)).text) as typeof state;
    } while (state.state === 'running');
    expect(state).toMatchObject({ state: 'done', report: { verdict: 'VERIFIED', findings: [] } });
    const { rows } = await log.pool.query(`select count(*)::int as n from audit.content where header like '%audit.verified%'`); // prettier-ignore
    expect(rows[0].n).toBe(1);
    viewed.child.kill('SIGTERM');
    await once(viewed.child, 'exit');
  });
});
