import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AuditModule } from 'nestjs-prisma-audit';
import { AuditViewerModule } from 'nestjs-prisma-audit/viewer';
import { actions } from './actions.js';
import type { SignedInRequest } from './auth/access.js';
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
        // The page on which people look at the log: admins see that of their tenant.
        AuditViewerModule.forRoot({
          path: '/audit',
          authorize: ({ user }: SignedInRequest) =>
            user?.role === 'ADMIN' && {
              tenants: [user.tenantId],
              actor: { id: String(user.id), type: 'user', email: user.email, role: user.role },
            },
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
