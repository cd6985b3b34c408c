import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuditModule } from 'nestjs-prisma-audit';
import { actions } from './actions.js';
import { AuthModule } from './auth/auth.module.js';
import { GateModule } from './gate/gate.module.js';
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
      imports: [
        PrismaModule.forDatabase(databaseUrl),
        AuditModule.forRoot({
          databaseUrl,
          actions,
          actor: ({ user }) => user && { id: String(user.id), type: 'user', email: user.email, role: user.role },
          tenant: ({ user }) => user?.tenantId,
        }),
        AuthModule,
        UsersModule,
        InvoicesModule,
        GateModule,
      ],
      controllers: [HealthController],
      providers: [{ provide: APP_FILTER, useClass: PrismaErrorFilter }],
    };
  }
}
