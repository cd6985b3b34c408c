import { expect, it } from '@jest/globals';
import { defineAudit, type AuditConfig } from '../../src/prisma/index.js';
import { catalogue } from '../../examples/quickstart/generated/audit/catalogue.js';
import type { PrismaClient } from '../support/quickstart.js';

const right = {
  schema: 'log',
  schemas: ['public', 'billing'],
  tenantColumn: 'tenantId',
  redaction: { add: ['nickname'], remove: ['pin'] },
  models: {
    User: { redact: ['email', 'avatar'], keep: ['passwordHash'], tenant: 'tenantId' },
    InvoiceLine: { table: 'invoice_lines', columns: { invoiceId: 'invoice_id', unitPrice: 'unit_price' } },
    Session: false,
    Invoice: { mask: { number: 2 }, ignore: ['updatedAt'], subject: 'createdById' },
    // The table of a many-to-many relation is a model without a delegate.
    _InvoiceToTag: false,
  },
} satisfies AuditConfig<PrismaClient>;

it('gives back the configuration as it was written', () => {
  expect(defineAudit<PrismaClient>(right)).toBe(right);
});

it('takes what the generator wrote, with the names of its models as types', () => {
  expect(defineAudit<PrismaClient>({ catalogue }).catalogue).toBe(catalogue);
  const model: keyof typeof catalogue.models = 'InvoiceLine';
  // @ts-expect-error: a model that there is not
  const wrong: keyof typeof catalogue.models = 'InvoiceLines';
  expect([model in catalogue.models, wrong in catalogue.models]).toEqual([true, false]);
  expect(catalogue.models.InvoiceLine.fields.unitPrice.column satisfies 'unit_price').toBe('unit_price');
});

/** A service with members that are plain objects. */
interface Service extends PrismaClient {
  options: { retries: number };
}

it('takes any name when it is not told the client', () => {
  const config = defineAudit({ models: { whatever: { redact: ['any'] }, _InvoiceToTag: false } });
  expect(Object.keys(config.models ?? {})).toEqual(['whatever', '_InvoiceToTag']);
});

it('does not compile with names that the client does not have', () => {
  const wrong = [
    // @ts-expect-error: a model that there is not
    defineAudit<PrismaClient>({ models: { Users: false } }),
    // @ts-expect-error: the name of the delegate, not of the model
    defineAudit<PrismaClient>({ models: { invoiceLine: false } }),
    // @ts-expect-error: a column that there is not
    defineAudit<PrismaClient>({ models: { User: { redact: ['pasword'] } } }),
    // @ts-expect-error: a column of another model
    defineAudit<PrismaClient>({ models: { User: { keep: ['number'] } } }),
    // @ts-expect-error: a relation is no column
    defineAudit<PrismaClient>({ models: { User: { redact: ['invoices'] } } }),
    // @ts-expect-error: a tenant column that there is not
    defineAudit<PrismaClient>({ models: { InvoiceLine: { tenant: 'tenantId' } } }),
    // @ts-expect-error: a near miss of a model
    defineAudit<PrismaClient>({ models: { Usr: { redact: ['email'] } } }),
    // @ts-expect-error: a column to mask that there is not
    defineAudit<PrismaClient>({ models: { User: { mask: { pasword: 4 } } } }),
    // @ts-expect-error: a mask says how many characters stay
    defineAudit<PrismaClient>({ models: { User: { mask: { email: true } } } }),
    // @ts-expect-error: a mask names its columns with their numbers
    defineAudit<PrismaClient>({ models: { User: { mask: ['email'] } } }),
    // @ts-expect-error: a column to ignore that there is not
    defineAudit<PrismaClient>({ models: { User: { ignore: ['updatedAt'] } } }),
    // @ts-expect-error: a subject that there is not
    defineAudit<PrismaClient>({ models: { User: { subject: 'ownerId' } } }),
    // @ts-expect-error: one subject, no list of them
    defineAudit<PrismaClient>({ models: { User: { subject: ['id'] } } }),
    // @ts-expect-error: a catalogue of another kind
    defineAudit<PrismaClient>({ catalogue: { models: {} } }),
    // @ts-expect-error: a name of a relation's table that is none
    defineAudit<PrismaClient>({ models: { InvoiceToTag: false } }),
    // @ts-expect-error: the database's name of a column where the field's belongs
    defineAudit<PrismaClient>({ models: { InvoiceLine: { redact: ['unit_price'] } } }),
    // @ts-expect-error: columns of fields that there are not
    defineAudit<PrismaClient>({ models: { InvoiceLine: { columns: { price: 'unit_price' } } } }),
    // @ts-expect-error: a model is a set of rules or `false`
    defineAudit<PrismaClient>({ models: { User: true } }),
    // @ts-expect-error: an option that there is not
    defineAudit<PrismaClient>({ model: { User: false } }),
    // @ts-expect-error: a rule that there is not
    defineAudit<PrismaClient>({ models: { User: { redacted: ['email'] } } }),
    // @ts-expect-error: a model that there is not, of a class with more members
    defineAudit<Service>({ models: { Users: false, User: { redact: ['email'] } } }),
  ];
  expect(wrong).toHaveLength(21);
});
