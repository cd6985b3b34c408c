export { AuditReader, type AuditPage, type AuditQuery } from './reader.js';
export type { AuditEntry } from './read-entry.js';
export type { Unreadable } from './unreadable.js';
