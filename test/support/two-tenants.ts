import type { Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';

/**
 * Records entries of acme and globex, a second apart, so that of each kind one tenant has what the other must not see. Every third one of
 * acme is of an action that its readers do not see. @param doors every fourth is somebody at a door
 */
export function recordTwoTenants(audit: Audit, options: { each: number; start: number; doors?: true }): void {
  const { each, start, doors } = options;
  for (const tenant of ['acme', 'globex'])
    for (let i = 0; i < each; i += 1) {
      const context = newContext({
        actor: { id: `${tenant}-user-${i % 4}`, email: `${tenant}-${i % 4}@example.test` },
        ip: tenant === 'acme' ? `203.0.113.${i % 4}` : `198.51.100.${i % 4}`,
        tenant,
        requestId: `${tenant}-req-${i >> 2}`,
      });
      const about = { resource: { type: 'Invoice', id: `${tenant}-inv-${i % 3}` }, occurredAt: new Date(start + i * 1000) }; // prettier-ignore
      const events = [
        { action: tenant === 'globex' ? 'merger.plan' : 'invoice.approve', details: { note: `${tenant}-note-${i}` } },
        { action: tenant === 'acme' ? 'payroll.run' : 'invoice.refund', outcome: 'denied' as const, details: { note: `payroll-${i}` } }, // prettier-ignore
        { action: 'Invoice.read', details: { ids: [`${tenant}-inv-0`, `${tenant}-inv-1`] } },
        ...(doors ? [{ action: 'access.entry', details: { note: `${tenant}-door` } }] : []),
      ];
      audit.record({ ...events[i % events.length], ...about } as never, { context }); // one of them
    }
}
