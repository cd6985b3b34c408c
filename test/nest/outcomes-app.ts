import {
  BadGatewayException,
  ConflictException,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Put,
  Res,
  UnauthorizedException,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
} from '@nestjs/common';
import { from, of } from 'rxjs';
import { Audited, SkipAudit } from '../../src/index.js';

interface Response {
  status(code: number): Response;
  send(body?: string | object): void;
}

/** Knows whom the header names; refuses nobody. */
@Injectable()
export class KnowsUser implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: object }>();
    const id = request.headers['x-user'];
    if (id !== undefined) request.user = { id, email: `${id}@example.test`, role: 'clerk' };
    return true;
  }
}

@Injectable()
export class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<{ user?: object }>().user) return true;
    throw new UnauthorizedException();
  }
}

@Injectable()
export class Nobody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

export class Teapot implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<Response>().status(418).send({ teapot: true });
  }
}

/** Long enough for a client to lose patience; short enough for a test. */
export const SLOW_MS = 250;

@Controller('items')
export class Items {
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
  @Audited('item.stream')
  @Get('stream')
  stream(): unknown {
    return of(1).pipe(() => from(Promise.reject(new BadGatewayException('upstream'))));
  }
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
  @Audited('item.secure', { resource: ({ params }) => ({ type: 'Item', id: params['id'] }) })
  @UseGuards(SignedIn)
  @Get(':id/secure')
  secure(): string {
    return 'in';
  }
  @Audited('item.closed', { resource: ({ params }) => ({ type: 'Item', id: params['id'] }), severity: 'warning' })
  @UseGuards(SignedIn, Nobody)
  @Post(':id/closed')
  closed(): void {}
  @Audited('item.piped')
  @Get('piped/:id')
  piped(@Param('id', ParseIntPipe) id: number): number {
    return id;
  }
  @Audited('item.teapot')
  @UseFilters(Teapot)
  @Get('teapot')
  teapot(): never {
    throw new RangeError('too hot');
  }
  @Audited('item.absent')
  @Get('absent')
  absent(@Res({ passthrough: true }) response: Response): string {
    response.status(404);
    return 'not here';
  }
  @Audited('item.by-hand')
  @Get('by-hand')
  byHand(@Res() response: Response): void {
    response.status(202).send('by hand');
  }
  @Audited('item.shut')
  @Get('shut')
  shut(): void {}
  @Get('undecorated')
  undecorated(): string {
    return 'plain';
  }
  @Audited('item.slow', { resource: 'Item' })
  @Get('slow/:id')
  async slow(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
    return 'at last';
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
