import 'reflect-metadata';
import { Body, Controller, Inject, Injectable, Module, Post, type DynamicModule } from '@nestjs/common';
import { BullModule, getQueueToken, Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job, Queue } from 'bullmq';
import { actorOf, currentContext } from '../../src/context/context.js';
import { Audited, AuditService } from '../../src/index.js';

export const ran: { readonly name: string; readonly actor: object | undefined }[] = [];

@Processor('mail')
@Audited('mail.send')
export class MailProcessor extends WorkerHost {
  process(job: Job<{ fail?: number }>): Promise<string> {
    ran.push({ name: job.name, actor: actorOf(currentContext()) });
    if ((job.data.fail ?? 0) > job.attemptsMade) throw new RangeError('not this time');
    return Promise.resolve('sent');
  }
}

/** Nobody marked it. */
@Processor('plain')
@Injectable()
export class PlainProcessor extends WorkerHost {
  process(job: Job): Promise<void> {
    ran.push({ name: job.name, actor: actorOf(currentContext()) });
    return Promise.resolve();
  }
}

@Controller('mail')
export class MailController {
  constructor(
    @Inject(getQueueToken('mail')) private readonly mail: Queue,
    @Inject(getQueueToken('plain')) private readonly plain: Queue,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}
  @Post()
  @Audited('mail.enqueue')
  async enqueue(@Body() body: { readonly as: string; readonly fail?: number }): Promise<void> {
    this.audit.setActor({ id: body.as });
    await this.mail.add('one', { fail: body.fail }, { attempts: 3, backoff: 1 });
    await this.plain.addBulk([{ name: 'two', data: {} }]);
  }
}

@Module({})
export class QueueApp {
  static at(port: number): DynamicModule {
    return {
      module: QueueApp,
      imports: [
        BullModule.forRoot({ connection: { host: '127.0.0.1', port } }),
        BullModule.registerQueue({ name: 'mail' }, { name: 'plain' }),
      ],
      controllers: [MailController],
      providers: [MailProcessor, PlainProcessor],
    };
  }
}
