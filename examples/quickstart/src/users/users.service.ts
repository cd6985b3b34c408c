import { Injectable } from '@nestjs/common';
import { hashPassword } from '../auth/password.js';
import type { Prisma, Role } from '../generated/prisma/client.js';
import { PrismaService } from '../prisma.service.js';

const view = { id: true, email: true, name: true, role: true } satisfies Prisma.UserSelect;

export type UserView = Prisma.UserGetPayload<{ select: typeof view }>;

export interface Invitation {
  email: string;
  name: string;
  role: Role;
  password: string;
}

@Injectable()
export class UsersService {
  constructor(private readonly prisma: PrismaService) {}

  list(tenantId: string): Promise<UserView[]> {
    return this.prisma.user.findMany({ where: { tenantId }, select: view, orderBy: { id: 'asc' } });
  }

  async invite(tenantId: string, { password, ...person }: Invitation): Promise<UserView> {
    const passwordHash = await hashPassword(password);
    return this.prisma.user.create({ data: { tenantId, ...person, passwordHash }, select: view });
  }

  setRole(id: number, tenantId: string, role: Role): Promise<UserView> {
    return this.prisma.user.update({ where: { id, tenantId }, data: { role }, select: view });
  }

  setAvatar(id: number, avatar: Uint8Array<ArrayBuffer>): Promise<UserView> {
    return this.prisma.user.update({ where: { id }, data: { avatar }, select: view });
  }

  /** The user's sessions go along, by cascade. */
  async remove(id: number, tenantId: string): Promise<void> {
    await this.prisma.user.delete({ where: { id, tenantId } });
  }
}
