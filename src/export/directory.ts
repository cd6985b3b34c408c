import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hash } from 'node:crypto';
import { codeOf } from '../checkpoint/node-error.js';
import { writeDurably } from '../checkpoint/proof-directory.js';
import { AuditError } from '../event/errors.js';
import type { AuditEntry } from '../query/read-entry.js';
import { conditionsOf } from './conditions.js';
import { EntryPages, type ExportOptions, type ExportQuery, type ExportSource } from './entries.js';
import { rowFormat } from './format.js';
import type { ListedFile } from './line-file.js';
import { formatManifest, formatSums, MANIFEST, SHEET, SUMS, type Manifest } from './manifest.js';
import { RowFiles } from './row-files.js';
import { sheetText, type SheetFacts } from './sheet.js';

export interface WriteExportOptions extends Omit<ExportOptions, 'cursor'> {
  /** New; only its owner can read it. */
  readonly directory: string;
  /** Whose values `changes` have: see `Manifest`. @defaultValue `'prisma'`, about which nothing can be checked */
  readonly values?: Manifest['values'] | undefined;
  /** @defaultValue 1,000,000 */
  readonly rowsOfAFile?: number | undefined;
  /** Name and version of the program, for the manifest. */
  readonly producedBy: string;
  readonly sheet: Pick<SheetFacts, 'command' | 'verified' | 'versions'>;
  readonly onProgress?: ((entry: AuditEntry, count: number) => void) | undefined;
}

export interface WrittenExport {
  readonly manifest: Manifest;
  /** Of the manifest: whoever keeps it elsewhere keeps all of the export. */
  readonly sha256: string;
}

/**
 * Writes an export as a directory. The manifest is its last file: without it, what is there is a part, and never taken for more.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` if there is something of that name; what `EntryPages` throws
 */
export async function writeExport(
  source: ExportSource,
  query: ExportQuery,
  options: WriteExportOptions,
): Promise<WrittenExport> {
  const { format = 'ndjson', values = 'prisma', producedBy, sheet } = options;
  const order = query.order ?? 'oldest';
  const directory = await newDirectory(options.directory);
  const files: ListedFile[] = [];
  const count = await writeRows(source, query, options, directory, files);
  const facts = {
    v: 1,
    kind: 'audit-export',
    filter: conditionsOf(query),
    order,
    zone: 'UTC',
    format,
    escaped: format === 'csv',
    values,
    count,
    matched: 'filter',
    producedBy,
    producedAt: new Date().toISOString(),
  } as const;
  files.push(await writeText(directory, SHEET, sheetText({ ...facts, ...sheet })));
  const manifest: Manifest = { ...facts, files };
  const text = formatManifest(manifest);
  await writeText(directory, SUMS, formatSums(files, new Map([[MANIFEST, text]])));
  await writeText(directory, `.new-${MANIFEST}`, text);
  await rename(join(directory, `.new-${MANIFEST}`), join(directory, MANIFEST));
  return { manifest, sha256: hash('sha256', text) };
}

async function writeRows(
  source: ExportSource,
  query: ExportQuery,
  options: WriteExportOptions,
  directory: string,
  files: ListedFile[],
): Promise<number> {
  const { format = 'ndjson', bom = true, rowsOfAFile, onProgress } = options;
  const row = rowFormat(format, bom);
  const rows = new RowFiles(directory, format, row.head, rowsOfAFile);
  const pages = new EntryPages(source, query, options);
  try {
    for await (const entry of pages) {
      await rows.write(row.line(entry));
      onProgress?.(entry, pages.count);
    }
    files.push(...(await rows.close()));
    return pages.count;
  } finally {
    await rows.abandon();
  }
}

async function newDirectory(name: string): Promise<string> {
  const directory = resolve(name);
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw new AuditError('AUDIT_OPTIONS_INVALID', `there is something at ${directory} already: name a new directory`);
    throw error;
  }
  return directory;
}

async function writeText(directory: string, name: string, text: string): Promise<ListedFile> {
  const bytes = Buffer.from(text);
  await writeDurably(join(directory, name), bytes);
  return { name, bytes: bytes.length, sha256: hash('sha256', bytes) };
}
