import { Audited, AuditService, createAudit, type AuditEvent, type AuditEventOf } from 'nestjs-prisma-audit';
import type { AuditApi } from 'nestjs-prisma-audit/prisma';

export class Controller {
  // @ts-expect-error: a name with a letter missing
  @Audited('invoice.aprove')
  approve(): void {}

  // @ts-expect-error: a name of nothing
  @Audited('')
  nothing(): void {}
}

// @ts-expect-error: on a class as well
@Audited('invoices')
export class Other {}

export function service(audit: AuditService, tx: { $audit(): AuditApi }, name: string, any: AuditEvent): unknown[] {
  return [
    // @ts-expect-error: a name with a letter missing
    audit.record({ action: 'invoice.aprove', details: { total: '1' } }),
    // @ts-expect-error: the same through a client of Prisma
    tx.$audit().record({ action: 'invoice.aprove', details: { total: '1' } }),
    // @ts-expect-error: the same without Nest
    createAudit({ databaseUrl: '' }).record({ action: 'invoice.aprove', details: { total: '1' } }),
    // @ts-expect-error: any text
    audit.record({ action: name }),
    // @ts-expect-error: any event
    audit.record(any),
    // @ts-expect-error: no details where the schema wants some
    audit.record({ action: 'invoice.approve' }),
    // @ts-expect-error: a member of another type
    audit.record({ action: 'invoice.approve', details: { total: 1 } }),
    // @ts-expect-error: a member that there is not
    audit.record({ action: 'invoice.approve', details: { total: '1', sum: '2' } }),
    // @ts-expect-error: a misspelled member
    audit.record({ action: 'invoice.approve', details: { totl: '1' } }),
    // @ts-expect-error: what the schema makes of it, not what it takes
    audit.record({ action: 'invoice.pay', details: { at: new Date() } }),
    // @ts-expect-error: details of another action
    audit.record({ action: 'invoice.void', details: { total: '1' } }),
    // @ts-expect-error: a wrong member, by valibot
    audit.record({ action: 'invoice.void', details: { count: '1' } }),
    // @ts-expect-error: a wrong member, by arktype
    audit.record({ action: 'user.invite', details: { email: 'a@b.c', role: 'boss' } }),
    // @ts-expect-error: the resource of another action
    audit.record({ action: 'user.invite', resource: { type: 'Invoice', id: 1 }, details: { email: 'a' } }),
    // @ts-expect-error (with no catalogue either): a resource without a type, where none is defined
    audit.record({ action: 'report.run', resource: { id: 1 } }),
    // @ts-expect-error (with no catalogue either): a member that events have not
    audit.record({ action: 'report.run', detail: {} }),
    // @ts-expect-error (with no catalogue either): no action
    audit.record({ details: { total: '1' } }),
    // @ts-expect-error (with no catalogue either): an outcome that there is not
    audit.record({ action: 'report.run', outcome: 'maybe' }),
    // @ts-expect-error (with no catalogue either): a resource without its type
    audit.record({ action: 'invoice.export', resource: { id: 1 } }),
    // @ts-expect-error: an event of an action that there is not
    (event: AuditEventOf<'invoice.aprove'>) => event,
  ];
}
