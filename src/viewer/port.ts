import type { ActionBook } from '../event/action-book.js';
import type { EntryExport, ExportOptions, ExportQuery, ExportSource } from '../export/entries.js';
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
  /** Told of what went wrong and must not be shown. */
  readonly onError: (error: unknown) => void;
}

/** What has one: an `Audit`, or Nest's service of it. */
export interface Viewable {
  readonly [VIEWER]: ViewerSource;
}
