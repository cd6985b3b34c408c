import {
  Audited,
  AuditService,
  createAudit,
  type ActionName,
  type AuditEvent,
  type AuditEventOf,
} from 'nestjs-prisma-audit';
import type { AuditApi } from 'nestjs-prisma-audit/prisma';

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
true satisfies Same<
  ActionName,
  'invoice.approve' | 'invoice.pay' | 'invoice.void' | 'invoice.export' | 'user.invite' | 'report.run' | 'auth.login'
>;

export class Controller {
  @Audited('invoice.approve', { resource: ({ params }) => ({ type: 'Invoice', id: params['id'] }) })
  approve(): void {}

  @Audited('auth.login')
  login(): void {}
}

export async function service(audit: AuditService, tx: { $audit(): AuditApi }): Promise<void> {
  await audit.record({ action: 'invoice.approve', details: { total: '1' } });
  await audit.record({ action: 'invoice.approve', details: { total: '1' }, reason: 'due' });
  await audit.record({ action: 'invoice.approve', resource: { type: 'Invoice', id: 7 }, details: { total: '1' } });
  // What goes in is what the schema takes, not what it makes of it.
  await audit.record({ action: 'invoice.pay', details: { at: '2026-01-01' } });
  await audit.record({ action: 'invoice.void', details: { count: 1 }, outcome: 'partial' });
  await audit.record({ action: 'invoice.export' });
  await audit.record({ action: 'report.run', details: { whatever: 1 }, resource: { type: 'Report' } });
  await audit.record({ action: 'auth.login', actor: { id: '7' } });
  await tx.$audit().record({ action: 'user.invite', details: { email: 'a@b.c', role: 'clerk' } });
  createAudit({ databaseUrl: '' }).record({ action: 'user.invite', details: { email: 'a@b.c' } });
  const event: AuditEventOf<'invoice.void'> = { action: 'invoice.void', details: { count: 1 } };
  await audit.record(event);
  event satisfies AuditEvent;
  // An action that is known at run time alone is one of them.
  const either = 'invoice.export' as 'invoice.export' | 'report.run';
  await audit.record({ action: either });
  // What has a type of its own needs no definition.
  await audit.dataAccess({ resource: { type: 'Anything', id: 1 } });
}
