import { hash } from 'node:crypto';
import { join } from 'node:path';
import { readPlain } from '../checkpoint/proof-directory.js';
import { isAuditError } from '../event/errors.js';
import { checkFiles } from './check-files.js';
import { Said, type ExportReport } from './export-report.js';
import { formatSums, MANIFEST, parseManifest, SUMS, type Manifest } from './manifest.js';

const MOST_BYTES = 16 * 1024 * 1024;

/** Checks a directory that `writeExport` made; needs no database. @throws the error of the system for one that cannot be read */
export async function verifyExport(directory: string): Promise<ExportReport> {
  const said = new Said();
  const bytes = await readPlain(join(directory, MANIFEST), MOST_BYTES);
  if (bytes === undefined) {
    said.find({ code: 'INCOMPLETE_UNFINISHED', file: MANIFEST, message: `there is no ${MANIFEST}, which is written last: this export was not finished, and what is there may be any part of it` }); // prettier-ignore
    return said.report(0);
  }
  let manifest: Manifest;
  try {
    manifest = parseManifest(bytes === 'too long' ? Buffer.alloc(0) : bytes);
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
    const code = error.facts['reason'] === 'later' ? 'INCOMPLETE_LATER' : 'MANIFEST_INVALID';
    said.find({ code, file: MANIFEST, message: error.message });
    return said.report(0);
  }
  said.find(...(await checkFiles(directory, manifest.files)));
  await checkSums(directory, manifest, bytes as Buffer, said);
  return said.report(manifest.count);
}

async function checkSums(directory: string, { files }: Manifest, manifest: Buffer, said: Said): Promise<void> {
  const sums = await readPlain(join(directory, SUMS), MOST_BYTES);
  const expected = formatSums(files, new Map([[MANIFEST, manifest.toString()]]));
  if (sums instanceof Buffer && sums.toString() === expected) return;
  said.find({ code: 'SUMS_DIFFER', file: SUMS, message: `${SUMS} is not that of this manifest (SHA-256 ${hash('sha256', manifest)})` }); // prettier-ignore
}
