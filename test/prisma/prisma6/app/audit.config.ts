import { defineAudit } from 'nestjs-prisma-audit/prisma';
import { catalogue } from './audit/catalogue.js';
import type { PrismaClient } from './client/client.js';

export default defineAudit<PrismaClient>({
  catalogue,
  tenantColumn: 'tenantId',
  models: {
    User: { mask: { name: 1 } },
  },
});
