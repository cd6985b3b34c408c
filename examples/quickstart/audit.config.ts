import { defineAudit } from 'nestjs-prisma-audit/prisma';
import { catalogue } from './generated/audit/catalogue.js';
import { actions } from './src/actions.js';
import type { PrismaClient } from './src/generated/prisma/client.js';

/**
 * What is audited. Every table is, but for models with `/// @audit ignore` in the Prisma schema; secrets like `passwordHash`
 * are found by their names.
 */
export default defineAudit<PrismaClient>({
  catalogue,
  actions,
  // Writes outside of a request (seeds, jobs) go to the chain of the tenant whose row it is.
  tenantColumn: 'tenantId',
});
