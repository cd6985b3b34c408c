/** The audit without a framework: `nestjs-prisma-audit/core`, for scripts, jobs and services that have no Nest. */
export { createAudit, type Audit, type AuditFacts, type AuditHealth, type AuditOptions } from '../compose/index.js';
export type { AuditExportOptions, FollowerHealth } from '../compose/index.js';
export type { EntryExport, ExportFormat, ExportQuery, ExportSource } from '../export/index.js';
export type {
  FollowBatch,
  FollowContext,
  FollowedEntry,
  FollowHandler,
  Following,
  FollowOptions,
  FollowTransaction,
  Rejected,
} from '../follow/index.js';
export { runAs, setActor, withContext, type AuditContext, type ContextFields } from '../context/index.js';
export { AuditError, defineActions, isAuditError, mergeActions, type AuditErrorCode } from '../event/index.js';
export type {
  AccessEvent,
  AccessVehicle,
  ActionCatalogue,
  ActionDefinition,
  ActionName,
  Actor,
  AuditEvent,
  AuditEventOf,
  AuditRegister,
  Check,
  FieldChange,
  Outcome,
  RecordChange,
  Resource,
  Severity,
} from '../event/index.js';
export { defineAudit, type AuditConfig } from '../prisma/index.js';
export type {
  AuditConditions,
  AuditEntry,
  AuditPage,
  AuditQuery,
  ReaderScope,
  RecordState,
  ScopedReader,
  Unreadable,
} from '../query/index.js';
