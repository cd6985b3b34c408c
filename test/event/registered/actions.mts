// Compiled by test/event/actions.types.spec.ts, as .mts and as .cts: a program of its own, since what it registers holds
// for all of a program.
import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { defineActions } from 'nestjs-prisma-audit';

export const actions = defineActions({
  'invoice.approve': { resource: 'Invoice', severity: 'notice', details: z.object({ total: z.string() }) },
  'invoice.pay': { resource: 'Invoice', details: z.object({ at: z.string().transform((text) => new Date(text)) }) },
  'invoice.void': { resource: 'Invoice', details: v.object({ count: v.number(), note: v.optional(v.string()) }) },
  'invoice.export': { details: v.object({ format: v.optional(v.string()) }) },
  'user.invite': { resource: 'User', details: type({ email: 'string', 'role?': "'admin' | 'clerk'" }) },
  'report.run': {},
});

declare module 'nestjs-prisma-audit' {
  interface AuditRegister {
    actions: typeof actions;
  }
}
