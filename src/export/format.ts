import type { AuditEntry } from '../query/read-entry.js';
import { BOM, CSV_HEAD, csvLine } from './csv.js';
import { rowJson } from './row-json.js';

/** NDJSON is the evidence: each line is an `AuditEntry`, and nothing is lost. CSV is for reading. */
export type ExportFormat = 'ndjson' | 'csv';

export interface RowFormat {
  readonly contentType: string;
  /** In front of the first line of a file. */
  readonly head: string;
  /** With its end. */
  readonly line: (entry: AuditEntry) => string;
}

/** @param bom of CSV; see `BOM` */
export function rowFormat(format: ExportFormat, bom: boolean): RowFormat {
  if (format === 'ndjson')
    return { contentType: 'application/x-ndjson', head: '', line: (entry) => `${rowJson(entry)}\n` };
  return { contentType: 'text/csv; charset=utf-8', head: (bom ? BOM : '') + CSV_HEAD, line: csvLine };
}
