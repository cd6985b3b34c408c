import { type CanActivate, type ExecutionContext, Injectable, UnauthorizedException } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PUBLIC, type SignedInRequest } from './access.js';
import { SessionService } from './session.service.js';

@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: SessionService,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, [context.getHandler(), context.getClass()])) return true;

    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const { authorization = '', cookie = '' } = request.headers;
    // Programs send a header; browsers, which look at the audit log, the cookie.
    const token = /^Bearer (\S+)$/i.exec(authorization)?.[1] ?? /(?:^|; )session=([^;]+)/.exec(cookie)?.[1];
    const user = token === undefined ? undefined : await this.sessions.userOf(token);
    if (!user) throw new UnauthorizedException();
    request.user = user;
    return true;
  }
}
