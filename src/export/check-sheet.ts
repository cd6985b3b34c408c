import { join } from 'node:path';
import { readPlain } from '../checkpoint/proof-directory.js';
import type { Said } from './export-report.js';
import { SHEET, type Manifest } from './manifest.js';
import { SHEET_NAMES, sheetConditions, sheetLine } from './sheet.js';

const MOST_BYTES = 16 * 1024 * 1024;

/** People read the sheet, and what was checked is the manifest: both say the same of what was asked for, and of what shows it. */
export async function checkSheet(directory: string, manifest: Manifest, said: Said): Promise<void> {
  const differs = (message: string): void => said.find({ code: 'SHEET_DIFFERS', file: SHEET, message });
  const bytes = manifest.files.some(({ name }) => name === SHEET) ? await readPlain(join(directory, SHEET), MOST_BYTES) : undefined; // prettier-ignore
  if (!(bytes instanceof Buffer)) return differs(`there is no ${SHEET} that can be read`);
  const lines = bytes.toString('utf8').split('\n');
  const expected = new Map(sheetConditions(manifest));
  for (const name of SHEET_NAMES) {
    const value = expected.get(name);
    const found = lines.filter((line) => line.startsWith(`${name} `) && line.slice(0, 12).trimEnd() === name);
    if (found.map((line) => `${line}\n`).join('') !== (value === undefined ? '' : sheetLine([name, value])))
      differs(`${SHEET} has another line of "${name}" than the manifest`);
  }
}
