import 'reflect-metadata';
import {
  BadGatewayException,
  Body,
  ConflictException,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  HttpCode,
  HttpException,
  Module,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Redirect,
  Req,
  RequestTimeoutException,
  Res,
  Sse,
  StreamableFile,
  UnauthorizedException,
  UnprocessableEntityException,
  UseFilters,
  UseGuards,
  type CanActivate,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { catchError, from, NEVER, of, startWith, throwError, timeout } from 'rxjs';
import { setImmediate as immediate } from 'node:timers/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Audited, AuditModule, AuditService } from '../../../src/index.js';
import { KnowsUser, Nobody, SignedIn } from '../../nest/items-app.js';
import { Shelf, Shutter, Teapot } from './nest-parts.js';
import { begun, EVENTS, FILE, gone, streamed, type Server, type ServerOptions } from './platform.js';

interface Reply {
  readonly raw?: ServerResponse;
  status(code: number): Reply;
  send(body?: string): void;
}

const nodes = (reply: Reply): ServerResponse => reply.raw ?? (reply as unknown as ServerResponse); // of Express: the same
const ofItem = {
  resource: ({ params }: { params: Readonly<Record<string, string>> }) => ({ type: 'Item', id: params['id'] }),
};

/** As that of @nestjs/throttler, which is CommonJS and cannot be loaded here. */
class Throttler implements CanActivate {
  canActivate(): never {
    throw new HttpException('ThrottlerException: Too Many Requests', 429);
  }
}

class Unprocessable implements PipeTransform {
  transform(): never {
    throw new UnprocessableEntityException('no such thing');
  }
}

@Controller('items')
class Items {
  @Audited('item.sync', { resource: 'Item' })
  @Get('sync')
  sync(): object {
    return { id: 'made-here' };
  }
  @Audited('item.promise', { resource: 'Item', severity: 'notice' })
  @Get('promise/:id')
  async promise(): Promise<string> {
    return await Promise.resolve('done');
  }
  @Audited('item.observable', { details: ({ result }) => ({ last: result }) })
  @Get('observable')
  observable(): unknown {
    return from([1, 2, 3]);
  }
  @Audited('item.nothing')
  @Post('nothing/:secret')
  @HttpCode(204)
  nothing(): void {}
  @Audited('item.by-hand')
  @Get('by-hand')
  byHand(@Res() response: Reply): void {
    response.status(202).send('by hand');
  }
  @Audited('item.moved')
  @Redirect('/elsewhere')
  @Get('moved')
  moved(): void {}
  @Audited('item.conflict', { resource: 'Item' })
  @Put(':id/conflict')
  conflict(): never {
    throw new ConflictException('taken');
  }
  @Audited('item.crash')
  @Get('crash')
  async crash(): Promise<never> {
    return await Promise.reject(new TypeError('broken inside'));
  }
  @Audited('item.failing')
  @Get('failing')
  failing(): unknown {
    return of(1).pipe(() => throwError(() => new BadGatewayException('upstream')));
  }
  @Audited('item.secure', ofItem)
  @UseGuards(SignedIn)
  @Get(':id/secure')
  secure(): string {
    return 'in';
  }
  @Audited('item.closed', { ...ofItem, severity: 'warning' })
  @UseGuards(SignedIn, Nobody)
  @Post(':id/closed')
  closed(): void {}
  @Audited('item.forbid')
  @Delete(':id/forbid')
  forbid(): never {
    throw new ForbiddenException('not yours');
  }
  @Audited('item.password')
  @Post('password')
  password(): never {
    throw new UnauthorizedException('wrong password');
  }
  @Audited('item.piped')
  @Get('piped/:id')
  piped(@Param('id', ParseIntPipe) id: number): number {
    return id;
  }
  @Audited('item.parsed')
  @Post('parsed')
  parsed(): void {}
  @Audited('item.checked')
  @Post('checked')
  checked(@Body(Unprocessable) body: object): object {
    return body;
  }
  @Audited('item.throttled')
  @UseGuards(Throttler)
  @Get('throttled')
  throttled(): void {}
  @Audited('item.absent')
  @Get('absent')
  absent(@Res({ passthrough: true }) response: Reply): string {
    response.status(404);
    return 'not here';
  }
  @Audited('item.teapot')
  @UseFilters(Teapot)
  @Get('teapot')
  teapot(): never {
    throw new RangeError('too hot');
  }
  @Audited('item.late')
  @Get('late')
  late(): unknown {
    return NEVER.pipe(
      timeout(20),
      catchError(() => throwError(() => new RequestTimeoutException())),
    );
  }
  @Audited('item.idle', { resource: 'Item' })
  @Get('idle/:id')
  async idle(@Req() request: IncomingMessage): Promise<void> {
    request.socket.setTimeout(20);
    await gone(request);
  }
  @Audited('item.awaited', { resource: 'Item' })
  @Get('awaited/:id')
  async awaited(@Req() request: IncomingMessage): Promise<string> {
    await gone(request);
    return 'to nobody';
  }
  @Audited('item.endless')
  @Get('endless')
  endless(): StreamableFile {
    return new StreamableFile(begun());
  }
  @Audited('item.streamed')
  @Get('streamed')
  streamed(): StreamableFile {
    return new StreamableFile(streamed());
  }
  @Audited('item.file')
  @Get('file')
  file(): StreamableFile {
    return new StreamableFile(FILE, { type: 'text/plain', length: FILE.length, disposition: 'attachment' });
  }
  @Audited('item.broken')
  @Get('broken')
  broken(): StreamableFile {
    return new StreamableFile(begun(new EvalError('half way')));
  }
  @Audited('item.begun')
  @Get('begun')
  async begun(@Res() response: Reply): Promise<void> {
    nodes(response).write('the beginning');
    await immediate();
    throw new EvalError('half way');
  }
  @Audited('item.events')
  @Sse('events')
  events(): unknown {
    return from(EVENTS.map((data) => ({ data })));
  }
  @Audited('item.endless-events')
  @Sse('endless-events')
  endlessEvents(): unknown {
    return NEVER.pipe(startWith({ data: EVENTS[0] }));
  }
  @Audited('item.shut')
  @Get('shut')
  shut(): void {}
  @Get('undecorated')
  undecorated(): string {
    return 'plain';
  }
}

/** The Nest application, on Express or on Fastify. */
export async function serveNest(on: 'express' | 'fastify', options: ServerOptions): Promise<Server> {
  const { databaseUrl, ...audit } = options;
  // oxlint-disable-next-line typescript/no-extraneous-class -- decorated below
  class Root {}
  Module({
    imports: [
      ...(databaseUrl === undefined ? [] : [AuditModule.forRoot({ databaseUrl, ...audit })]),
      ...(on === 'express' ? [Shutter] : []),
    ],
    controllers: [Items, Shelf],
    providers: [{ provide: APP_GUARD, useClass: KnowsUser }],
  })(Root);
  const quiet = { logger: false, forceCloseConnections: true } as const;
  const app = await (on === 'express'
    ? NestFactory.create(Root, quiet)
    : NestFactory.create(Root, new FastifyAdapter({ forceCloseConnections: true }), quiet));
  await app.listen(0, '127.0.0.1');
  return {
    url: (await app.getUrl()).replace(/\/$/, ''),
    ...(databaseUrl === undefined ? {} : { flush: () => app.get(AuditService).flush() }),
    close: () => app.close(),
  };
}
