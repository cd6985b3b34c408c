import { isIP } from 'node:net';
import type { JsonObject } from '../../event/types.js';
import { members, someMembers } from '../as-json.js';
import type { Seen } from '../seen.js';
import type { OcsfVersion } from './classes.js';

/** The schema's word for a type of actor; types that an application made up are others. */
const TYPES: Readonly<Record<string, readonly [id: number, caption: string]>> = {
  user: [1, 'User'],
  admin: [2, 'Admin'],
  system: [3, 'System'],
  service: [4, 'Service'],
};

/** Who acted: a user, where the entry does not say even one without a name. */
export function actorOf({ text }: Seen, version: OcsfVersion): JsonObject {
  const isAgent = text.actorType === 'ai_agent';
  return members({
    user: userOf(text.actorId, text.email, text.actorType),
    session: text.session === undefined ? undefined : { uid: text.session },
    // 1.9 has an object of its own for it.
    app_name: isAgent && version === '1.8.0' ? (text.actorId ?? 'ai_agent') : undefined,
  });
}

export function userOf(id: string | undefined, email: string | undefined, type: string | undefined): JsonObject {
  const known = type !== undefined && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  return members({
    uid: id,
    // One of them is required.
    name: email ?? (id === undefined ? (type ?? 'unknown') : undefined),
    email_addr: email,
    type: known?.[1] ?? type,
    type_id: known?.[0] ?? (type === undefined ? 0 : 99),
  });
}

/** `ai_agent` of the profile `ai_operation`. */
export function agentOf({ text }: Seen): JsonObject | undefined {
  if (text.actorType !== 'ai_agent' || text.actorId === undefined) return undefined;
  return members({ uid: text.actorId, name: text.actorId, instance_uid: text.session, type_id: 0 });
}

export function endpointOf({ text }: Seen): JsonObject {
  if (text.ip === undefined) return { name: 'unknown' };
  return isIP(text.ip) === 0 ? { name: text.ip } : { ip: text.ip };
}

export function httpRequestOf({ text }: Seen): JsonObject | undefined {
  return someMembers({
    uid: text.requestId,
    http_method: text.method,
    url: text.route === undefined ? undefined : { path: text.route },
    user_agent: text.userAgent,
  });
}

/** Its code is required. */
export function httpResponseOf({ status, durationMs }: Seen): JsonObject | undefined {
  return status === undefined ? undefined : members({ code: status, latency: durationMs });
}
