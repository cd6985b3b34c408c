export { AuditReader } from './reader.js';
export type { AuditPage } from './find.js';
export type { AuditConditions, AuditQuery } from './query.js';
export type { AuditEntry } from './read-entry.js';
export type { Unreadable } from './unreadable.js';
