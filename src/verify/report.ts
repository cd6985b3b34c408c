import { FINDINGS, type FindingClass, type FindingCode } from './findings.js';

export const REPORT_SCHEMA = 'nestjs-prisma-audit/report/v2';

/** Told of a finding in an entry. */
export type Found = (code: FindingCode, message: string) => void;
/** Told of a finding in a chain, with the entry where it concerns one. */
export type Note = (code: FindingCode, message: string, entry?: { seq: number; id?: string }) => void;

export interface Finding {
  readonly code: FindingCode;
  /** Origin of the chain, where it concerns one. */
  readonly origin?: string | undefined;
  readonly chain?: number | undefined;
  readonly seq?: number | undefined;
  readonly id?: string | undefined;
  readonly message: string;
}

export type Verdict = 'VERIFIED' | 'TAMPERED' | 'INCOMPLETE' | 'UNVERIFIABLE';

/** How much is proved against somebody who owns the database. */
export const LEVELS = ['L0', 'L1', 'L2', 'L3'] as const;
export type Level = (typeof LEVELS)[number];

export interface ChainReport {
  readonly origin: string;
  readonly chain: number;
  readonly tenant: string;
  /** Entries read, and those before them that were taken on trust. */
  readonly entries: number;
  /** How many were taken on trust; absent where all were read. */
  readonly trusted?: number | undefined;
  /** RFC 6962 tree hash of all of them, base64. */
  readonly root: string;
  readonly findings: number;
  /** The greatest pinned size that agreed, if any was compared. */
  readonly pinnedSize?: number | undefined;
}

/** One code that was found: how often, and what it means, in plain words. */
export interface FoundCode {
  readonly kind: 'tampered' | 'incomplete';
  readonly class: FindingClass;
  readonly count: number;
  readonly means: string;
  readonly todo: string;
}

export interface Report {
  /** Of this object: members are added under the same number, and none is taken away or changes its meaning. */
  readonly schema: typeof REPORT_SCHEMA;
  readonly verdict: Verdict;
  readonly level: Level;
  /** `headers`: neither content nor what the entries were derived from was looked at. */
  readonly mode: 'full' | 'headers';
  /** When the report was made, RFC 3339, by the clock of whoever verifies. */
  readonly verifiedAt: string;
  /** Entries, as far as chains have rows: read now, or taken on trust. */
  readonly entries: number;
  /** What was taken on trust: entries that a run verified then, and that were not read again. */
  readonly since?: { readonly verifiedAt: string; readonly entries: number; readonly chains: number } | undefined;
  readonly chains: readonly ChainReport[];
  /** What the policy named; absent without one. */
  readonly trusted?:
    | {
        /** Verifier keys, as `keygen` prints them. */
        readonly keys: readonly string[];
        /** Names of the anchors, and how many of them have to agree. */
        readonly anchors: readonly string[];
        readonly quorum: number;
        /** Lines of the registry up to which restores were accepted. */
        readonly restores: readonly string[];
      }
    | undefined;
  readonly coverage: {
    /** Sections whose bytes were compared with their commitment. */
    readonly sections: number;
    /** Sealing time of the first and the last entry, RFC 3339. */
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    /** Absent where nothing is signed by a key of the policy. Sizes are of the registry, entries of all other chains. */
    readonly evidence?:
      | {
          readonly signed: { readonly size: number; readonly entries: number };
          /** `at`: when the last of it was sealed; `anchors`: how many of those of the policy agreed. */
          readonly anchored: {
            readonly size: number;
            readonly entries: number;
            readonly at?: string | undefined;
            readonly anchors: number;
          };
          /** Entries that no anchor covers. */
          readonly tail: number;
        }
      | undefined;
    readonly pins: { readonly compared: number; readonly agreed: number; readonly chainsWithout: number };
  };
  /** The first findings, and the first of each code; `findingCount` counts all. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** Each code that was found, in the order of the list of codes. */
  readonly codes: Partial<Readonly<Record<FindingCode, FoundCode>>>;
  /** What is odd and proves nothing, in plain words: a clock that is ahead. */
  readonly notes: readonly string[];
  /** What this verdict cannot know, in plain words. */
  readonly limits: readonly string[];
}

/** @param isWhole whether all was looked at that there is to look at */
export function verdictOf(findings: ReadonlyMap<FindingCode, number>, entries: number, isWhole: boolean): Verdict {
  const kinds = new Set([...findings.keys()].map((code) => FINDINGS[code].kind));
  if (kinds.has('tampered')) return 'TAMPERED';
  if (kinds.has('incomplete')) return 'INCOMPLETE';
  if (entries === 0) return 'UNVERIFIABLE'; // never "valid" of nothing
  return isWhole ? 'VERIFIED' : 'INCOMPLETE';
}

/** Exit codes of the command: 0 verified, 1 tampered, 3 incomplete or nothing to verify (2 is kept for "could not run"). */
export function exitCode(verdict: Verdict): 0 | 1 | 3 {
  return verdict === 'VERIFIED' ? 0 : verdict === 'TAMPERED' ? 1 : 3;
}
