export { createAudit, type Audit, type AuditFacts, type AuditHealth, type AuditOptions } from './compose/index.js';
export type { AuditExportOptions, FollowerHealth } from './compose/index.js';
export type { EntryExport, ExportFormat, ExportQuery, ExportSource } from './export/index.js';
export type {
  FollowBatch,
  FollowContext,
  FollowedEntry,
  FollowHandler,
  Following,
  FollowOptions,
  FollowTransaction,
  Rejected,
} from './follow/index.js';
export { runAs, setActor, withContext, type AuditContext, type ContextFields } from './context/index.js';
export { AuditError, defineActions, isAuditError, mergeActions, type AuditErrorCode } from './event/index.js';
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
} from './event/index.js';
export type {
  AuditedCall,
  AuditedOptions,
  AuditRequest,
  ReasonOption,
  Requests,
  TrustedProxyOptions,
} from './http/index.js';
export { Audited, SkipAudit } from './nest/audited.decorator.js';
export { AuditModule } from './nest/audit.module.js';
export { AuditService } from './nest/audit.service.js';
export { AuditHealthIndicator, type AuditHealthOptions, type AuditHealthResult } from './nest/health-indicator.js';
export { getAuditToken, InjectAudit } from './nest/instances.js';
export type { AuditModuleOptions } from './nest/options.js';
export { defineAudit, type AuditConfig } from './prisma/index.js';
export type {
  AuditConditions,
  AuditEntry,
  AuditPage,
  AuditQuery,
  ReaderScope,
  RecordState,
  ScopedReader,
  Unreadable,
} from './query/index.js';
