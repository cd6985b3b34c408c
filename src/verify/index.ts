export { FINDINGS, type FindingClass, type FindingCode } from './findings.js';
export { htmlReport, type Ran } from './html-report.js';
export { formatPin, parsePins, type Pin } from './pin.js';
export {
  exitCode,
  REPORT_SCHEMA,
  type ChainReport,
  type Finding,
  type FoundCode,
  type Level,
  type Report,
  type Verdict,
} from './report.js';
export { formatState, parseState, type ChainState, type VerifyState } from './state.js';
export type { ChainRecord, ContentRecord, EntriesOptions, EntryRecord, LogSource } from './source.js';
export { verify, type VerifyOptions } from './verify.js';
export { formatPolicy, parsePolicy, type Policy, type TrustedKey } from './policy.js';
export type { NamedAnchor } from './registry/read-anchors.js';
