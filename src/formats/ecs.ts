import { isIP } from 'node:net';
import { AuditError } from '../event/errors.js';
import type { JsonObject, JsonValue } from '../event/types.js';
import { members, someMembers } from './as-json.js';
import { ecsKindOf } from './ecs-kind.js';
import { fitted } from './fit.js';
import type { Format } from './format.js';
import { LINES } from './record-line.js';
import type { Seen } from './seen.js';
import { kindOf, sentenceOf, severityOf, traceOf } from './verb.js';

export interface EcsOptions {
  /** Of `ecs.version`. @defaultValue `'9.0.0'` */
  readonly version?: `9.${number}.${number}`;
  /** `service.name`: your application. */
  readonly service?: string;
  /** Actions that are about accounts and roles, as `User.*`: category `iam`. @defaultValue none */
  readonly users?: readonly string[];
}

/**
 * Elastic Common Schema. What it has no place for is below `audit`.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function ecs({ version = '9.0.0', service, users = [] }: EcsOptions = {}): Format {
  const isText = (text: unknown): boolean => typeof text === 'string' && text !== '' && text.length <= 128;
  if (
    !/^9\.\d{1,4}\.\d{1,4}$/.test(version) ||
    (service !== undefined && !isText(service)) ||
    !Array.isArray(users) ||
    !users.every(isText)
  )
    throw new AuditError('AUDIT_OPTIONS_INVALID', "ecs() takes version '9.x.y', service as a name of 1 to 128 characters, users as a list of actions"); // prettier-ignore
  return {
    name: 'ecs',
    version,
    contentType: 'application/json',
    batch: LINES,
    format: (followed, options = {}) => fitted(followed, options, (seen) => record(seen, version, service, users)),
  };
}

function record(seen: Seen, version: string, service: string | undefined, users: readonly string[]): JsonObject {
  const { text } = seen;
  const { trace, span } = traceOf(seen);
  const at = seen.occurredAt ?? seen.sealedAt;
  return members({
    '@timestamp': at?.text ?? '1970-01-01T00:00:00.000Z',
    ecs: { version },
    message: sentenceOf(seen),
    event: eventOf(seen, users),
    service: service === undefined ? undefined : { name: service },
    organization: text.tenant === undefined ? undefined : { id: text.tenant },
    user: userOf(seen),
    client: addressOf(seen),
    source: addressOf(seen),
    user_agent: text.userAgent === undefined ? undefined : { original: text.userAgent },
    http: someMembers({
      request: someMembers({ id: text.requestId, method: text.method }),
      response: seen.status === undefined ? undefined : { status_code: seen.status },
    }),
    url: text.route === undefined ? undefined : { path: text.route },
    trace: trace === undefined ? undefined : { id: trace },
    span: span === undefined ? undefined : { id: span },
    error: someMembers({
      type: text.errorName,
      code: text.errorCode,
      message: text.errorMessage,
      stack_trace: text.frames,
    }),
    related: someMembers({
      ip: isIP(text.ip ?? '') === 0 ? undefined : [text.ip ?? ''],
      user: relatedUsers(seen),
    }),
    tags: seen.flags.length > 0 ? [...seen.flags] : undefined,
    audit: ownOf(seen),
  });
}

function eventOf(seen: Seen, users: readonly string[]): JsonObject {
  const { text, part, durationMs, sealedAt } = seen;
  const { category, type } = ecsKindOf(seen, users);
  const nanoseconds = durationMs === undefined ? undefined : durationMs * 1_000_000;
  const isFailure = text.outcome === 'failure' || text.outcome === 'denied';
  return members({
    id: text.id ?? text.hash ?? 'unreadable',
    kind: 'event',
    category: [category],
    type: [...type],
    action: text.action ?? 'unreadable',
    outcome: text.outcome === 'success' ? 'success' : isFailure ? 'failure' : 'unknown',
    created: sealedAt?.text,
    sequence: seen.seq,
    duration: Number.isSafeInteger(nanoseconds) ? nanoseconds : undefined,
    severity: severityOf(seen)[0],
    reason: text.reason,
    provider: 'nestjs-prisma-audit',
    dataset: 'audit',
    module: 'audit',
    hash: text.hash,
    original: part.leaf,
  });
}

function userOf(seen: Seen): JsonObject | undefined {
  const { text } = seen;
  // Before somebody has proven who he is, what he claims is what a search for him should find.
  const isClaim = kindOf(seen) === 'login' && text.actorId === undefined;
  return someMembers({
    id: text.actorId ?? (isClaim ? text.claimedId : undefined),
    email: text.email ?? (isClaim ? text.claimedEmail : undefined),
    roles: text.role === undefined ? undefined : [text.role],
    effective: text.onBehalfOf === undefined ? undefined : { id: text.onBehalfOf },
  });
}

function relatedUsers({ text }: Seen): string[] | undefined {
  const named = [text.actorId, text.email, text.onBehalfOf, text.claimedId, text.claimedEmail];
  const users = [...new Set(named.filter((name) => name !== undefined))];
  return users.length > 0 ? users : undefined;
}

/** Elasticsearch refuses a whole record for an `ip` that is none. */
function addressOf({ text }: Seen): JsonObject | undefined {
  if (text.ip === undefined) return undefined;
  return isIP(text.ip) === 0 ? { address: text.ip } : { address: text.ip, ip: text.ip };
}

function ownOf(seen: Seen): JsonObject {
  const { text, part } = seen;
  const own: Readonly<Record<string, JsonValue | undefined>> = {
    origin: text.origin,
    source: text.source ?? 'unreadable',
    outcome: text.outcome ?? 'unreadable',
    resource: someMembers({ type: text.type, id: text.resourceId }),
    actor_type: text.actorType,
    session: text.session,
    group: text.group,
    tx: text.tx,
    prev_hash: text.prev,
    previous_id: text.previousId,
    changed: part.changed,
    old: part.old,
    new: part.new,
    details: part.details,
    unreadable: part.unreadable,
    // A time that the entry does not say comes from elsewhere.
    time_of: seen.occurredAt !== undefined ? undefined : seen.sealedAt !== undefined ? 'sealing' : 'nothing',
    cut: seen.cut.length > 0 ? [...seen.cut] : undefined,
  };
  return members(own);
}
