import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { hash } from 'node:crypto';
import { codeOf } from '../checkpoint/node-error.js';
import type { Signer } from '../checkpoint/port.js';
import { AuditError } from '../event/errors.js';
import type { AuditEntry } from '../query/read-entry.js';
import { conditionsOf } from './conditions.js';
import { findBegun, rangeBegun, removeDerived } from './begun.js';
import type { ExportOptions, ExportQuery, ExportSource } from './entries.js';
import { SAMPLE_FILE } from './draw.js';
import { checkSample, drawSeed, writeSeed } from './draw-seed.js';
import { writeEvidence } from './evidence.js';
import { BEGUN, formatManifest, formatSums, MANIFEST, NOTE, SHEET, SUMS, type Manifest } from './manifest.js';
import { signManifest } from './manifest-note.js';
import { rangeOf, type WithProof } from './range.js';
import { sheetText, type SheetFacts } from './sheet.js';
import { writeListed } from './write-listed.js';
import { writeRows } from './write-rows.js';

export interface WriteExportOptions extends Omit<ExportOptions, 'cursor'> {
  /** New; only its owner can read it. */
  readonly directory: string;
  /**
   * It may have been begun, with the same options and conditions, by a program that was ended: then it goes on behind the last row that is
   * whole. What is there is compared with the digests beside it and with the conditions, and not with the log. @defaultValue false
   */
  readonly continues?: boolean | undefined;
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
  /** SHA-256 of the manifest of the export before this one, in a series: see `readManifest`. */
  readonly previous?: string | undefined;
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
  const whole = evidence && (await rangeOf(source, withProof, query));
  const directory = resolve(options.directory);
  const begun = options.continues ? await findBegun(directory) : undefined;
  const range = begun === undefined ? whole : rangeBegun(begun, query, options, whole);
  if (begun === undefined) await newDirectory(directory, options.continues);
  else await removeDerived(directory);
  const rows = await writeRows(source, query, options, {
    directory,
    isBegun: begun !== undefined,
    range,
    draw: seed?.draw,
  });
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
    continued: rows.kept,
    previous: options.previous,
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
  await rm(join(directory, BEGUN), { force: true });
  return { manifest, sha256: hash('sha256', text), isTenantKnown: rows.isTenantKnown };
}

const refuseProof: WithProof = () => {
  throw new AuditError('AUDIT_OPTIONS_INVALID', 'leaves and samples are made of all of the log: give withProof');
};

/** @param mayBeThere with nothing in it */
async function newDirectory(directory: string, mayBeThere = false): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && mayBeThere) return;
    if (codeOf(error) === 'EEXIST')
      throw new AuditError('AUDIT_OPTIONS_INVALID', `there is something at ${directory} already: name a new directory`);
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
      throw new AuditError('AUDIT_OPTIONS_INVALID', `there is no directory ${dirname(directory)} to write it into: make it first`); // prettier-ignore
    throw error;
  }
}
