export type { AuditRequest } from './request.js';
export type { AuditedCall, AuditedOptions } from './request-record.js';
