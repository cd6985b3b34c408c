import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { Controller, Get, Module, Res, StreamableFile } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import fastify from 'fastify';
import { Audited, AuditModule } from '../../../src/index.js';
import { createAudit } from '../../../src/compose/index.js';
import { auditExpress } from '../../../src/express/index.js';
import { audited, auditFastify } from '../../../src/fastify/index.js';

const BIG = Buffer.alloc(4_000_000, 'b');
const long = (): Readable =>
  Readable.from(
    (function* () {
      for (let i = 0; i < 64; i += 1) yield Buffer.alloc(65_536, 's');
    })(),
  );

/** What each path answers, on whatever lies below. */
export const ANSWERS: Readonly<Record<string, (response: Http2ServerResponse) => unknown>> = {
  '/long': (response) => long().pipe(response),
  '/big': (response) => response.end(BIG),
  '/short': (response) => response.end('short'),
  '/nothing': (response) => {
    response.statusCode = 204;
    response.end();
  },
  '/late': (response) => void wait(2_000, undefined, { ref: false }).then(() => response.end('late')),
  '/session': (response) => {
    response.write('a');
    void wait(30).then(() => response.stream.session?.destroy());
  },
  '/reset': (response) => {
    response.write('a');
    void wait(30).then(() => response.stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
  },
  '/destroyed': (response) => {
    response.write('a');
    void wait(30).then(() => response.stream.destroy(new EvalError('half way')));
  },
};

type Ends = (stream: ClientHttp2Stream, session: ClientHttp2Session) => void;
const { NGHTTP2_CANCEL, NGHTTP2_INTERNAL_ERROR, NGHTTP2_REFUSED_STREAM } = http2.constants;
const first =
  (then: (stream: ClientHttp2Stream, session: ClientHttp2Session) => void): Ends =>
  (stream, session) =>
    void stream.once('data', () => then(stream, session));

/** How a request ends: path, what the client does, what the entry says. */
export const ENDS_OF_TWO: Readonly<Record<string, readonly [path: string, does: Ends | undefined, entry: string]>> = {
  'a download that is cancelled': ['/long', first((stream) => stream.close(NGHTTP2_CANCEL)), 'partial 200 aborted'],
  'a download that is reset': ['/long', first((stream) => stream.close(NGHTTP2_INTERNAL_ERROR)), 'partial 200 aborted'],
  'a download that is refused': [
    '/long',
    first((stream) => stream.close(NGHTTP2_REFUSED_STREAM)),
    'partial 200 aborted',
  ],
  'a download whose session is destroyed': ['/long', first((_, session) => session.destroy()), 'partial 200 aborted'],
  'a download, and GOAWAY before it is cancelled': [
    '/long',
    first((stream, session) => {
      session.goaway();
      stream.close(NGHTTP2_CANCEL);
    }),
    'partial 200 aborted',
  ],
  'a download, and GOAWAY': ['/long', first((_, session) => session.goaway()), 'success 200'],
  'one buffer that is cancelled': ['/big', first((stream) => stream.close(NGHTTP2_CANCEL)), 'partial 200 aborted'],
  'cancelled before the first byte': [
    '/late',
    (stream) => void wait(500).then(() => stream.close(NGHTTP2_CANCEL)),
    'failure none aborted',
  ],
  'a session that is gone before the first byte': [
    '/late',
    (_, session) => void wait(500).then(() => session.destroy()),
    'failure none aborted',
  ],
  'cancelled after the last byte': [
    '/short',
    (stream) => void stream.once('end', () => stream.close(NGHTTP2_CANCEL)),
    'success 200',
  ],
  'read to the end': ['/long', undefined, 'success 200'],
  'one buffer, read to the end': ['/big', undefined, 'success 200'],
  'a short answer': ['/short', undefined, 'success 200'],
  'no body': ['/nothing', undefined, 'success 204'],
  'a session that the server destroys': ['/session', undefined, 'partial 200 aborted'],
  'a stream that the server resets': ['/reset', undefined, 'partial 200 aborted'],
  'a stream that the server destroys with an error': ['/destroyed', undefined, 'failure 200 aborted EvalError'],
};

@Controller()
class Answers {
  @Audited('two')
  @Get('long')
  long(): StreamableFile {
    return new StreamableFile(long());
  }
  @Audited('two')
  @Get('*')
  any(@Res() reply: { hijack(): void; request: { url: string }; raw: Http2ServerResponse }): void {
    reply.hijack();
    ANSWERS[reply.request.url]?.(reply.raw);
  }
}

export interface ServerOfTwo {
  readonly port: number;
  close(): Promise<void>;
}

export const SERVERS_OF_TWO: Readonly<Record<string, (databaseUrl: string) => Promise<ServerOfTwo>>> = {
  async 'Node itself'(databaseUrl) {
    const audit = createAudit({ databaseUrl });
    const middleware = auditExpress(audit, { requests: 'all' });
    const server = http2.createServer((request, response) =>
      middleware(request, response, () => ANSWERS[request.url]?.(response)),
    );
    server.on('sessionError', () => undefined);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return {
      port: (server.address() as { port: number }).port,
      async close() {
        server.close();
        await audit.close();
      },
    };
  },
  async Fastify(databaseUrl) {
    const audit = createAudit({ databaseUrl });
    const app = fastify({ http2: true, forceCloseConnections: true });
    await app.register(auditFastify(audit));
    for (const [path, answer] of Object.entries(ANSWERS)) {
      app.get(path, audited('two'), (_request, reply) => {
        if (path === '/long') {
          void reply.send(long());
          return;
        }
        void reply.hijack();
        answer(reply.raw);
      });
    }
    await app.listen({ port: 0, host: '127.0.0.1' });
    return {
      port: (app.server.address() as { port: number }).port,
      async close() {
        await Promise.race([app.close(), wait(1_000, undefined, { ref: false })]);
        await audit.close();
      },
    };
  },
  async 'Nest on Fastify'(databaseUrl) {
    // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
    class Root {}
    Module({ imports: [AuditModule.forRoot({ databaseUrl })], controllers: [Answers] })(Root);
    const adapter = new FastifyAdapter({ http2: true } as never);
    const app = await NestFactory.create(Root, adapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    return {
      port: (app.getHttpServer() as { address(): { port: number } }).address().port,
      close: () => Promise.race([app.close(), wait(1_000, undefined, { ref: false })]),
    };
  },
};

/** @returns the id of the request */
export async function sendTwo(port: number, path: string, does: Ends | undefined): Promise<string> {
  const session = http2.connect(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  const id = randomUUID();
  const stream = session.request({ ':path': path, 'x-request-id': id });
  stream.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => stream.once('close', resolve));
  does?.(stream, session);
  stream.resume();
  await Promise.race([closed, wait(20_000, undefined, { ref: false })]);
  await wait(400); // what the server still has to hear of
  session.destroy();
  return id;
}
