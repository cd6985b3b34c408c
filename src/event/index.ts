export { AuditError, isAuditError, type AuditErrorCode } from './errors.js';
export type { RedactionOptions } from './redaction.js';
export type { Actor, AuditEvent, ErrorFact, Flag, Outcome, Resource, Severity, Source } from './types.js';
