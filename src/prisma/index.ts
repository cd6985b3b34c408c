export { auditAdapter } from './adapter.js';
export type { AuditApi, AuditApiOptions } from './api.js';
export { audit } from './extension.js';
export { audited, type Audited, type AuditMembers } from './mixin.js';
export { defineAudit, type AuditConfig, type ModelConfig } from './config.js';
export { changeOf, type AuditedChange } from './audited-change.js';
export type { CarriedField, CarryOptions } from './carry.js';
export type { Catalogue, CatalogueModel } from '../event/catalogue.js';
