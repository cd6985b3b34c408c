import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../checkpoint/node-error.js';
import { readPlain } from '../checkpoint/proof-directory.js';
import { parseJsonObject } from '../event/json-object.js';
import { cannotGoOn } from './cannot-go-on.js';
import { conditionsOf } from './conditions.js';
import type { WriteExportOptions } from './directory.js';
import type { ExportQuery } from './entries.js';
import { BEGUN, MANIFEST } from './manifest.js';
import { sorted } from './sorted.js';
import type { ExportRange } from './range.js';
import { ROWS_OF_A_FILE } from './row-files.js';
import { writeListed } from './write-listed.js';

const MOST_BYTES = 64 * 1024;
const FOLDERS = ['proof', 'seed'];

/** What was asked for when a directory was begun. Where it was left, its rows say themselves. */
function begunText(query: ExportQuery, options: WriteExportOptions, last: number | undefined): string {
  const { format = 'ndjson', bom = true, values = 'prisma', rowsOfAFile = ROWS_OF_A_FILE, evidence, sample } = options;
  const facts = {
    v: 1,
    kind: 'audit-export-begun',
    filter: conditionsOf(query),
    order: query.order ?? 'oldest',
    format,
    bom,
    values,
    rowsOfAFile,
    population: options.population === true,
    sample,
    evidence: evidence && { openings: evidence.openings, last },
  };
  return `${sorted(facts)}\n`;
}

/** All of it or nothing, before the first row. */
export async function writeBegun(
  directory: string,
  query: ExportQuery,
  options: WriteExportOptions,
  range: ExportRange | undefined,
) {
  await writeListed(directory, `.new-${BEGUN}`, begunText(query, options, range?.last));
  await rename(join(directory, `.new-${BEGUN}`), join(directory, BEGUN));
}

/**
 * What a directory says of how it was begun. `undefined`: there is no directory, or nothing in it.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` where no export can go on there
 */
export async function findBegun(directory: string): Promise<string | undefined> {
  const names = [];
  for (const each of await entriesOf(directory)) {
    if (!each.isFile() && !(each.isDirectory() && FOLDERS.includes(each.name)))
      throw cannotGoOn(directory, 'something in it is no plain file');
    if (each.name !== `.new-${BEGUN}`) names.push(each.name);
  }
  if (names.length === 0) return undefined;
  if (names.includes(MANIFEST)) throw cannotGoOn(directory, `it has a ${MANIFEST}, so it is finished`);
  const bytes = await readPlain(join(directory, BEGUN), MOST_BYTES);
  if (!(bytes instanceof Buffer)) throw cannotGoOn(directory, `it has no ${BEGUN} that an export wrote, which says what was asked for`); // prettier-ignore
  return bytes.toString('utf8');
}

async function entriesOf(directory: string) {
  try {
    if ((await lstat(directory)).isDirectory()) return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  throw cannotGoOn(directory, 'it is no directory');
}

/**
 * The range as it was when the directory was begun: what was sealed since is not in it. Nothing else of the text is believed; it has to be
 * what is asked for now, byte by byte.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function rangeBegun(
  text: string,
  query: ExportQuery,
  options: WriteExportOptions,
  range: ExportRange | undefined,
): ExportRange | undefined {
  const read = parseJsonObject(text) ?? {};
  const evidence = read['evidence'] as { readonly last?: unknown } | null | undefined; // whatever it is: see below
  const found = Number(evidence?.last);
  const last =
    range && Number.isSafeInteger(found) && found >= range.first && found <= range.last ? found : range?.last;
  const expected = begunText(query, options, last);
  if (text === expected) return range && { ...range, last: last ?? range.last };
  const asked = parseJsonObject(expected) ?? {};
  const differ = Object.keys({ ...asked, evidence: 0, sample: 0 }).filter(
    (name) => textOf(asked[name]) !== textOf(read[name]),
  );
  throw cannotGoOn(
    options.directory,
    `it was begun otherwise, or its ${BEGUN} was changed (${differ.join(', ') || 'members'})`,
  );
}

/** JSON that is nested deeper than anything of ours is none of ours. */
function textOf(value: unknown): string | undefined {
  try {
    return sorted(value);
  } catch {
    return undefined;
  }
}

/** Of what comes after the rows; all of it is made anew. */
const MADE_ANEW =
  /^(leaves\.ndjson(\.lines)?|sections\.ndjson(\.lines)?|population\.csv(\.lines)?|sample\.csv|sheet\.txt|manifest\.note|SHA256SUMS|\.new-manifest\.json|proof|seed)$/;

/** Takes away what an export wrote after its rows. */
export async function removeDerived(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (MADE_ANEW.test(name)) await rm(join(directory, name), { recursive: true });
}
