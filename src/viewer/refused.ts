import { isAuditError, type AuditErrorCode } from '../event/errors.js';
import { visible } from '../event/visible.js';
import type { ErrorAnswer } from './answers.js';

/** What ends a request, said to whoever asked. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  get answer(): ErrorAnswer {
    return { error: { code: this.code, message: visible(this.message, 2_000) } };
  }
}

export const notFound = (what: string): Refused => new Refused(404, 'NOT_FOUND', what);
export const wrong = (message: string): Refused => new Refused(400, 'AUDIT_QUERY_INVALID', message);

/** Those of our errors that are for whoever asked. */
const STATUS: Partial<Record<AuditErrorCode, number>> = {
  AUDIT_QUERY_INVALID: 400,
  AUDIT_CURSOR_INVALID: 400,
  AUDIT_ENTRY_UNKNOWN: 404,
  AUDIT_NOT_COVERED: 409,
  AUDIT_NOT_WRITABLE: 409,
  AUDIT_CONNECTION_LOST: 503,
  AUDIT_QUERY_TIMEOUT: 504,
};

/** Of the server's own affairs nothing is said but that. */
const OPERATORS: Partial<Record<AuditErrorCode, string>> = {
  AUDIT_SCHEMA_MISSING:
    'the log is not installed, or older than this program: whoever runs it finds more in its messages',
  AUDIT_PRIVILEGE_MISSING: 'the program may not read this in the database: whoever runs it finds more in its messages',
};

/** A finding, and none that this server failed at. Where it was found stays here: it may be in a chain that the reader does not see. */
const INCONSISTENT =
  'the log does not agree with itself here: have it verified (nestjs-prisma-audit verify), which says what was changed';

/** @returns what is said, and the error itself where whoever runs this has to hear of it */
export function refusedBy(error: unknown): { readonly refused: Refused; readonly tell?: unknown } {
  if (error instanceof Refused) return { refused: error };
  if (isAuditError(error)) {
    const status = STATUS[error.code];
    if (status !== undefined) return { refused: new Refused(status, error.code, error.message) };
    if (error.code === 'AUDIT_LOG_INCONSISTENT')
      return { refused: new Refused(409, error.code, INCONSISTENT), tell: error };
    const said = OPERATORS[error.code];
    if (said !== undefined) return { refused: new Refused(503, error.code, said), tell: error };
  }
  if (isAway(error)) {
    const message = 'the database cannot be reached: ask again in a moment';
    return { refused: new Refused(503, 'AUDIT_CONNECTION_LOST', message, { 'retry-after': '5' }), tell: error };
  }
  return { refused: new Refused(500, 'INTERNAL', 'this went wrong in the server: its messages say why'), tell: error };
}

/** Nobody listens, has room, or answers in time; and what a server says while it starts or ends. */
function isAway(error: unknown): boolean {
  const { code, message, severity } = (error ?? {}) as { code?: unknown; message?: unknown; severity?: unknown };
  // Of PostgreSQL: the end of a connection, or that there is none.
  if (severity === 'FATAL' || severity === 'PANIC') return true;
  if (typeof code === 'string' && /^(?:ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|EPIPE|08|57P|53)/.test(code)) return true; // prettier-ignore
  return typeof message === 'string' && /timeout (?:exceeded )?when trying to connect|Connection terminated|Query read timeout/.test(message); // prettier-ignore
}
