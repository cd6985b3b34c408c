import { type CanActivate, type ExecutionContext, ForbiddenException, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Role } from '../generated/prisma/client.js';
import { ROLES, type SignedInRequest } from './access.js';

@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const allowed = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!allowed) return true;

    const { user } = context.switchToHttp().getRequest<SignedInRequest>();
    if (user && allowed.includes(user.role)) return true;
    throw new ForbiddenException(`Only for ${allowed.join(' or ')}.`);
  }
}
