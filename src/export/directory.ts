import { mkdir, rename } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { hash } from 'node:crypto';
import { codeOf } from '../checkpoint/node-error.js';
import type { Signer } from '../checkpoint/port.js';
import { AuditError } from '../event/errors.js';
import type { AuditEntry } from '../query/read-entry.js';
import { conditionsOf } from './conditions.js';
import { EntryPages, type ExportOptions, type ExportQuery, type ExportSource } from './entries.js';
import { rowFormat } from './format.js';
import type { ListedFile } from './line-file.js';
import { writeEvidence, WRITTEN, type Openings } from './evidence.js';
import { formatManifest, formatSums, MANIFEST, NOTE, SHEET, SUMS, type Manifest } from './manifest.js';
import { signManifest } from './manifest-note.js';
import { projection } from './projection.js';
import { rangeOf, type ExportRange, type WithProof } from './range.js';
import { RowDigests } from './row-digests.js';
import { RowFiles } from './row-files.js';
import { sheetText, type SheetFacts } from './sheet.js';
import { writeListed } from './write-listed.js';

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
  /** Shows that nothing is left out of a chain: leaves of all entries that could be meant. Needs the right to see all of the log. */
  readonly evidence?: {
    readonly withProof: WithProof;
    /** Salts of the rows' sections too. */ readonly openings: boolean;
  };
  /** Signs the manifest, under the name of the deployment. */
  readonly signing?: { readonly signer: Pick<Signer, 'vkeys' | 'sign'>; readonly deployment: string } | undefined;
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
  const { format = 'ndjson', values = 'prisma', producedBy, sheet, evidence, signing } = options;
  const directory = await newDirectory(options.directory);
  const range = evidence && (await rangeOf(source, evidence.withProof, query));
  const rows = await writeRows(source, query, options, directory, range);
  const proof = evidence && rows.range && (await writeEvidence({ directory, withProof: evidence.withProof, range: rows.range, openings: rows.openings, signal: options.signal })); // prettier-ignore
  const facts = {
    v: 1,
    kind: 'audit-export',
    filter: conditionsOf(query),
    order: query.order ?? 'oldest',
    zone: 'UTC',
    format,
    escaped: format === 'csv',
    values,
    count: rows.count,
    matched: proof === undefined ? 'filter' : 'whole-range',
    producedBy,
    producedAt: new Date().toISOString(),
    evidence: proof?.evidence,
  } as const;
  const files = [...rows.files, ...(proof?.files ?? [])];
  files.push(await writeListed(directory, SHEET, sheetText({ ...facts, ...sheet })));
  const manifest: Manifest = { ...facts, files };
  const text = formatManifest(manifest);
  const sums = new Map([[MANIFEST, text]]);
  if (signing !== undefined) {
    const note = await signManifest(text, signing.deployment, signing.signer);
    await writeListed(directory, NOTE, note);
    sums.set(NOTE, note);
  }
  await writeListed(directory, SUMS, formatSums(files, sums));
  await writeListed(directory, `.new-${MANIFEST}`, text);
  await rename(join(directory, `.new-${MANIFEST}`), join(directory, MANIFEST));
  return { manifest, sha256: hash('sha256', text) };
}

interface WrittenRows {
  readonly files: readonly ListedFile[];
  readonly count: number;
  /** With all rows in it: one that claims to have happened after it was sealed is among them. */
  readonly range: ExportRange | undefined;
  readonly openings: Openings | undefined;
}

async function writeRows(
  source: ExportSource,
  query: ExportQuery,
  options: WriteExportOptions,
  directory: string,
  range: ExportRange | undefined,
): Promise<WrittenRows> {
  const { format = 'ndjson', bom = true, values = 'prisma', rowsOfAFile, onProgress, evidence } = options;
  const { head, line } = rowFormat(format, bom);
  const files = new RowFiles(directory, format, head, rowsOfAFile);
  const project = projection(format, values);
  const rows = range && evidence?.openings ? new RowDigests(0, range.last) : undefined;
  let [count, first] = [0, range?.first ?? 0];
  try {
    for await (const entry of new EntryPages(source, query, options)) {
      const { seq } = entry;
      // Sealed since the export began.
      if (range !== undefined && (entry.origin !== range.origin || seq > range.last)) continue;
      const text = line(entry);
      await files.write(text);
      const digest = rows?.has(seq) === true ? project(text, 'whole') : undefined;
      if (digest !== undefined) rows?.set(seq, digest);
      if (digest !== undefined) rows?.mark(seq, WRITTEN);
      first = Math.min(first, seq);
      count += 1;
      onProgress?.(entry, count);
    }
    return {
      files: await files.close(),
      count,
      range: range && { ...range, first },
      openings: rows && { rows, project, line },
    };
  } finally {
    await files.abandon();
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
