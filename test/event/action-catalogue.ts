import { type } from 'arktype';
import * as v from 'valibot';
import { z } from 'zod';
import { defineActions } from '../../src/event/actions.js';

/** The same action by each library: a total, lines with a price, and a note that may be left out. */
export const SCHEMAS = {
  zod: z.object({
    total: z.string(),
    lines: z.array(z.object({ price: z.number().min(0) })),
    note: z.string().optional(),
  }),
  valibot: v.object({
    total: v.string(),
    lines: v.array(v.object({ price: v.pipe(v.number(), v.minValue(0)) })),
    note: v.optional(v.string()),
  }),
  arktype: type({ total: 'string', lines: type({ price: 'number >= 0' }).array(), 'note?': 'string' }),
};

export const actions = defineActions({
  'invoice.approve': {
    resource: 'Invoice',
    severity: 'notice',
    details: SCHEMAS.zod,
    description: 'A draft is valid.',
  },
  'invoice.void': { resource: 'Invoice', details: SCHEMAS.valibot },
  'invoice.reprice': { resource: 'Invoice', details: SCHEMAS.arktype },
  /** Its schema makes something else of what it gets. */
  'invoice.pay': {
    details: z.object({
      ledger: z.string().transform((name) => `…${name.slice(-4)}`),
      via: z.string().default('bank'),
    }),
  },
  'invoice.export': { details: v.object({ format: v.optional(v.string()) }) },
  'user.invite': { resource: 'User', severity: 'warning' },
  'report.run': {},
});
