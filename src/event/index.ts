export { AuditError, isAuditError, type AuditErrorCode } from './errors.js';
export { defineActions, mergeActions, type ActionCatalogue, type ActionDefinition } from './actions.js';
export type { AccessEvent, AccessVehicle } from './access-event.js';
export type { ActionName, AuditEventOf, AuditRegister } from './action-types.js';
export type { RedactionOptions } from './redaction.js';
export type { Actor, AuditEvent, ErrorFact, Flag, Outcome, Resource, Severity, Source } from './types.js';
export type { Check } from './check.js';
export type { FieldChange } from './changes.js';
export type { RecordChange } from './record-change.js';
