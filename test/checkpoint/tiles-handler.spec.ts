import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import express from 'express';
import fastify from 'fastify';
import { auditTiles, type TilesAccess } from '../../src/checkpoint/tiles-handler.js';
import { MadeLog, published, sectionFile } from '../support/made-log.js';
import { hash } from 'node:crypto';

const log = new MadeLog('audit.example/made', [300, 700]);
const [first, second] = log.chains as [(typeof log.chains)[0], (typeof log.chains)[0]];
let work: string;
const servers: (() => Promise<unknown>)[] = [];
const ports: Record<string, number> = {};
let access: TilesAccess | Error | undefined;
let asked: string[] = [];

/** By name: whoever sends this header. */
function authorize({ headers }: IncomingMessage, origin: string): TilesAccess {
  asked.push(origin);
  if (access instanceof Error) throw access;
  if (access !== undefined) return access;
  return headers['x-tenant'] === origin;
}

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'tiles-'));
  writeFileSync(join(work, 'secret'), 'secret');
  writeFileSync(join(work, 'checkpoint'), 'secret');
  const directory = join(work, 'published');
  for (const chain of log.chains) {
    for (const { path, bytes } of await published(chain, chain.head(), log.signer(chain.origin))) {
      const target = join(directory, chain.origin, path);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, bytes);
    }
    writeFileSync(join(directory, chain.origin, 'sections.ndjson'), sectionFile(chain));
    writeFileSync(join(directory, chain.origin, '.new-checkpoint'), 'secret');
  }
  symlinkSync('/dev/zero', join(directory, first.origin, 'tile/0/009'));
  const handler = auditTiles({ directory, authorize });
  const listen = async (name: string, server: Server): Promise<void> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ports[name] = (server.address() as AddressInfo).port;
    servers.push(() => new Promise((resolve) => server.close(resolve)));
  };
  await listen('http', createServer(handler));
  const app = express();
  app.use('/audit', handler);
  await listen('express', createServer(app));
  const fast = fastify();
  fast.all('/audit/*', (incoming, reply) => {
    reply.hijack();
    incoming.raw.url = incoming.raw.url?.slice('/audit'.length);
    handler(incoming.raw, reply.raw);
  });
  await fast.listen({ port: 0, host: '127.0.0.1' });
  ports['fastify'] = (fast.server.address() as AddressInfo).port;
  servers.push(() => fast.close());
});
afterAll(async () => {
  for (const close of servers) await close();
  rmSync(work, { recursive: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** The path goes out as it is: fetch would make another one of it. */
function get(server: string, path: string, options: { method?: string; tenant?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port: ports[server],
        host: '127.0.0.1',
        path: `${server === 'http' ? '' : '/audit'}${path}`,
        method: options.method ?? 'GET',
        headers: { 'x-tenant': options.tenant ?? first.origin },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) })); // prettier-ignore
      },
    );
    sent.on('error', reject);
    sent.end();
  });
}

