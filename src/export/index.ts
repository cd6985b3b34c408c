export { exportEntries, type EntryExport, type ExportOptions, type ExportQuery, type ExportSource } from './entries.js';
export type { ExportFormat } from './format.js';
