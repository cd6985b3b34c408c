import { defineAudit } from 'nestjs-prisma-audit/prisma';
import type { PrismaClient } from './src/generated/prisma/client.js';

/** What is audited. Every table is, but for what is named here; secrets like `passwordHash` are found by their names. */
export default defineAudit<PrismaClient>({
  // Writes outside of a request (seeds, jobs) go to the chain of the tenant whose row it is.
  tenantColumn: 'tenantId',
  models: {
    InvoiceLine: { table: 'invoice_lines' },
    // Its ids are bearer tokens, and a session is no business record: logins are entries of their own.
    Session: false,
  },
});
