import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuthModule } from './auth/auth.module.js';
import { HealthController } from './health.controller.js';
import { InvoicesModule } from './invoices/invoices.module.js';
import { PrismaErrorFilter } from './prisma-error.filter.js';
import { PrismaModule } from './prisma.module.js';
import { UsersModule } from './users/users.module.js';

@Module({})
export class AppModule {
  static forDatabase(databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [PrismaModule.forDatabase(databaseUrl), AuthModule, UsersModule, InvoicesModule],
      controllers: [HealthController],
      providers: [{ provide: APP_FILTER, useClass: PrismaErrorFilter }],
    };
  }
}
