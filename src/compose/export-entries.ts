import type { EntryExport, ExportOptions, ExportQuery, ExportSource } from '../export/entries.js';

export interface AuditExportOptions extends Omit<ExportOptions, 'record'> {
  /** Who answers, and so decides what may leave: a reader with a scope. @defaultValue `query` of the audit, which sees all of a tenant */
  readonly reader?: ExportSource | undefined;
}

/**
 * Sealed entries as the bytes of a file, NDJSON or CSV: `for await (const chunk of …)`. Nothing is read before the first chunk is asked
 * for, and nothing ahead of whoever reads; that entries were taken along is in the log before the first of them leaves.
 */
export type ExportEntries = (query?: ExportQuery, options?: AuditExportOptions) => EntryExport;
