import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Inject,
  Injectable,
  Module,
  Post,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Args, GqlExecutionContext, GraphQLModule, Mutation, Query, Resolver } from '@nestjs/graphql';
import { ClientProxyFactory, MessagePattern, Payload, Transport, type ClientProxy } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { lastValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { DATABASE_URL, PrismaService } from '../../examples/quickstart/src/prisma.service.js';
import { Audited } from '../../src/index.js';
import { full } from '../support/full.js';
import { createQuickstart, readContent, type Quickstart } from '../support/quickstart.js';
import { freePort } from '../support/server-of.js';
import { serve, type Served } from '../nest/app.js';

/** Each does five statements: two alone, one array transaction of two, and one in an interactive one. */
const STATEMENTS = 5;
const CALLS = full ? 2_000 : 100;

/** Every name that is written begins with its user: a row given to another shows. */
@Injectable()
class Tags {
  constructor(@Inject(PrismaService) private readonly prisma: PrismaService) {}
  async write(user: string): Promise<string> {
    const { prisma } = this;
    const row = (part: string) => ({ data: { tenantId: 'acme', name: `${user}@${part}` } });
    const { id } = await prisma.tag.create(row('a'));
    await prisma.tag.update({ where: { id }, ...row('b') });
    await prisma.$transaction([prisma.tag.create(row('c')), prisma.tag.create(row('d'))]);
    await prisma.$transaction((tx) => tx.tag.create(row('e')), { maxWait: 60_000, timeout: 60_000 });
    return user;
  }
}

/** Leaves the user where each transport has one. */
@Injectable()
class Named implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const type: string = execution.getType();
    const set = (at: { user?: object }, id: string): void => void (at.user = { id });
    if (type === 'rpc') {
      const rpc = execution.switchToRpc();
      set(rpc.getContext(), rpc.getData<{ user: string }>().user);
    } else if (type === 'ws') {
      const ws = execution.switchToWs();
      set(ws.getClient(), ws.getData<{ user: string }>().user);
    } else {
      type Request = { headers: Record<string, string>; user?: object };
      const request =
        type === 'graphql'
          ? GqlExecutionContext.create(execution).getContext<{ req: Request }>().req
          : execution.switchToHttp().getRequest<Request>();
      set(request, request.headers['x-user'] ?? '');
    }
    return true;
  }
}

@Controller('tags')
@UseGuards(Named)
class TagsController {
  constructor(
    @Inject(Tags) private readonly tags: Tags,
    @Inject(EventEmitter2) private readonly events: EventEmitter2,
  ) {}
  @Post()
  @Audited('tags.http')
  async http(@Body() { user }: { user: string }): Promise<string> {
    return await this.tags.write(user);
  }
  @Post('event')
  @Audited('tags.emit')
  async emit(@Body() { user }: { user: string }): Promise<void> {
    await this.events.emitAsync('tag', user);
  }
  @MessagePattern('tag')
  @Audited('tags.rpc')
  rpc(@Payload() { user }: { user: string }): Promise<string> {
    return this.tags.write(user);
  }
}

@Injectable()
class Listener {
  constructor(@Inject(Tags) private readonly tags: Tags) {}
  @OnEvent('tag', { suppressErrors: false })
  @Audited('tags.event')
  onTag(user: string): Promise<string> {
    return this.tags.write(user);
  }
}

@WebSocketGateway()
@UseGuards(Named)
class Gateway {
  constructor(@Inject(Tags) private readonly tags: Tags) {}
  @SubscribeMessage('tag')
  @Audited('tags.ws')
  async tag(@MessageBody() { user }: { user: string }): Promise<{ event: string; data: string }> {
    return { event: 'done', data: await this.tags.write(user) };
  }
}

@Resolver()
@UseGuards(Named)
class TagResolver {
  constructor(@Inject(Tags) private readonly tags: Tags) {}
  @Query(() => String)
  nothing(): string {
    return '';
  }
  @Mutation(() => String)
  @Audited('tags.graphql')
  tag(@Args('user', { type: () => String }) user: string): Promise<string> {
    return this.tags.write(user);
  }
}

@Module({
  imports: [
    EventEmitterModule.forRoot(),
    GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true }),
  ],
  controllers: [TagsController],
  providers: [Tags, Named, Listener, Gateway, TagResolver, PrismaService],
})
class App {}

let quickstart: Quickstart;
let served: Served;
let client: ClientProxy;
const sockets: WebSocket[] = [];
beforeAll(async () => {
  quickstart = await createQuickstart();
  const options = { transport: Transport.TCP, options: { port: await freePort() } } as const;
  served = await serve(
    quickstart.url,
    { imports: [{ module: App, providers: [{ provide: DATABASE_URL, useValue: quickstart.url }] }] },
    {
      prepare: (app) => {
        app.useWebSocketAdapter(new WsAdapter(app));
        app.connectMicroservice(options);
      },
    },
  );
  await served.app.startAllMicroservices();
  client = ClientProxyFactory.create(options);
});
afterAll(async () => {
  client?.close();
  for (const socket of sockets) socket.terminate();
  await served?.close();
  await quickstart?.close();
});

/** A socket for each user: what a guard leaves on one stays there. */
async function bySocket(user: string): Promise<void> {
  const socket = new WebSocket(served.url.replace('http', 'ws'));
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  const done = new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ event: 'tag', data: { user } }));
  await done;
}

const post = (path: string, user: string, body: object): Promise<unknown> =>
  served.send('POST', path, { 'x-user': user }, JSON.stringify(body));

const WAYS: readonly ((user: string) => Promise<unknown>)[] = [
  (user) => post('/tags', user, { user }),
  (user) => post('/tags/event', user, { user }),
  (user) => post('/graphql', user, { query: 'mutation M($user: String!) { tag(user: $user) }', variables: { user } }),
  (user) => lastValueFrom(client.send('tag', { user })),
  bySocket,
];

it(`of ${CALLS * STATEMENTS} statements over five transports, started in the same ticks, none has another's name`, async () => {
  const users = Array.from({ length: CALLS }, (_, i) => `u${i}`);
  // As many at once as a pool of ten connections serves within Prisma's two seconds.
  for (let at = 0; at < CALLS; at += 100)
    await Promise.all(users.slice(at, at + 100).map(async (user, i) => await WAYS[i % WAYS.length]?.(user)));
  await served.audit.flush();
  const rows = await readContent(quickstart.pool);
  const changes = rows.filter(({ model }) => model === 'Tag');
  expect(changes).toHaveLength(CALLS * STATEMENTS);
  const wrong = changes.filter(({ actor, data, flags }) => {
    const name = String(data.new?.['name']);
    return actor['id'] !== name.split('@')[0] || flags.length > 0;
  });
  expect(wrong).toEqual([]);
  // Those of an event's listener are of the same unit as its request's.
  const requests = rows.filter(({ source }) => source === 'request');
  expect(requests).toHaveLength(CALLS + CALLS / WAYS.length);
  const ofGroup = new Map(requests.map(({ group, actor }) => [group, actor['id']]));
  expect(changes.filter(({ group, actor }) => ofGroup.get(group) !== actor['id'])).toEqual([]);
});
