import { mkdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { hash } from 'node:crypto';
import { codeOf } from '../checkpoint/node-error.js';
import type { Signer } from '../checkpoint/port.js';
import { AuditError } from '../event/errors.js';
import type { AuditEntry } from '../query/read-entry.js';
import { conditionsOf } from './conditions.js';
import { POPULATION_HEAD } from './csv.js';
import { goingOn } from './going-on.js';
import { EntryPages, type ExportOptions, type ExportQuery, type ExportSource } from './entries.js';
import { rowFormat } from './format.js';
import { populationLine, POPULATION_FILE, SAMPLE_FILE, type Draw } from './draw.js';
import { checkSample, drawSeed, writeSeed } from './draw-seed.js';
import { LineFile, type ListedFile } from './line-file.js';
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
  /** All of the log, for leaves and for samples; needs the right to see it. */
  readonly withProof?: WithProof | undefined;
  /** Shows that nothing is left out of a chain: leaves of all entries that could be meant. With `openings`, salts of the rows' sections too. */
  readonly evidence?: { readonly openings: boolean } | undefined;
  /** A list of all entries, in `population.csv`, of what one chooses by. */
  readonly population?: boolean | undefined;
  /** So many entries that nobody could choose, in `sample.csv`; `word` is what the auditor said when the checkpoint was anchored. */
  readonly sample?: { readonly size: number; readonly word?: string | undefined } | undefined;
  /** Signs the manifest, under the name of the deployment. */
  readonly signing?: { readonly signer: Pick<Signer, 'vkeys' | 'sign'>; readonly deployment: string } | undefined;
  readonly onProgress?: ((entry: AuditEntry, count: number) => void) | undefined;
  readonly onLeaves?: ((leaves: number, of: number) => void) | undefined;
  /** Told that the database did not answer, and is asked again in so many milliseconds. */
  readonly onInterrupted?: ((error: Error, againInMs: number) => void) | undefined;
}

export interface WrittenExport {
  readonly manifest: Manifest;
  /** Of the manifest: whoever keeps it elsewhere keeps all of the export. */
  readonly sha256: string;
  /** Whether the log has entries of the tenant that was named. */
  readonly isTenantKnown: boolean;
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
  const withProof = options.withProof ?? refuseProof;
  checkSample(query, options);
  const seed = options.sample && (await drawSeed(withProof, query, options.sample));
  const range = evidence && (await rangeOf(source, withProof, query));
  const directory = await newDirectory(options.directory);
  const rows = await writeRows(source, query, options, directory, range, seed?.draw);
  const proof = rows.range && (await writeEvidence({ directory, withProof, range: rows.range, openings: rows.openings, signal: options.signal, onProgress: options.onLeaves })); // prettier-ignore
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
    sample: seed?.sample,
  } as const;
  const files = [...rows.files, ...(proof?.files ?? [])];
  if (seed !== undefined) files.push(...(await writeSeed(directory, seed.files)), await writeListed(directory, SAMPLE_FILE, seed.draw.text())); // prettier-ignore
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
  return { manifest, sha256: hash('sha256', text), isTenantKnown: rows.isTenantKnown };
}

interface WrittenRows {
  readonly files: readonly ListedFile[];
  readonly count: number;
  readonly isTenantKnown: boolean;
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
  draw: Draw | undefined,
): Promise<WrittenRows> {
  const { format = 'ndjson', bom = true, values = 'prisma', rowsOfAFile, onProgress, evidence } = options;
  const { head, line } = rowFormat(format, bom);
  const files = new RowFiles(directory, format, head, rowsOfAFile);
  const project = projection(format, values);
  const rows = range && evidence?.openings ? new RowDigests(0, range.last) : undefined;
  let population: LineFile | undefined;
  // Not before the first entry has come: where none may leave, nothing is left behind.
  const listed = async (): Promise<LineFile | undefined> =>
    options.population
      ? (population ??= await LineFile.create(directory, POPULATION_FILE, POPULATION_HEAD))
      : undefined;
  let [count, first] = [0, range?.first ?? 0];
  try {
    const pages = new EntryPages(source, query, { ...options, readsAhead: true });
    for await (const entry of goingOn(pages, options)) {
      const { seq } = entry;
      // Sealed since the export began.
      if (range !== undefined && (entry.origin !== range.origin || seq > range.last)) continue;
      const text = line(entry);
      await files.write(text);
      const digest = rows?.has(seq) === true ? project.ofLine(text, 'whole') : undefined;
      if (digest !== undefined) rows?.set(seq, digest);
      if (digest !== undefined) rows?.mark(seq, WRITTEN);
      if (options.population || draw !== undefined) {
        const each = populationLine(entry);
        await (await listed())?.write(each);
        draw?.add(entry.origin, seq, each);
      }
      first = Math.min(first, seq);
      count += 1;
      onProgress?.(entry, count);
    }
    return {
      files: [...(await files.close()), ...((await (await listed())?.close()) ?? [])],
      count,
      isTenantKnown: pages.isTenantKnown,
      range: range && { ...range, first },
      openings: rows && { rows, project },
    };
  } finally {
    await files.abandon();
    await population?.abandon();
    if (count === 0) await rmdir(directory).catch(() => undefined); // only where nothing was written into it
  }
}

const refuseProof: WithProof = () => {
  throw new AuditError('AUDIT_OPTIONS_INVALID', 'leaves and samples are made of all of the log: give withProof');
};

async function newDirectory(name: string): Promise<string> {
  const directory = resolve(name);
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw new AuditError('AUDIT_OPTIONS_INVALID', `there is something at ${directory} already: name a new directory`);
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
      throw new AuditError('AUDIT_OPTIONS_INVALID', `there is no directory ${dirname(directory)} to write it into: make it first`); // prettier-ignore
    throw error;
  }
  return directory;
}
