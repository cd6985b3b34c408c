/** What can be found. `tampered`: somebody changed the log. `incomplete`: something is not there yet, or cannot be checked. */
export const FINDINGS = {
  ENTRY_ALTERED: {
    kind: 'tampered',
    says: 'the entry does not hash to its stored hash: it, or the one before it, was changed',
  },
  ENTRY_MISSING: { kind: 'tampered', says: 'entries are missing from the sequence' },
  ENTRY_EXTRA: { kind: 'tampered', says: 'there are entries beyond the size of the chain' },
  CHAIN_ALTERED: { kind: 'tampered', says: 'the row of the chain does not agree with its entries' },
  CHAIN_MISSING: { kind: 'tampered', says: 'there are entries of a chain that has no row, or a pinned chain is gone' },
  CHAIN_REWRITTEN: { kind: 'tampered', says: 'the chain is not the one that was pinned' },
  CHAIN_CUT: { kind: 'tampered', says: 'the chain is shorter than when it was pinned' },
  OPENING_WRONG: { kind: 'tampered', says: 'the first entry does not open this chain' },
  BODY_INVALID: { kind: 'tampered', says: 'the body is not what a sealer writes' },
  PROJECTION_ALTERED: { kind: 'tampered', says: 'a column does not agree with the sealed bytes' },
  SECTION_ALTERED: { kind: 'tampered', says: 'a section does not match its commitment' },
  SECTION_MISSING: { kind: 'tampered', says: 'a section that the entry commits to is gone' },
  CONTENT_MISSING: { kind: 'tampered', says: 'the content row of the entry is gone' },
  CAPTURE_DIFFERS: {
    kind: 'tampered',
    says: 'the entry does not say what its captured row says: the sealer wrote something else, or the row was changed later',
  },
  ID_WRONG: { kind: 'tampered', says: 'the time in the id is not that of the entry: ranges of time do not find it' },
  ENTRY_UNREAD: {
    kind: 'tampered',
    says: 'rows of entry were not met in any chain, or met twice: readers may see them',
  },
  TIME_BACKWARDS: { kind: 'tampered', says: 'the entry was sealed before the one in front of it' },
  HEADS_WRONG: { kind: 'tampered', says: 'an entry of the registry does not say of which chains it tells' },
  HEADS_DIFFER: { kind: 'tampered', says: 'chains are not what the registry told of them' },
  HEAD_ALTERED: { kind: 'tampered', says: 'the table head does not agree with what the registry told' },
  REGISTRY_REWRITTEN: { kind: 'tampered', says: 'the registry is not the one that was signed' },
  REGISTRY_CUT: { kind: 'tampered', says: 'the registry is shorter than when it was signed' },
  EQUIVOCATION: { kind: 'tampered', says: 'one key has signed two histories' },
  CHECKPOINT_FORGED: { kind: 'tampered', says: 'a checkpoint was not signed by the key that it names' },
  CHECKPOINT_DIFFERS: { kind: 'tampered', says: 'a checkpoint is not of this registry' },
  KEY_OF_ANOTHER_TIME: { kind: 'tampered', says: 'a checkpoint is signed by a key before or after its time' },
  KEY_HANDOVER_FORGED: { kind: 'tampered', says: 'a key is said to have been handed over, and was not' },
  ORIGIN_DIFFERS: { kind: 'tampered', says: 'this is not the log that the policy is about' },
  CHAIN_UNTOLD: { kind: 'incomplete', says: 'the registry does not tell of all that was sealed before its last entry' },
  CHECKPOINT_UNTRUSTED: { kind: 'incomplete', says: 'a checkpoint is signed by no key of the policy' },
  RESTORE_DECLARED: { kind: 'incomplete', says: 'the log goes on from a backup that the policy does not name' },
  ANCHOR_UNREACHABLE: { kind: 'incomplete', says: 'an anchor could not be read' },
  ANCHOR_MISSING: { kind: 'incomplete', says: 'fewer anchors have a checkpoint than the policy asks for' },
  ANCHOR_STALE: { kind: 'incomplete', says: 'the newest anchored checkpoint is older than the policy allows' },
  STANDBY_BEHIND: { kind: 'incomplete', says: 'this standby has not received all that was signed' },
  BELOW_LEVEL: { kind: 'incomplete', says: 'less is proved than the policy asks for' },
  UNKNOWN_VERSION: { kind: 'incomplete', says: 'the body has a version that this verifier does not know' },
  UNSEALED: { kind: 'incomplete', says: 'content has been waiting for its entry for too long: is a sealer running?' },
} as const;

export type FindingCode = keyof typeof FINDINGS;

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
  /** Entries read. */
  readonly entries: number;
  /** RFC 6962 tree hash of what was read, base64. */
  readonly root: string;
  readonly findings: number;
  /** The greatest pinned size that agreed, if any was compared. */
  readonly pinnedSize?: number | undefined;
}

export interface Report {
  readonly verdict: Verdict;
  readonly level: Level;
  readonly entries: number;
  readonly chains: readonly ChainReport[];
  readonly coverage: {
    /** Sections whose bytes were compared with their commitment. */
    readonly sections: number;
    /** Sealing time of the first and the last entry, RFC 3339. */
    readonly from?: string | undefined;
    readonly to?: string | undefined;
    readonly pins: { readonly compared: number; readonly agreed: number; readonly chainsWithout: number };
  };
  /** The first findings; `findingCount` counts all. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
  /** What is odd and proves nothing, in plain words: a clock that is ahead. */
  readonly notes: readonly string[];
  /** What this verdict cannot know, in plain words. */
  readonly limits: readonly string[];
}

export function verdictOf(findings: ReadonlyMap<FindingCode, number>, entries: number): Verdict {
  const kinds = new Set([...findings.keys()].map((code) => FINDINGS[code].kind));
  if (kinds.has('tampered')) return 'TAMPERED';
  if (kinds.has('incomplete')) return 'INCOMPLETE';
  return entries > 0 ? 'VERIFIED' : 'UNVERIFIABLE'; // never "valid" of nothing
}

/** Exit codes of the command: 0 verified, 1 tampered, 3 incomplete or nothing to verify (2 is kept for "could not run"). */
export function exitCode(verdict: Verdict): 0 | 1 | 3 {
  return verdict === 'VERIFIED' ? 0 : verdict === 'TAMPERED' ? 1 : 3;
}
