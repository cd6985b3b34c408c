export { AuditReader } from './reader.js';
export { ScopedReader } from './scoped-reader.js';
export type { AuditPage } from './find.js';
export type {
  AccessPattern,
  FailureGroups,
  FailuresOf,
  FailuresQuestion,
  PatternCell,
  PatternQuestion,
} from './groups.js';
export type { EntriesAround } from './near.js';
export type { AuditConditions, AuditQuery } from './query.js';
export type { AuditEntry } from './read-entry.js';
export type { RecordDifference, RecordState } from './record-state.js';
export type { Revert } from './revert.js';
export type { ReaderScope } from './scope.js';
export type { SealedEntry, SealedSection } from './sealed.js';
export type { Unreadable } from './unreadable.js';
