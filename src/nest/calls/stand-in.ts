import type { AuditRequest, Transport } from '../../http/request.js';

/**
 * What callbacks are given in place of an HTTP request: see `AuditRequest`.
 * @param user asked whenever it is read: a guard comes later
 */
export function standIn(
  transport: Transport,
  members: Readonly<Record<string, unknown>>,
  user: () => unknown = () => undefined,
): AuditRequest {
  const request = { method: transport.toUpperCase(), headers: {}, transport, ...members };
  let params: Readonly<Record<string, string>> | undefined;
  return Object.defineProperties(request, {
    user: { get: user, enumerable: true },
    params: { get: () => (params ??= scalars(members['body'])), enumerable: true }, // a message can have a million members
  });
}

/** The scalars of a message's data, as a route has parameters: `id` names the resource where `@Audited` names its type. */
function scalars(data: unknown): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return found;
  try {
    for (const key of Object.keys(data).slice(0, 64)) {
      const value = Object.getOwnPropertyDescriptor(data, key)?.value as unknown; // no getter is run
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
        Object.defineProperty(found, key, { value: String(value), enumerable: true });
    }
  } catch {
    // A proxy's traps: what could be read is there.
  }
  return found;
}

/** Total: what a transport hands over may be anything. */
export function memberOf(value: unknown, name: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined;
  }
}
