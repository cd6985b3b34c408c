export { Audit, createAudit, type AuditFacts } from './create-audit.js';
export type { AuditOptions } from './options.js';
export type { AuditHealth } from './health.js';
export type { FollowerHealth } from './follower-health.js';
export type { AuditExportOptions, ExportEntries } from './export-entries.js';
