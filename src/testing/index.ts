export { AuditTestingModule, type AuditTestingOptions } from '../nest/audit-testing.module.js';
export {
  audited,
  auditMatchers,
  clearAudited,
  expectAudited,
  expectNothingAudited,
  InMemoryRecorder,
  type AsymmetricMatcher,
  type AuditedEntry,
  type AuditMatchers,
  type ExpectedEntry,
  type InMemoryOptions,
  type Like,
  type NothingOptions,
  type WaitOptions,
} from './memory.js';
