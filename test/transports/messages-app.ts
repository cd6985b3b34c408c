import 'reflect-metadata';
import {
  Controller,
  ForbiddenException,
  Get,
  Inject,
  Injectable,
  Module,
  ParseIntPipe,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  CommandBus,
  CommandHandler,
  CqrsModule,
  EventsHandler,
  EventBus,
  type ICommandHandler,
  type IEventHandler,
} from '@nestjs/cqrs';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { EventPattern, MessagePattern, Payload, RpcException } from '@nestjs/microservices';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WsException } from '@nestjs/websockets';
import { interval, map, of, throwError, type Observable } from 'rxjs';
import { actorOf, currentContext } from '../../src/context/context.js';
import { Audited, AuditService } from '../../src/index.js';

/** Who acted when the handler of this name ran. */
export const seen: [handler: string, actor: unknown][] = [];
const note = (handler: string): void => void seen.push([handler, actorOf(currentContext())?.id]);

/** As an application's guard does: it knows the token, and leaves the user on the transport's own object. */
@Injectable()
class TokenGuard implements CanActivate {
  canActivate(execution: ExecutionContext): boolean {
    const isRpc = execution.getType() === 'rpc';
    const data: { token?: string } | undefined = isRpc
      ? execution.switchToRpc().getData()
      : execution.switchToWs().getData();
    const at: { user?: object } = isRpc ? execution.switchToRpc().getContext() : execution.switchToWs().getClient();
    if (data?.token === undefined) return false;
    if (data.token === 'broken') throw new TypeError('the guard itself failed');
    if (data.token === 'never') throw new ForbiddenException('never');
    if (data.token === 'expired') throw isRpc ? new RpcException('expired') : new WsException('expired');
    at.user = { id: data.token };
    return true;
  }
}

interface Data {
  readonly token?: string;
  readonly id?: unknown;
  readonly reason?: string;
}

@Controller()
@UseGuards(TokenGuard)
export class Orders {
  @MessagePattern('order.take')
  @Audited('order.take', { resource: 'Order', details: ({ args }) => ({ args }) })
  take(@Payload() data: Data): Data {
    note('rpc');
    return { id: data.id };
  }
  @MessagePattern('order.fail')
  @Audited('order.fail')
  fail(): never {
    throw new RangeError('no such order');
  }
  @MessagePattern('order.stream')
  @Audited('order.stream')
  stream(): Observable<number> {
    return of(1, 2, 3);
  }
  @MessagePattern('order.break')
  @Audited('order.break')
  break(): Observable<number> {
    return throwError(() => new RangeError('in the stream'));
  }
  @MessagePattern('order.number')
  @Audited('order.number')
  number(@Payload('id', ParseIntPipe) id: number): number {
    return id;
  }
  @MessagePattern('order.why')
  @Audited('order.why', { reason: 'required', durability: 'committed' })
  why(): string {
    return 'done';
  }
  @EventPattern('order.seen')
  @Audited('order.seen')
  seen(@Payload() _data: Data): void {
    note('rpc event');
  }
}

@WebSocketGateway()
@UseGuards(TokenGuard)
export class Chat {
  @SubscribeMessage('say')
  @Audited('chat.say', { resource: 'Room' })
  say(@MessageBody() data: Data): { event: string; data: unknown } {
    note('ws');
    return { event: 'said', data: data.id };
  }
  @SubscribeMessage('fail')
  @Audited('chat.fail')
  fail(): never {
    throw new RangeError('no such room');
  }
  @SubscribeMessage('follow')
  @Audited('chat.follow')
  follow(@ConnectedSocket() _client: unknown): Observable<{ event: string; data: number }> {
    return interval(5).pipe(map((data) => ({ event: 'tick', data })));
  }
}

@Injectable()
export class Jobs {
  runs = 0;
  @Interval(60_000)
  @Audited('jobs.sweep')
  sweep(): void {
    this.runs++;
    note('cron');
  }
  /** Nobody marked it. */
  @Interval(60_000)
  plain(): void {
    note('plain cron');
  }
  @OnEvent('order.created')
  @Audited('order.mail')
  async mail(): Promise<void> {
    await Promise.resolve();
    note('event');
  }
  @Audited('jobs.why', { reason: 'required' })
  why(): string {
    return 'why';
  }
  @Audited('jobs.slow')
  async slow(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
  @Audited('jobs.called', { details: ({ args, result }) => ({ args, result }) })
  called(n: number): number {
    note('call');
    return n + 1;
  }
}

export class TakeCommand {
  constructor(readonly id: number) {}
}
@CommandHandler(TakeCommand)
@Audited('command.take')
export class TakeHandler implements ICommandHandler<TakeCommand> {
  execute(command: TakeCommand): Promise<number> {
    note('cqrs');
    return Promise.resolve(command.id);
  }
}
export class TakenEvent {
  readonly at = new Date();
}
@EventsHandler(TakenEvent)
export class TakenHandler implements IEventHandler<TakenEvent> {
  @Audited('event.taken')
  handle(): void {
    note('cqrs event');
  }
}

@Controller('work')
export class WorkController {
  constructor(
    @Inject(Jobs) private readonly jobs: Jobs,
    @Inject(EventEmitter2) private readonly events: EventEmitter2,
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(EventBus) private readonly bus: EventBus,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}
  @Get('why')
  @Audited('work.why', { reason: 'optional' })
  why(): string {
    return this.jobs.why();
  }
  @Get('sweep')
  @Audited('work.sweep')
  sweep(): void {
    this.audit.setActor({ id: 'web' });
    this.jobs.sweep();
    this.jobs.plain();
  }
  @Get()
  @Audited('work.do')
  async work(): Promise<number> {
    this.audit.setActor({ id: 'web' });
    await this.events.emitAsync('order.created', { id: 1 });
    await this.commands.execute(new TakeCommand(7));
    await this.bus.publish(new TakenEvent());
    return this.jobs.called(1);
  }
}

@Module({
  imports: [ScheduleModule.forRoot(), EventEmitterModule.forRoot(), CqrsModule.forRoot()],
  controllers: [Orders, WorkController],
  providers: [Chat, Jobs, TakeHandler, TakenHandler],
})
export class MessagesApp {}
