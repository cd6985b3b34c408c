/** Express without Nest: `nestjs-prisma-audit/express`. Express itself is not loaded; its types are not needed. */
export { createAudit, type Audit, type AuditOptions } from '../compose/index.js';
export { runAs, setActor, withContext } from '../context/context.js';
export { AuditError, isAuditError } from '../event/errors.js';
export type { HttpAuditOptions } from '../http/options.js';
export type { AuditedCall, AuditedOptions } from '../http/request-record.js';
export type { AuditRequest } from '../http/request.js';
export { auditErrors, auditExpress, audited, skipAudit } from './audit-express.js';
export { auditViewer } from './audit-viewer.js';
export type { ReaderScope } from '../query/scope.js';
export type { ViewerOptions } from '../viewer/options.js';
