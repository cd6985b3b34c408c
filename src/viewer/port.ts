import type { SectionName } from '../chain/commitment.js';
import type { PublishedFile } from '../chain/publish.js';
import type { ActionBook } from '../event/action-book.js';
import type { EntryExport, ExportOptions, ExportQuery, ExportSource } from '../export/entries.js';
import type { VerifyAnswer } from './answers.js';
import type { AuditReader } from '../query/reader.js';

/** Where an audit has it. The same for both module formats. */
export const VIEWER: unique symbol = Symbol.for('nestjs-prisma-audit.viewer');

/**
 * What the viewer stands on. Whatever it shows of entries MUST come through `query.as(scope)`; the rest is facts about the log that any
 * reader may know, or that are asked for a scope of all tenants alone.
 */
export interface ViewerSource {
  readonly query: AuditReader;
  readonly export: (
    query: ExportQuery,
    options: Omit<ExportOptions, 'record'> & { reader: ExportSource },
  ) => EntryExport;
  readonly actions: ActionBook;
  /** Column → field, where they differ, by model. */
  readonly models: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What the log calls itself, in front of the origins of all its chains. */
  deployment(): Promise<string>;
  /** Keys that this process signs with, and signed with before; none where it does not sign. */
  vkeys(): Promise<readonly string[]>;
  /** How far the registry is signed and anchored. */
  evidence(): Promise<EvidenceFacts>;
  /** Of the whole database. */
  backlog(): Promise<BacklogFacts>;
  /**
   * The files that prove an entry, with these sections shown. Absent: nothing in this process may read the whole log.
   * @throws AuditError `AUDIT_NOT_COVERED`: no signed checkpoint covers it yet
   */
  readonly prove?: ((id: string, open: readonly SectionName[]) => Promise<readonly PublishedFile[]>) | undefined;
  /** Absent: nothing in this process may read the whole log. */
  readonly verifying?: Verifying | undefined;
  /** Told of what went wrong and must not be shown. */
  readonly onError: (error: unknown) => void;
}

/** What has one: an `Audit`, or Nest's service of it. */
export interface Viewable {
  readonly [VIEWER]: ViewerSource;
}

export interface EvidenceFacts {
  readonly checkpoint: { readonly size: number; readonly at: Date } | null;
  /** When an anchor last took one; `null`: none ever has. */
  readonly anchoredAt: Date | null;
  /** That this process gives its checkpoints to. */
  readonly anchors: readonly string[];
}

export interface BacklogFacts {
  /** Rows without an entry; `null`: nobody could be asked. */
  readonly unsealed: number | null;
  readonly oldestMs: number | null;
  readonly sealer: { readonly alive: boolean | null; readonly lagMs: number | null };
}

/** Verifies the whole log, MUST do it beside the event loop of this process, one run at a time, and leaves `audit.verified` of it in the log. */
export interface Verifying {
  /** A second call while it runs starts nothing. */
  start(): void;
  readonly state: VerifyAnswer;
}
