import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { webhookAnchor } from '../../src/checkpoint/anchors/webhook.js';
import type { Place } from './battery.js';

const KEY = Buffer.from('thirty-two bytes, known to both.');
export const SECRET = `whsec_${KEY.toString('base64')}`;

export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

/** A server of HTTP, until it is closed. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Receiver> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** As the specification of Standard Webhooks says it, in words of its own: the receiver's side. */
export function isSigned(request: IncomingMessage, body: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = request.headers;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const expected = createHmac('sha256', KEY).update([id, timestamp, body].join('.')).digest();
  return String(signatures)
    .split(' ')
    .some((each) => {
      const given = Buffer.from(each.replace(/^v1,/, ''), 'base64');
      return each.startsWith('v1,') && given.length === 32 && timingSafeEqual(given, expected);
    });
}

/** Keeps what is signed, once for each id, and gives all of it whatever was asked for: the anchor has to choose. */
export async function webhookPlace(): Promise<Place> {
  const kept = new Map<string, string>();
  const receiver = await serve((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      if (!isSigned(request, request.method === 'GET' ? (request.url ?? '') : body)) {
        response.writeHead(401).end();
      } else if (request.method === 'POST') {
        const { note } = JSON.parse(body) as { note: string };
        const id = String(request.headers['webhook-id']);
        if (!kept.has(id)) kept.set(id, JSON.stringify({ storedAt: new Date().toISOString(), note }));
        response.writeHead(204).end();
      } else {
        response.end([...kept.values()].map((line) => `${line}\n`).join(''));
      }
    })();
  });
  const options = { secret: SECRET, timeoutMs: 10_000 };
  return {
    anchor: () => webhookAnchor({ url: `${receiver.url}/hooks/a-secret-path`, listUrl: `${receiver.url}/list?of=all`, ...options }), // prettier-ignore
    ruin: () => receiver.close(),
    close: () => receiver.close().catch(() => undefined),
  };
}
