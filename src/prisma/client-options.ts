import { AuditError } from '../event/errors.js';
import { auditAdapter, captureCell, isAuditAdapter, type AdapterOptions } from './adapter.js';
import type { CaptureCell } from './capture.port.js';
import type { DriverAdapterFactory } from './driver-adapter.js';

/** The constructor options of a Prisma client with the adapter wrapped. */
export function withAuditAdapter(options: unknown, how: AdapterOptions): unknown {
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
  return { ...given, adapter: auditAdapter(given.adapter, how) };
}

/** Whether a client was built with `auditAdapter()`; `undefined` where that cannot be known. */
export function hasAuditAdapter(client: object): boolean | undefined {
  // The engine's configuration is the only place where a built client keeps its adapter; a later Prisma may move it.
  const config = (client as { _engineConfig?: { adapter?: unknown } })._engineConfig;
  return typeof config === 'object' && config !== null && 'adapter' in config
    ? isAuditAdapter(config.adapter)
    : undefined;
}

/** Where the adapter of a built client keeps its capture; `undefined` where that cannot be found. */
export function captureCellOf(client: object): CaptureCell | undefined {
  return captureCell((client as { _engineConfig?: { adapter?: unknown } })._engineConfig?.adapter);
}

/** The pool that the application made a client of; `undefined` where it made none, or that cannot be found. */
export function poolBehind(client: object): unknown {
  const adapter = (client as { _engineConfig?: { adapter?: unknown } })._engineConfig?.adapter;
  return typeof adapter === 'object' && adapter !== null
    ? (Reflect.get(adapter, 'externalPool') ?? undefined)
    : undefined;
}

/** @throws AuditError `AUDIT_ADAPTER_MISSING` when a client was built without `auditAdapter()` */
export function requireAuditAdapter(client: object): void {
  // Where nothing is known nothing is refused: the probe at the start asks the database.
  if (hasAuditAdapter(client) !== false) return;
  throw new AuditError(
    'AUDIT_ADAPTER_MISSING',
    'this client was built without auditAdapter(), so every write would be logged without an actor: new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString })) })',
  );
}
