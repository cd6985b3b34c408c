import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import type { Role } from '../generated/prisma/client.js';

/** Who sent the request, as the guard found out. */
export interface SignedInUser {
  id: number;
  tenantId: string;
  role: Role;
  email: string;
}

export type SignedInRequest = Request & { user?: SignedInUser };

export const PUBLIC = 'quickstart:public';
export const ROLES = 'quickstart:roles';

/** Lets everybody in, signed in or not. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Lets in users with one of these roles; without it any signed-in user may enter. */
export const Roles = (...roles: Role[]) => SetMetadata(ROLES, roles);

export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext) => {
  return context.switchToHttp().getRequest<SignedInRequest>().user;
});
