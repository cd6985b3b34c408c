import { AuditError } from '../../event/errors.js';
import type { JsonObject, JsonValue } from '../../event/types.js';
import { members, someMembers } from '../as-json.js';
import { fitted } from '../fit.js';
import type { Format } from '../format.js';
import { LINES } from '../record-line.js';
import type { Seen } from '../seen.js';
import { sentenceOf, severityOf, traceOf } from '../verb.js';
import { classOf, type OcsfClass, type OcsfVersion } from './classes.js';
import { attestationsOf, rawOf } from './integrity.js';
import { subjectOf } from './subject.js';
import { actorOf, agentOf, endpointOf, httpRequestOf, httpResponseOf } from './who.js';

export interface OcsfOptions {
  /** With `1.9.0` the chain is told in its profile `record_integrity`. @defaultValue `'1.8.0'` */
  readonly version?: OcsfVersion;
  /** Whose events these are: your application. @defaultValue `nestjs-prisma-audit` */
  readonly product?: { readonly name: string; readonly vendor?: string; readonly version?: string };
  /** Actions that are about accounts, as `User.*`: Account Change, in 1.9 User Management. @defaultValue none */
  readonly users?: readonly string[];
  /** Actions that are about roles: Entity Management, in 1.9 Role Management. @defaultValue none */
  readonly roles?: readonly string[];
  /** Name of the key that signs checkpoints (what stands in front of the first `+` of a vkey). Of 1.9 alone. */
  readonly authority?: string;
}

type Checked = Required<Pick<OcsfOptions, 'version' | 'product' | 'users' | 'roles'>> & {
  readonly authority: string | undefined;
};

/**
 * OCSF. The time of a record is that of the entry, to the millisecond, and `time_dt` has all of its digits.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function ocsf(options: OcsfOptions = {}): Format {
  const checked = check(options);
  return {
    name: 'ocsf',
    version: checked.version,
    contentType: 'application/json',
    batch: LINES,
    format: (followed, how = {}) => fitted(followed, how, (seen) => record(seen, checked)),
  };
}

function check({ version = '1.8.0', product, users = [], roles = [], authority }: OcsfOptions): Checked {
  const isText = (text: unknown): boolean => typeof text === 'string' && text !== '' && text.length <= 128;
  const isWell =
    (version === '1.8.0' || version === '1.9.0') &&
    (product === undefined || [product.name, product.vendor ?? '-', product.version ?? '-'].every(isText)) &&
    [users, roles].every((each) => Array.isArray(each) && each.every(isText)) &&
    (authority === undefined || isText(authority));
  if (isWell) return { version, product: product ?? { name: 'nestjs-prisma-audit' }, users, roles, authority };
  throw new AuditError(
    'AUDIT_OPTIONS_INVALID',
    "ocsf() takes version '1.8.0' or '1.9.0', product { name, vendor, version }, users and roles as lists of actions, authority as the name of a key; each text of 1 to 128 characters",
  );
}

function record(seen: Seen, options: Checked): JsonObject {
  const { version } = options;
  const { text, part } = seen;
  const kind = classOf(seen, version, options);
  const [severity_id, severity] = severityOf(seen);
  const agent = version === '1.9.0' ? agentOf(seen) : undefined;
  const attestations = version === '1.9.0' ? attestationsOf(seen, options.authority) : undefined;
  const { trace } = kind.uid === 6003 ? traceOf(seen) : {};
  const profiles = [
    'datetime',
    ...(trace === undefined ? [] : ['trace']),
    ...(agent === undefined ? [] : ['ai_operation']),
    ...(attestations === undefined ? [] : ['record_integrity']),
  ];
  const at = seen.occurredAt ?? seen.sealedAt;
  return members({
    ...classified(kind),
    time: at?.ms ?? 0,
    time_dt: at?.text ?? '1970-01-01T00:00:00.000Z',
    timezone_offset: 0,
    severity_id,
    severity,
    ...statusOf(seen),
    message: sentenceOf(seen),
    metadata: metadataOf(seen, options, profiles),
    actor: actorOf(seen, version),
    src_endpoint: endpointOf(seen),
    http_request: httpRequestOf(seen),
    http_response: httpResponseOf(seen),
    trace: trace === undefined ? undefined : { uid: trace },
    ai_agent: agent,
    attestation_list: attestations === undefined ? undefined : [...attestations],
    ...subjectOf(seen, kind.uid, version),
    ...rawOf(seen),
    unmapped: someMembers({
      source: text.source ?? 'unreadable',
      outcome: text.outcome ?? 'unreadable',
      flags: seen.flags.length > 0 ? [...seen.flags] : undefined,
      tx: text.tx,
      resource_type: text.type,
      resource_id: text.resourceId,
      actor_role: text.role,
      on_behalf_of: text.onBehalfOf,
      trace_id: trace === undefined ? text.traceId : undefined,
      duration_ms: seen.status === undefined ? seen.durationMs : undefined,
      hash: text.hash,
      prev_hash: text.prev,
      reason: kind.uid === 3004 ? undefined : text.reason,
      error: someMembers({ name: text.errorName, frames: text.frames }),
      changes: part.changes,
      ...imagesOf(seen, kind.uid),
      details: part.details,
      unreadable: part.unreadable,
      // Times that the entry does not say come from elsewhere.
      time_of: seen.occurredAt !== undefined ? undefined : seen.sealedAt !== undefined ? 'sealing' : 'nothing',
      cut: seen.cut.length > 0 ? [...seen.cut] : undefined,
    }),
  });
}

/** Classes without a place for the states before and after. */
const imagesOf = ({ part }: Seen, classUid: number): Readonly<Record<string, JsonValue | undefined>> =>
  classUid === 3004 ? {} : { old: part.old, new: part.new };

function classified({ uid, name, category, activity }: OcsfClass): Readonly<Record<string, JsonValue>> {
  return {
    activity_id: activity[0],
    activity_name: activity[1],
    category_uid: category[0],
    category_name: category[1],
    class_uid: uid,
    class_name: name,
    type_uid: uid * 100 + activity[0],
    type_name: `${name}: ${activity[1]}`,
  };
}

/** Ended in part, or nobody knows: neither of the two that the schema knows. */
function statusOf({ text, status }: Seen): Readonly<Record<string, JsonValue | undefined>> {
  const isFailure = text.outcome === 'failure' || text.outcome === 'denied';
  const [status_id, caption] =
    text.outcome === 'success' ? ([1, 'Success'] as const)
    : isFailure ? ([2, 'Failure'] as const)
    : text.outcome === 'partial' ? ([99, 'partial'] as const)
    : ([0, 'Unknown'] as const); // prettier-ignore
  return {
    status_id,
    status: caption,
    status_code: text.errorCode ?? (status === undefined ? undefined : String(status)),
    status_detail: text.errorMessage ?? (text.outcome === 'denied' ? 'denied' : undefined),
  };
}

function metadataOf({ text, seq, sealedAt, cut }: Seen, { version, product }: Checked, profiles: string[]): JsonObject {
  return members({
    version,
    product: members({ name: product.name, vendor_name: product.vendor, version: product.version }),
    profiles,
    uid: text.id ?? text.hash ?? 'unreadable',
    original_event_uid: text.id,
    event_code: text.action ?? 'unreadable',
    sequence: seq,
    logged_time: sealedAt?.ms,
    log_name: text.origin,
    log_provider: 'nestjs-prisma-audit',
    tenant_uid: text.tenant,
    correlation_uid: text.group,
    is_truncated: cut.length > 0 ? true : undefined,
  });
}
