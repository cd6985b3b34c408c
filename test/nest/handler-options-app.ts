import { Readable } from 'node:stream';
import {
  Body,
  ConflictException,
  Controller,
  Get,
  Inject,
  Param,
  Post,
  StreamableFile,
  UnauthorizedException,
} from '@nestjs/common';
import { from } from 'rxjs';
import { PrismaService } from '../../examples/quickstart/src/prisma.service.js';
import { full } from '../support/full.js';
import { Audited, AuditService } from '../../src/index.js';

const fail = (): never => {
  throw new Error('from a callback');
};
const never = (): Promise<never> => new Promise(() => undefined);
/** An entity of an object mapper: the same object before and after. */
export const entity = { id: '7', state: 'draft', note: undefined as string | undefined, password: 'hunter2' };
export const ran: string[] = [];

@Controller('orders')
export class Orders {
  constructor(
    @Inject(PrismaService) private readonly prisma: PrismaService,
    @Inject(AuditService) private readonly audit: AuditService,
  ) {}

  @Audited<Orders['change']>('order.change', {
    resource: 'Order',
    before: async () => await Promise.resolve(entity),
    after: ({ result }) => result,
  })
  @Post(':id/change')
  change(@Param('id') id: string, @Body() body: { fail?: boolean }): object {
    entity.state = `changed ${id}`;
    if (body.fail === true) throw new ConflictException('taken');
    return entity;
  }

  @Audited('order.hang', { before: never })
  @Post('hang')
  hang(): string {
    return 'went on';
  }
  @Audited('order.before-throws', { before: fail, after: fail })
  @Post('before-throws')
  beforeThrows(): string {
    return 'went on';
  }
  @Audited('order.before-rejects', {
    before: async () => await Promise.reject(new Error('x')),
    after: () => 'text' as never,
  })
  @Post('before-rejects')
  beforeRejects(): string {
    return 'went on';
  }
  @Audited('order.late', { after: async () => await Promise.resolve({}), before: () => new Map() })
  @Post('late')
  late(): string {
    return 'went on';
  }

  @Audited('order.cancel', { reason: 'required' })
  @Post('cancel')
  cancel(): string {
    ran.push('cancel');
    return 'cancelled';
  }
  @Audited('order.note', { reason: 'optional' })
  @Post('note')
  note(): string {
    return 'noted';
  }
  @Audited('order.why', { reason: { required: true, from: ({ request }) => request.body?.why } })
  @Post('why')
  why(): string {
    ran.push('why');
    return 'told';
  }
  @Audited('order.why-throws', { reason: fail })
  @Post('why-throws')
  whyThrows(): string {
    return 'told';
  }

  @Audited<Orders['sometimes']>('order.sometimes', { when: ({ params }) => params['kind'] !== 'test' })
  @Get('sometimes/:kind')
  sometimes(@Param('kind') kind: string): string {
    return kind;
  }
  @Audited('order.when-throws', { when: fail })
  @Get('when-throws')
  whenThrows(): string {
    return 'x';
  }
  @Audited<Orders['batch']>('order.batch', { outcome: ({ result }) => (result?.failed.length ? 'partial' : undefined) })
  @Get('batch/:failed')
  batch(@Param('failed') failed: string): { failed: string[] } {
    return { failed: failed.split('-').filter((part) => part !== 'none') };
  }
  @Audited('order.odd', { outcome: () => 'lost' as never })
  @Get('odd')
  odd(): string {
    return 'x';
  }
  @Audited('order.refused', { outcome: () => 'success' })
  @Get('refused')
  refused(): never {
    throw new ConflictException();
  }

  @Audited('result.any', { resource: 'Thing' })
  @Get('result/:kind')
  result(@Param('kind') kind: string): unknown {
    return this.#result(kind);
  }
  /** The same without us. */
  @Get('plain/:kind')
  plain(@Param('kind') kind: string): unknown {
    return this.#result(kind);
  }
  #result(kind: string): unknown {
    switch (kind) {
      case 'huge':
        return { id: 'huge', text: 'x'.repeat((full ? 50 : 5) * 2 ** 20) };
      case 'stream':
        return new StreamableFile(Readable.from([Buffer.from('a'), Buffer.from('b')]));
      case 'client':
        return this.prisma;
      case 'query':
        return this.prisma.tag.findMany({ take: 1 });
      case 'getter':
        return Object.defineProperty({ a: 1 }, 'id', { get: fail, enumerable: false });
      case 'circular': {
        const circular: Record<string, unknown> = { id: 'c' };
        circular['self'] = circular;
        return circular;
      }
      default:
        return from([1, 2]);
    }
  }
  @Audited('signed.in')
  @Post('sign-in')
  signIn(@Body() { known }: { known?: boolean }): string {
    this.audit.setActor({ id: 'guessed', type: 'user' });
    if (known !== true) throw new UnauthorizedException('wrong password');
    return 'in';
  }
}
