import {
  Controller,
  Get,
  RequestMethod,
  UseGuards,
  type ArgumentsHost,
  type ExceptionFilter,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { Audited, SkipAudit } from '../../../src/index.js';
import { Nobody } from '../../nest/items-app.js';

interface Response {
  status(code: number): Response;
  send(body?: string | object): void;
}

export class Teapot implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(418).send({ teapot: true });
  }
}

@Audited('shelf.any')
@Controller('shelf')
export class Shelf {
  @Get('default')
  byClass(): string {
    return 'of the class';
  }
  @Audited('shelf.own')
  @Get('own')
  own(): string {
    return 'of the method';
  }
  @SkipAudit()
  @Get('skipped')
  skipped(): string {
    return 'skipped';
  }
  @SkipAudit()
  @UseGuards(Nobody)
  @Get('skipped-closed')
  skippedClosed(): void {}
  @UseGuards(Nobody)
  @Get('closed')
  closed(): void {}
}

interface Message {
  readonly headers: Record<string, string | undefined>;
  statusCode: number;
  end(): void;
}

/** Answers some requests itself, in front of every guard. */
export class Shutter implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const refuse = (_request: Message, response: Message): void => {
      response.statusCode = 503;
      response.end();
    };
    const refuseSome = (request: Message, response: Message, next: () => void): void =>
      request.headers['x-user'] === 'shutter' ? refuse(request, response) : next();
    consumer.apply(refuse).forRoutes({ path: 'items/shut', method: RequestMethod.ALL });
    consumer.apply(refuseSome).forRoutes('{*path}');
  }
}
