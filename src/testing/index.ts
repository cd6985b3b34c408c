export { AuditTestingModule, type AuditTestingOptions } from '../nest/audit-testing.module.js';
export type { AuditedEntry } from './audited-entry.js';
export { expectAudited, expectNothingAudited, type NothingOptions, type WaitOptions } from './expect-audited.js';
export type { AsymmetricMatcher, ExpectedEntry, Like } from './expected-entry.js';
export { InMemoryRecorder, type InMemoryOptions } from './in-memory-recorder.js';
export { audited, clearAudited } from './journal.js';
export { auditMatchers, type AuditMatchers } from './matchers.js';
