/** Fastify without Nest: `nestjs-prisma-audit/fastify`. Fastify itself is not loaded; its types are not needed. */
export { createAudit, type Audit, type AuditOptions } from '../compose/index.js';
export { runAs, setActor, withContext } from '../context/context.js';
export { AuditError, isAuditError } from '../event/errors.js';
export type { FastifyLike } from '../http/fastify-hooks.js';
export type { HttpAuditOptions } from '../http/options.js';
export type { AuditedCall, AuditedMark, AuditedOptions } from '../http/request-record.js';
export type { AuditRequest } from '../http/request.js';
export { auditFastify, audited } from './audit-fastify.js';
export { auditViewer, type ViewerFastifyLike } from './audit-viewer.js';
export type { ReaderScope } from '../query/scope.js';
export type { ViewerOptions } from '../viewer/options.js';
