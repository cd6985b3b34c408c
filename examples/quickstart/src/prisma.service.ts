import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { audited } from 'nestjs-prisma-audit/prisma';
import { PrismaClient } from './generated/prisma/client.js';

export const DATABASE_URL = Symbol('DATABASE_URL');

@Injectable()
export class PrismaService extends audited(PrismaClient) implements OnModuleDestroy {
  constructor(@Inject(DATABASE_URL) connectionString: string) {
    super({ adapter: new PrismaPg({ connectionString }) });
  }

  async onModuleDestroy(): Promise<void> {
    await this.$disconnect();
  }
}
