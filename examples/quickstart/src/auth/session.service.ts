import { Injectable, UnauthorizedException } from '@nestjs/common';
import { AuditService } from 'nestjs-prisma-audit';
import { PrismaService } from '../prisma.service.js';
import type { SignedInUser } from './access.js';
import { verifyPassword } from './password.js';

const LIFETIME_MS = 8 * 60 * 60 * 1000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export interface Login {
  token: string;
  expiresAt: Date;
}

@Injectable()
export class SessionService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly audit: AuditService,
  ) {}

  async login(email: string, password: string): Promise<Login> {
    const user = await this.prisma.user.findUnique({ where: { email } });
    const known = await verifyPassword(password, user?.passwordHash);
    if (!user || !known) {
      await this.audit.login({
        actor: { id: email, type: 'anonymous' },
        outcome: 'failure',
        ...(user && { tenant: user.tenantId }),
      });
      throw new UnauthorizedException('Wrong e-mail address or password.');
    }

    const expiresAt = new Date(Date.now() + LIFETIME_MS);
    const session = await this.prisma.session.create({ data: { userId: user.id, expiresAt } });
    await this.audit.login({
      actor: { id: String(user.id), type: 'user', email, role: user.role },
      tenant: user.tenantId,
    });
    return { token: session.id, expiresAt };
  }

  async userOf(token: string): Promise<SignedInUser | undefined> {
    // The column is a uuid: anything else would be a database error instead of a miss.
    if (!UUID.test(token)) return undefined;
    const session = await this.prisma.session.findUnique({
      where: { id: token, expiresAt: { gt: new Date() } },
      select: { user: { select: { id: true, tenantId: true, role: true, email: true } } },
    });
    return session?.user;
  }
}
