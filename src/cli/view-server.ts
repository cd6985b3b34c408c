import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { below } from '../viewer/below.js';
import type { ViewerHandler } from '../viewer/handler.js';
import { answerWith } from '../viewer/node-http.js';

export interface ServedAlone {
  /** With the token that works once. */
  readonly address: string;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';
const secret = (): string => randomBytes(32).toString('base64url');

/**
 * The viewer for one browser of this machine. Whoever comes first with the token of the address is led to a path that nobody can guess and
 * gets a cookie for it, and nobody after that. Anybody on this machine can reach the port, and a page from elsewhere can have its own name
 * point here: so the name that was asked for has to be ours, and all else needs the path and the cookie. A browser sends the cookies of a
 * host to all of its ports, whoever listens there, but only those of the path that is asked for.
 * @param port 0: one that is free
 */
export async function serveAlone(port: number, handler: ViewerHandler): Promise<ServedAlone> {
  let token: string | undefined = secret();
  const [mount, session] = [secret(), secret()];
  const alone = unreferred(handler);
  const server = createServer((request, response) => {
    answered(request, response).catch(() => response.destroy());
  });
  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : port;
  const hosts = [LOOPBACK, 'localhost'].map((name) => `${name}:${own}`);
  // A cookie is for all ports of a host: another viewer has another name.
  const cookie = `audit-view-${own}`;

  async function answered(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = request;
    if (!hosts.includes(headers.host ?? '')) return refuse(response, 421, 'this is not the name of this page');
    const entered = /^\/enter\/([\w-]{1,100})$/.exec(url)?.[1];
    if (entered !== undefined && method === 'GET') {
      if (token === undefined || !same(entered, token))
        return refuse(response, 401, 'this address has been used, or never was one: start the command again');
      token = undefined;
      return enter(response);
    }
    const target = below(url, 1);
    const [isHere, isKnown] = [same(target.mount, mount), hasCookie(headers.cookie)];
    if (!isHere || !isKnown) return refuse(response, 401, 'open the address that the command has printed');
    await answerWith(alone, { method, headers, native: request, ...target }, response);
  }

  /** By a page and not by a redirection, which would be from wherever the address was clicked, and so without the cookie. */
  function enter(response: ServerResponse): void {
    response.setHeader('set-cookie', `${cookie}=${session}; HttpOnly; SameSite=Strict; Path=/${mount}/`);
    response.writeHead(200, { ...PLAIN, 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=../${mount}/"><title>Audit log</title><a href="../${mount}/">Audit log</a>`); // prettier-ignore
  }

  function hasCookie(text = ''): boolean {
    return text.split(';').some((each) => {
      const [name, ...value] = each.trim().split('=');
      return name === cookie && same(value.join('='), session);
    });
  }

  return {
    address: `http://${LOOPBACK}:${own}/enter/${token}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const PLAIN = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** Its address has a secret in it: nobody is told where a link was clicked. */
function unreferred(handler: ViewerHandler): ViewerHandler {
  return async (request) => {
    const answer = await handler(request);
    return { ...answer, headers: { ...answer.headers, 'referrer-policy': PLAIN['referrer-policy'] } };
  };
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...PLAIN, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${message}\n`);
}

/** Takes as long whatever differs. */
function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
