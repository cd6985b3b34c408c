/** The page on which people look at the log, in a Nest application: `nestjs-prisma-audit/viewer`. */
export { AuditError, isAuditError } from '../../event/errors.js';
export type { ReaderScope } from '../../query/scope.js';
export { AuditViewerModule, type AuditViewerAsyncOptions, type AuditViewerOptions } from './audit-viewer.module.js';
