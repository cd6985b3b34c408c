import { AuditError } from '../../event/errors.js';
import { privilegeMissing, schemaMissing } from './content-store.js';
import { isForbidden, isSchemaMissing, sqlState } from './pool.js';

/** What a question ended with, and what to do about it. What is the driver's own (nobody listens, a wrong password) stays that. */
export function readFailure(schema: string, error: unknown): unknown {
  if (isForbidden(error)) return privilegeMissing(schema, error);
  const state = sqlState(error);
  // A column that is not there: the log is older than this package.
  if (isSchemaMissing(error) || state === '42703') return schemaMissing(schema, error);
  if (state === '57014')
    return new AuditError(
      'AUDIT_QUERY_TIMEOUT',
      'the database ended the question, since it took longer than the statement_timeout of its role: name an actor, a record or a range of time, or raise it',
      {},
      error,
    );
  if (state === '25006')
    return new AuditError(
      'AUDIT_NOT_WRITABLE',
      'this database lets nothing be written, so that it was read would leave no entry: ask a server that can be written, as a role that may',
      {},
      error,
    );
  if (isCut(state, error))
    return new AuditError(
      'AUDIT_CONNECTION_LOST',
      'the connection to the database was cut before the answer came: ask again; pages go on from their cursor',
      {},
      error,
    );
  return error;
}

/** A server that follows another cannot keep what is told. `facts.standby` says that it was this. */
export function onStandby(cause: unknown): AuditError {
  return new AuditError(
    'AUDIT_NOT_WRITABLE',
    'this server is a standby, so that it was read leaves no entry: ask the primary',
    { standby: true },
    cause,
  );
}

export function seesOne(): AuditError {
  return new AuditError(
    'AUDIT_PRIVILEGE_MISSING',
    "this role sees one tenant at a time: name a tenant, or ask with the auditor's role",
  );
}

/** Ended by an administrator, a shutdown, a crash, or the network. */
function isCut(state: string | undefined, error: unknown): boolean {
  return (
    /^(?:57P0[125]|08...|ECONNRESET|EPIPE)$/.test(state ?? '') ||
    (error instanceof Error && error.message.startsWith('Connection terminated'))
  );
}
