import 'reflect-metadata';
import {
  Body,
  Controller,
  ForbiddenException,
  Get,
  Injectable,
  Module,
  Post,
  UseGuards,
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Audited, AuditModule, AuditService } from '../../src/index.js';

@Injectable()
class NobodyBut implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>();
    request.user = { id: request.headers['x-user'] ?? 'nobody', role: 'CLERK' };
    if (request.headers['x-user'] !== 'vera') throw new ForbiddenException();
    return true;
  }
}

@Controller('invoices')
class InvoicesController {
  constructor(private readonly audit: AuditService) {}

  @Audited('invoice.approve', { resource: 'Invoice' })
  @UseGuards(NobodyBut)
  @Post(':id/approve')
  approve(@Body() body: object): object {
    return { id: 7, ...body };
  }

  @Get()
  list(): string[] {
    return [];
  }

  @Post('export')
  async export(@Body() details: Record<string, unknown>): Promise<string> {
    await this.audit.record({ action: 'invoice.export', details });
    return 'done';
  }
}

@Module({})
class App {}

/** An application that audits, with the given audit module. */
export const withModule = (audit: DynamicModule | typeof AuditModule): DynamicModule => ({
  module: App,
  imports: [audit],
  controllers: [InvoicesController],
});

export interface Running {
  readonly app: INestApplication;
  send(method: string, path: string, user?: string, body?: object): Promise<number>;
}

export async function start(builder: ReturnType<typeof Test.createTestingModule>): Promise<Running> {
  const app = (await builder.compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace(/\/$/, '');
  return {
    app,
    async send(method, path, user, body) {
      const headers = { 'content-type': 'application/json', ...(user ? { 'x-user': user } : {}) };
      const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
      await response.text();
      return response.status;
    },
  };
}
