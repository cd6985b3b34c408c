import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PublishedFile } from '../chain/publish.js';
import { AuditError } from '../event/errors.js';
import type { WriteExportOptions } from './directory.js';
import { checkDrawn, Draw } from './draw.js';
import type { ExportQuery } from './entries.js';
import type { ListedFile } from './line-file.js';
import type { ManifestSample } from './manifest.js';
import type { WithProof } from './range.js';
import { checkpointAfter, checkWord, SEED_FOLDER, seedOf } from './seed.js';
import { writeListed } from './write-listed.js';

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, before anything is written */
export function checkSample({ to }: ExportQuery, { sample }: WriteExportOptions): void {
  if (sample === undefined) return;
  checkWord(sample.word);
  checkDrawn(sample.size);
  if (to === undefined)
    throw new AuditError(
      'AUDIT_OPTIONS_INVALID',
      'a sample is of a period that is over: say with to (--to) when it ended',
    );
}

/** What decides the sample, and what draws it. The files are the proof of it. @throws AuditError `AUDIT_NOT_COVERED` */
export async function drawSeed(
  withProof: WithProof,
  { to = new Date() }: ExportQuery,
  { size, word }: NonNullable<WriteExportOptions['sample']>,
): Promise<{ readonly draw: Draw; readonly sample: ManifestSample; readonly files: readonly PublishedFile[] }> {
  const { checkpoint, files } = await withProof((log) => checkpointAfter(log, to.getTime()));
  const seed = seedOf(checkpoint.root, word);
  return { draw: new Draw(seed, size), sample: { size, word, checkpoint, seed }, files };
}

export async function writeSeed(directory: string, files: readonly PublishedFile[]): Promise<ListedFile[]> {
  await mkdir(join(directory, SEED_FOLDER), { mode: 0o700 });
  const written: ListedFile[] = [];
  for (const { path, bytes } of files) written.push(await writeListed(directory, `${SEED_FOLDER}/${path}`, bytes));
  return written;
}
