/** Stable error codes. Recognise an error by its code: two module formats of this package can be loaded at once. */
export const ERROR_CODES = [
  'AUDIT_OPTIONS_INVALID',
  'AUDIT_EVENT_INVALID',
  'AUDIT_EVENT_TOO_LARGE',
  'AUDIT_NOT_PLAIN_JSON',
  'AUDIT_ADAPTER_MISSING',
  'AUDIT_ADAPTER_UNSUPPORTED',
  'AUDIT_ENGINE_UNSUPPORTED',
  'AUDIT_SCHEMA_MISSING',
  'AUDIT_SCHEMA_FOREIGN',
  'AUDIT_SCHEMA_OLD',
  'AUDIT_SERVER_UNSUPPORTED',
  'AUDIT_CONFIG_INVALID',
  'AUDIT_QUEUE_FULL',
  'AUDIT_SPOOL_FULL',
  'AUDIT_SPOOL_UNUSABLE',
  'AUDIT_SPOOL_DAMAGED',
  'AUDIT_FLUSH_TIMEOUT',
  'AUDIT_CLOSED',
  'AUDIT_NOT_DURABLE',
  'AUDIT_LEASE_LOST',
  'AUDIT_CHAIN_SET_ASIDE',
  'AUDIT_SEQUENCE_BEHIND',
  'AUDIT_EVENT_HELD',
  'AUDIT_COVERAGE_CHANGED',
  'AUDIT_TABLE_LOCKED',
  'AUDIT_MIGRATE_LOCKED',
  'AUDIT_BACKFILL_INVALID',
  'AUDIT_CURSOR_INVALID',
  'AUDIT_QUERY_INVALID',
  'AUDIT_QUERY_TIMEOUT',
  'AUDIT_CONNECTION_LOST',
  'AUDIT_NOT_WRITABLE',
  'AUDIT_PIN_INVALID',
  'AUDIT_POLICY_INVALID',
  'AUDIT_STATE_INVALID',
  'AUDIT_EVIDENCE_INVALID',
  'AUDIT_SIGNER_UNAVAILABLE',
  'AUDIT_REGISTRY_FORKED',
  'AUDIT_ANCHOR_FAILED',
  'AUDIT_ENTRY_UNKNOWN',
  'AUDIT_NOT_COVERED',
  'AUDIT_LOG_INCONSISTENT',
  'AUDIT_PUBLISHED_DIFFERS',
  'AUDIT_ANCHOR_UNAVAILABLE',
  'AUDIT_PRIVILEGE_MISSING',
  'AUDIT_PROBE_FAILED',
  'AUDIT_TOO_MANY_ROWS',
  'AUDIT_EXPORT_INTERRUPTED',
  'AUDIT_FOLLOWER_CURSOR',
  'AUDIT_FOLLOWER_FAILED',
  'AUDIT_FOLLOWER_SET_ASIDE',
] as const;
export type AuditErrorCode = (typeof ERROR_CODES)[number];

/** The one error class of this package: a stable `code`, the remedy in the message, facts as `facts`, the original as `cause`. */
export class AuditError extends Error {
  override readonly name = 'AuditError';
  readonly code: AuditErrorCode;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: AuditErrorCode, message: string, facts: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(`${message} [${code}]`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.facts = facts;
  }
}

/** True for an `AuditError` of either module format, optionally of one code. */
export function isAuditError(error: unknown, code?: AuditErrorCode): error is AuditError {
  return (
    error instanceof Error &&
    error.name === 'AuditError' &&
    'code' in error &&
    (code === undefined ? ERROR_CODES.includes(error.code as AuditErrorCode) : error.code === code)
  );
}

/** The `onError` of a loop that must go on: a logger that throws does not end it. */
export function unfailing(onError: (error: unknown) => void = () => undefined): (error: unknown) => void {
  return (error) => {
    try {
      onError(error);
    } catch {
      // there is nobody left to tell
    }
  };
}