describe.each(['http', 'express', 'fastify'])('auditTiles behind %s', (server) => {
  it('serves checkpoints, tiles and bundles, and nothing of a chain that is not allowed', async () => {
    access = undefined;
    const files = await published(first, first.head(), log.signer(first.origin));
    for (const { path, bytes } of files) {
      const answer = await get(server, `/${first.origin}/${path}`);
      expect(answer).toMatchObject({ status: 200, body: bytes });
      expect(answer.headers['cache-control']).toBe(path === 'checkpoint' ? 'private, no-cache' : 'private, max-age=31536000, immutable'); // prettier-ignore
      expect(answer.headers['content-type']).toBe(path === 'checkpoint' ? 'text/plain; charset=utf-8' : 'application/octet-stream'); // prettier-ignore
      expect(await get(server, `/${first.origin}/${path}`, { tenant: second.origin })).toMatchObject({ status: 403, body: Buffer.from('not allowed\n') }); // prettier-ignore
    }
    const head = await get(server, `/${first.origin}/tile/0/000`, { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, headers: { 'content-length': '8192' }, body: Buffer.alloc(0) });
  });

  it('gives the first hashes of a full tile where the partial one is gone', async () => {
    access = true;
    const full = await get(server, `/${second.origin}/tile/0/001`);
    expect(await get(server, `/${second.origin}/tile/0/001.p/44`)).toMatchObject({ status: 200, body: full.body.subarray(0, 44 * 32) }); // prettier-ignore
    const leaves = second.leaves.slice(256, 300);
    const bundle = Buffer.concat(leaves.flatMap((leaf) => [Buffer.of(leaf.length >> 8, leaf.length & 255), leaf]));
    expect((await get(server, `/${second.origin}/tile/entries/001.p/44`)).body.equals(bundle)).toBe(true);
    expect(await get(server, `/${second.origin}/tile/0/002.p/187`)).toMatchObject({ status: 404 });
  });

  it('hands over sections only to whom it is said', async () => {
    access = true;
    expect(await get(server, `/${first.origin}/sections.ndjson`)).toMatchObject({ status: 403 });
    access = { sections: true };
    const answer = await get(server, `/${first.origin}/sections.ndjson`);
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'private, no-cache' } }); // prettier-ignore
    expect(hash('sha256', answer.body)).toBe(hash('sha256', sectionFile(first)));
    access = { sections: false };
    expect(await get(server, `/${first.origin}/sections.ndjson`)).toMatchObject({ status: 403 });
    expect(await get(server, `/${first.origin}/checkpoint`)).toMatchObject({ status: 200 });
  });

  it.each([new Error('secret'), false, 'yes', 1, {}, null].map((value) => [value]))(
    'takes %p of authorize as no',
    async (value) => {
      access = value as TilesAccess; // what a caller without types may give
      const answer = await get(server, `/${first.origin}/checkpoint`);
      expect(answer).toMatchObject({ status: 403, body: Buffer.from('not allowed\n') });
    },
  );

  it('takes no other way to write a path', async () => {
    access = { sections: true };
    const { origin } = first;
    const paths = [
      '/', '//', '/checkpoint', '/../checkpoint', '/..%2fcheckpoint', '/%2e%2e/checkpoint', '/./checkpoint', `/${origin}`, `/${origin}/`,
      `/${origin}/../../../../checkpoint`, `/${origin}/../../secret`, `/${origin}/tile/../checkpoint`, `/${origin}//checkpoint`, `//${origin}/checkpoint`,
      `/${origin}/checkpoint/`, `/${origin}/.new-checkpoint`, `/${origin}/CHECKPOINT`, `/${origin}/checkpoint%00`, `/${origin}/checkpoint%20`,
      `/${origin}\\checkpoint`, `/${origin}/tile/0/000/`, `/${origin}/tile/0/0`, `/${origin}/tile/0/000.p/0`, `/${origin}/tile/0/000.p/256`,
      `/${origin}/tile/0/000.p/007`, `/${origin}/tile/7/000`, `/${origin}/tile/00/000`, `/${origin}/tile/0/x000/001`, `/${origin}/tile/entries/../../checkpoint`,
      `/${origin}/tile/0/%30%30%30`, `/${origin}/tile`, `/${origin}/tile/0`, `/${origin}/tile/-1/000`, `/${origin}/tile/0/009`, `/${origin}/tile/0/999`,
      '/audit.example/checkpoint', '/audit.example/made/9/checkpoint', '/published/checkpoint', '/etc/passwd', `/${'a/'.repeat(400)}checkpoint`,
      `/${'a'.repeat(2_000)}/checkpoint`, `/${origin}/checkpoint;a=b`, `/${origin}/checkpoint#`, '*', 'http://x/checkpoint',
    ]; // prettier-ignore
    for (const path of paths) {
      const { status, body } = await get(server, path);
      expect([path, status === 404 || status === 400 || status === 403]).toEqual([path, true]);
      expect([path, body.includes('secret')]).toEqual([path, false]);
    }
    for (const origins = asked; origins.length > 0;) expect(origins.pop()).toMatch(/^[a-z0-9._~-]+(\/[a-z0-9._~-]+)*$/);
    expect(await get(server, `/${origin}/checkpoint?a=../../b`)).toMatchObject({ status: 200 });
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('does not know %s', async (method) => {
    access = true;
    asked = [];
    const answer = await get(server, `/${first.origin}/checkpoint`, { method });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
    expect(asked).toEqual([]);
  });
});

it('is refused without authorize', () => {
  const options = { directory: '/x' } as unknown as Parameters<typeof auditTiles>[0]; // as without types
  expect(() => auditTiles(options)).toThrow('authorize');
  expect(() => auditTiles({ directory: '', authorize: () => true })).toThrow('directory');
});
