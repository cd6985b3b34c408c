import { defineActions } from 'nestjs-prisma-audit/prisma';
import { z } from 'zod';

/** What people do here, for the compiler, for the log, and for the auditor: `npx nestjs-prisma-audit actions`. */
export const actions = defineActions({
  'invoice.create': { resource: 'Invoice', description: 'A draft is written, with its lines and tags.' },
  'invoice.note': { resource: 'Invoice', description: 'The note of an invoice is changed.' },
  'invoice.approve': {
    resource: 'Invoice',
    severity: 'notice',
    description: 'A draft becomes valid at what its lines add up to; nobody can delete it then.',
  },
  'invoice.delete': { resource: 'Invoice', description: 'A draft is deleted, with its lines.' },
  'invoice.void': {
    severity: 'notice',
    details: z.object({ result: z.object({ voided: z.int() }) }),
    description: 'Drafts become void, by a list of ids.',
  },
  'invoice.reprice': {
    severity: 'warning',
    details: z.object({ result: z.object({ lines: z.int() }) }),
    description: 'The prices of all drafts are changed by a percentage.',
  },
  'invoice.import': { description: 'Invoices of another system are taken over: all of them, or none.' },
  'user.invite': { resource: 'User', description: 'Somebody gets an account.' },
  'user.role': { resource: 'User', severity: 'notice', description: 'Somebody may do more or less than before.' },
  'user.delete': { resource: 'User', severity: 'warning', description: 'An account is deleted, with its sessions.' },
});
