import type { Checkpoint } from '../chain/checkpoint.js';
import type { RegistryKind } from '../chain/registry.js';
import type { Vkey } from '../chain/vkey.js';
import type { ChainHead, Lease } from '../store/log.port.js';

/** Who holds the private key of the registry; may be another machine. It sees nothing but the three lines of a checkpoint. */
export interface Signer {
  /**
   * Its keys under this name (the origin of the registry), at least one. The first signs every checkpoint; each of the others is one
   * that came before it, and signs only what hands over to the first.
   * @throws AuditError `AUDIT_SIGNER_UNAVAILABLE`, saying what to do
   */
  vkeys(name: string): Promise<readonly Vkey[]>;
  /** Ed25519 (RFC 8032) over the bytes by one of these keys, 64 bytes. May take seconds: sealing does not wait for it. */
  sign(bytes: Uint8Array, vkey: Vkey): Promise<Uint8Array>;
  /** A place beside the key, for whoever names no anchor. */
  readonly anchorBeside?: Anchor | undefined;
}

/** One version of one checkpoint, as an anchor keeps it. */
export interface AnchoredNote {
  /** The signed note, byte by byte what was put; whoever reads it checks it. */
  readonly note: string;
  /** When the anchor stored it, by the clock of the anchor, if it knows. Milliseconds. */
  readonly storedAt?: number | undefined;
}

/** Where an anchor is, for whoever reads it: no secrets, they come from the environment. */
export type AnchorPlace =
  | { readonly type: 'file' | 'directory'; readonly path: string }
  | { readonly type: 'webhook'; readonly listUrl: string; readonly secretVariable: string }
  | { readonly type: 'postgres'; readonly urlVariable: string; readonly table?: string | undefined }
  | {
      readonly type: 's3';
      readonly bucket: string;
      readonly prefix?: string | undefined;
      readonly region?: string | undefined;
      readonly endpoint?: string | undefined;
    };

/**
 * A place outside of the database, where the database's owner cannot take back what was put.
 * `put` MUST resolve only when the note is kept there; MUST keep what was put before, whatever comes later; MUST take the same note
 * again, and need not keep it twice. `list` MUST give every version of every note that it has for this origin, in any order, and
 * nothing of another origin; MUST throw, not end early, when it cannot read all of it.
 */
export interface Anchor {
  /** Kind and place, for messages: no secret in it. */
  readonly name: string;
  /** What a policy says of it, for whoever reads it from elsewhere. Absent: no policy can name it. */
  readonly place?: AnchorPlace | undefined;
  /** On the machine of the leader: whoever takes that machine has it too. */
  readonly isLocal?: boolean | undefined;
  put(checkpoint: { readonly origin: string; readonly size: number; readonly note: string }): Promise<void>;
  /** Absent: what was put can be read only where it went (a log shipper). @param from checkpoints of that size and beyond */
  list?(origin: string, from?: number): AsyncIterable<AnchoredNote>;
}

/** Checkpoints of the registry: `evidence` of `audit.config`. */
export interface EvidenceConfig {
  /**
   * Who signs. `'environment'`: the key that AUDIT_SIGNING_KEY or AUDIT_SIGNING_KEY_FILE gives, and nobody where neither is set.
   * `'required'`: the same, and a process without a key never leads. A signer of your own is required too.
   * @defaultValue `'environment'`
   */
  readonly signer?: Signer | 'environment' | 'required' | undefined;
  /** Where checkpoints go. @defaultValue a file beside the key, if the signer has one */
  readonly anchors?: readonly Anchor[] | undefined;
  /** How often, at most, the registry tells of the chains that grew. Milliseconds, from 1,000 on. @defaultValue 60,000 */
  readonly tickMs?: number | undefined;
  /** How often it is signed although nothing grew. Milliseconds, at least `tickMs`. @defaultValue ten times `tickMs` */
  readonly heartbeatMs?: number | undefined;
}

/** What the registry is to hold before it tells of chains again. */
export interface Announcement {
  readonly kind: Exclude<RegistryKind, 'heads'>;
  /** Becomes `details` of the data section. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** What the sealer needs of whoever signs. None of it waits for a signer or an anchor but `settled`. */
export interface CheckpointKeeper {
  readonly tickMs: number;
  readonly heartbeatMs: number;
  /** False: this process has no key where one is required, and must not lead. */
  mayLead(): Promise<boolean>;
  /** A term begins. MUST compare with the anchors before its first signature. @param registry its head; `undefined` while there is none */
  begin(lease: Lease, registry: ChainHead | undefined): void;
  /** What is to be entered, until `take` gives it back. */
  announcements(): readonly Announcement[];
  /** Why `mayLead` says no, for people. */
  readonly keptOut?: string | undefined;
  /** Why nothing is signed in this term, for people; `undefined` where nothing keeps it from being signed. */
  readonly refusal?: string | undefined;
  /** What of this term is not signed, or not with an anchor, a sentence each: for whoever ends. */
  readonly lacks?: readonly string[] | undefined;
  /** The registry has come so far, and holds these. Signs the newest, keeps it, and hands it to the anchors. */
  take(checkpoint: Checkpoint, entered: readonly Announcement[]): void;
  /** Resolves when the newest is signed and with the anchors, or cannot be now, or the time is over. */
  settled(withinMs: number): Promise<void>;
}
