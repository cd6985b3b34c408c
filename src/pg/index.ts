/** `nestjs-prisma-audit/pg`: what speaks to PostgreSQL through `pg`, without Prisma's driver adapters. Loads neither. */
export type { Catalogue } from '../event/catalogue.js';
export { AuditError, isAuditError } from '../event/errors.js';
export type { CarriedField } from '../prisma/carry.js';
export { auditClient, type AuditPgOptions } from './audit-client.js';
export { auditPool } from './audit-pool.js';
export { catalogueOf, type ContractLike } from './contract.js';
export type { ClientLike, PoolLike } from './pg-like.js';
