import { exportEntries, type ExportSource } from '../export/entries.js';
import { postgresExportLog } from '../store/postgres/record-exported.js';
import type { Pool } from '../store/postgres/pool.js';
import type { ExportEntries } from './export-entries.js';

/** @param pool of the role that reads */
export function exporterOf(pool: Pool, schema: string, query: ExportSource): ExportEntries {
  const record = postgresExportLog(pool, schema);
  return (asked = {}, { reader = query, ...options } = {}) => exportEntries(reader, asked, { ...options, record });
}
