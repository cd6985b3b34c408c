export { formatPin, parsePins, type Pin } from './pin.js';
export {
  exitCode,
  FINDINGS,
  type ChainReport,
  type Finding,
  type FindingCode,
  type Level,
  type Report,
  type Verdict,
} from './report.js';
export type { ChainRecord, ContentRecord, EntryRecord, LogSource } from './source.js';
export { verify, type VerifyOptions } from './verify.js';
