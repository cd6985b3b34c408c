import { AuditError } from '../event/errors.js';
import { auditAdapter, isAuditAdapter } from './adapter.js';
import type { CarryOptions } from './carry.js';
import type { DriverAdapterFactory } from './driver-adapter.js';

/** The constructor options of a Prisma client with the adapter wrapped. */
export function withAuditAdapter(options: unknown, carry: CarryOptions): unknown {
  const given = (options ?? {}) as { adapter?: DriverAdapterFactory; accelerateUrl?: unknown };
  if (given.accelerateUrl !== undefined) {
    throw new AuditError(
      'AUDIT_ADAPTER_MISSING',
      'a client with accelerateUrl has no driver adapter, so its statements cannot carry who acts: give it an adapter, e.g. new PrismaPg({ connectionString })',
    );
  }
  if (given.adapter === undefined) {
    throw new AuditError(
      'AUDIT_ADAPTER_MISSING',
      'an audited client needs a driver adapter: super({ adapter: new PrismaPg({ connectionString }) })',
    );
  }
  return { ...given, adapter: auditAdapter(given.adapter, carry) };
}

/** @throws AuditError `AUDIT_ADAPTER_MISSING` when a client was built without `auditAdapter()` */
export function requireAuditAdapter(client: object): void {
  // The engine's configuration is the only place where a built client keeps its adapter; when a later Prisma moves it,
  // nothing is known and nothing is refused here (the statements would then arrive as `no-context`).
  const config = (client as { _engineConfig?: { adapter?: unknown } })._engineConfig;
  if (config === undefined || !('adapter' in config) || isAuditAdapter(config.adapter)) return;
  throw new AuditError(
    'AUDIT_ADAPTER_MISSING',
    'this client was built without auditAdapter(), so every write would be logged without an actor: new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString })) })',
  );
}
