import 'reflect-metadata';
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import {
  BadRequestException,
  Catch,
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Module,
  VersioningType,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplication,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import { fastify } from 'fastify';
import { map } from 'rxjs';
import { createAudit, type AuditOptions } from '../../src/compose/index.js';
import { auditErrors, auditExpress, auditViewer as onExpress } from '../../src/express/index.js';
import { auditFastify, auditViewer as onFastify } from '../../src/fastify/index.js';
import { AuditModule } from '../../src/index.js';
import { AuditViewerModule } from '../../src/nest/viewer/index.js';
import type { ReaderScope } from '../../src/query/index.js';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly user?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Without the header that the page sends. */
  readonly isBare?: boolean;
}

export interface ServedViewer {
  /** Where it is mounted, without a slash. */
  readonly mount: string;
  readonly port: number;
  /** Sent as it is: a path that a client would mend comes as it was written. */
  ask(path: string, asking?: Asking): Promise<Answer>;
  /** Takes no more requests, and waits for those that it has. */
  stop(): void;
  close(): Promise<void>;
}

/** Who sends `x-user` is that; the scopes are the test's. */
export type Scopes = (user: string) => ReaderScope | undefined;

export type Serve = (options: AuditOptions, scopes: Scopes) => Promise<ServedViewer>;

interface Headed {
  readonly headers: Readonly<Record<string, unknown>>;
}

const authorizeBy =
  (scopes: Scopes) =>
  ({ headers }: Headed): ReaderScope | undefined => {
    const user = headers['x-user'];
    if (user === 'forbidden') throw new ForbiddenException('secret-reason');
    if (user === 'broken') throw new Error('secret-reason');
    return typeof user === 'string' ? scopes(user) : undefined;
  };

export const VIEWERS: Readonly<Record<string, Serve>> = {
  Express: async (options, scopes) => {
    const audit = createAudit(options);
    const app = express();
    app.use(auditExpress(audit, { requests: 'all' }), asHelmet);
    app.use('/audit', onExpress(audit, { authorize: authorizeBy(scopes) }));
    app.use(auditErrors());
    const server = app.listen(0, '127.0.0.1');
    return await servedBy(server, '/audit', () => audit.close());
  },
  'Express, in a router of a router': async (options, scopes) => {
    const audit = createAudit(options);
    const [app, outer] = [express(), express.Router()];
    outer.use('/a%20b', onExpress(audit, { authorize: authorizeBy(scopes) }));
    app.use('/:tenant/Audit', outer);
    return await servedBy(app.listen(0, '127.0.0.1'), '/x/audit/a%20b', () => audit.close());
  },
  Fastify: async (options, scopes) => {
    const audit = createAudit(options);
    const app = fastify({ forceCloseConnections: true });
    await app.register(auditFastify(audit, { requests: 'all' }));
    app.addHook('onRequest', async (_request, reply) => {
      void reply.header('content-security-policy', "default-src 'self'").headers(CORS);
      for (const [name, value] of Object.entries(CORS)) reply.raw.setHeader(name, value);
    });
    app.addHook('onSend', async () => 'changed by a hook');
    await app.register(onFastify(audit, { authorize: authorizeBy(scopes) }) as never, { prefix: '/in/audit' });
    await app.listen({ port: 0, host: '127.0.0.1' });
    return await servedBy(app.server, '/in/audit', async () => {
      await app.close();
      await audit.close();
    });
  },
  'Nest on Express': (options, scopes) => serveNest(new ExpressAdapter(), options, scopes, '/audit'),
  'Nest on Fastify': (options, scopes) => serveNest(new FastifyAdapter(), options, scopes, '/audit'),
  'Nest on Express, with a prefix and versions': (options, scopes) =>
    serveNest(new ExpressAdapter(), options, scopes, '/audit/v1/audit/audit', prefixed),
  'Nest on Fastify, with a prefix and versions': (options, scopes) =>
    serveNest(new FastifyAdapter(), options, scopes, '/audit/v1/audit/audit', prefixed),
};

/** A path with the names of the viewer's own in it. */
function prefixed(app: INestApplication): void {
  app.setGlobalPrefix('audit/v1');
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '7' });
}

/** Refuses whom it is told to, as a guard of the application does. */
@Injectable()
class DoorGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const { headers } = execution.switchToHttp().getRequest<Headed>();
    if (headers['x-door'] === 'shut') throw new ForbiddenException('the door is shut');
    return true;
  }
}

const WRAPS: NestInterceptor = {
  intercept: (_execution, next) => next.handle().pipe(map((data: unknown) => ({ data }))),
};
const REFUSES: PipeTransform = {
  transform: () => {
    throw new BadRequestException('a pipe of the application');
  },
};

@Catch()
class Hides implements ExceptionFilter {
  catch(error: unknown): void {
    throw error;
  }
}

@Controller('other')
class OtherController {
  @Get() get(): string {
    return 'other';
  }
}

async function serveNest(
  adapter: AbstractHttpAdapter,
  options: AuditOptions,
  scopes: Scopes,
  mount: string,
  prepare: (app: INestApplication) => void = () => undefined,
): Promise<ServedViewer> {
  const { name: _name, ...given } = options;
  const path = mount.endsWith('audit/audit') ? 'audit/audit' : 'audit';
  @Module({
    imports: [
      AuditModule.forRoot({ ...given, requests: 'all', probe: 'off' }),
      AuditViewerModule.forRootAsync({
        path,
        inject: [],
        useFactory: async () => ({ authorize: authorizeBy(scopes) }),
      }),
    ],
    controllers: [OtherController],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, adapter, { logger: false, forceCloseConnections: true });
  app.use(asHelmet);
  app.useGlobalGuards(new DoorGuard());
  app.useGlobalInterceptors(WRAPS);
  app.useGlobalPipes(REFUSES);
  app.useGlobalFilters(new Hides());
  prepare(app);
  await app.listen(0, '127.0.0.1');
  return await servedBy(app.getHttpServer() as Server, mount, () => app.close());
}

/** For every site that asks. */
const CORS = {
  'access-control-allow-origin': 'http://evil.test',
  'access-control-allow-credentials': 'true',
  'access-control-expose-headers': '*',
};

/** As helmet and cors do. */
function asHelmet(
  _request: unknown,
  response: { setHeader(name: string, value: string): void },
  next: () => void,
): void {
  response.setHeader('Content-Security-Policy', "default-src 'self' https:");
  response.setHeader('X-Frame-Options', 'DENY');
  for (const [name, value] of Object.entries(CORS)) response.setHeader(name, value);
  response.setHeader('X-Of-The-Application', 'stays');
  next();
}

async function servedBy(server: Server, mount: string, close: () => Promise<unknown>): Promise<ServedViewer> {
  if (!server.listening) await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    mount,
    port,
    ask: (path, { method = 'GET', user, headers = {}, isBare = false } = {}) =>
      new Promise((resolve, reject) => {
        const all = {
          ...(isBare ? {} : { 'x-audit-viewer': '1' }),
          ...(user === undefined ? {} : { 'x-user': user }),
          ...headers,
        };
        const asked = httpRequest({ port, host: '127.0.0.1', path, method, headers: all, agent: false }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString('utf8') })); // prettier-ignore
        });
        asked.on('error', reject);
        asked.end();
      }),
    stop: () => void server.close(),
    async close() {
      server.closeAllConnections();
      const closed = server.listening ? once(server, 'close') : undefined;
      server.close();
      await close();
      await closed;
    },
  };
}
