import {
  Controller,
  Get,
  Injectable,
  Post,
  UnauthorizedException,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Audited } from '../../src/index.js';

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

export class SignedIn implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.switchToHttp().getRequest<{ user?: object }>().user) return true;
    throw new UnauthorizedException();
  }
}

export class Nobody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

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
  @Audited('item.secure')
  @UseGuards(SignedIn)
  @Get(':id/secure')
  secure(): void {}
  @Audited('item.closed')
  @UseGuards(Nobody)
  @Post(':id/closed')
  closed(): void {}
}

@Controller('ping')
export class Ping {
  @Audited('ping')
  @Get()
  ping(): string {
    return 'pong';
  }
}
