import { join } from 'node:path';
import { isAuditError } from '../event/errors.js';
import { BOM, CSV_HEAD } from './csv.js';
import { ASKED, MET, WHOLE } from './check-leaves.js';
import type { ExportFinding, Said } from './export-report.js';
import type { ListedFile } from './line-file.js';
import type { Manifest } from './manifest.js';
import { projection, type Project } from './projection.js';
import { readLines } from './read-lines.js';
import type { Filter } from './reapply.js';
import { readRow, type ReadRow, type RowFacts } from './row-facts.js';
import type { RowDigests } from './row-digests.js';

export interface RowChecks {
  readonly filter: Filter;
  /** What the rows must say, where leaves are there. */
  readonly expected: RowDigests | undefined;
  /** Told of each row, in their order. */
  readonly onRow?: ((facts: RowFacts, line: string) => Promise<void>) | undefined;
}

/** Goes through the rows: each is one, in its place, asked for, and says what its leaf says. @returns how many there are */
export async function checkRows(directory: string, manifest: Manifest, checks: RowChecks, said: Said): Promise<number> {
  const project = projection(manifest.format, manifest.values);
  let before: RowFacts | undefined;
  let count = 0;
  for (const file of entryFiles(manifest)) {
    let number = 0;
    let rows = 0;
    const find = (code: ExportFinding['code'], message: string, seq?: number): void =>
      said.find({ code, file: file.name, line: number, seq, message: `${file.name}, line ${number}: ${message}` });
    try {
      for await (const bytes of readLines(join(directory, file.name))) {
        number += 1;
        const line = bytes.toString('utf8');
        if (manifest.format === 'csv' && number === 1) {
          if (line !== CSV_HEAD && line !== BOM + CSV_HEAD)
            find('ROW_INVALID', 'it is not the head that an export writes');
          continue;
        }
        rows += 1;
        const row = readRow(line, manifest.format);
        if (row === undefined) {
          find('ROW_INVALID', 'it is not a row that an export writes');
          continue;
        }
        const { facts } = row;
        checkRow(facts, before, manifest, checks, find);
        if (checks.expected?.has(facts.seq)) checkSays(row, line, checks.expected, project, find);
        await checks.onRow?.(facts, line);
        before = facts;
      }
    } catch (error) {
      if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
      find('ROW_INVALID', error.message);
    }
    if (rows !== file.rows) find('COUNT_DIFFERS', `the file has ${rows} rows, and the manifest says ${file.rows}`);
    count += rows;
  }
  if (count !== manifest.count)
    said.find({ code: 'COUNT_DIFFERS', message: `there are ${count} rows, and the manifest says ${manifest.count}` });
  if (checks.expected !== undefined) checkLeftOut(checks.expected, said);
  return count;
}

export function entryFiles({ files, format }: Manifest): readonly ListedFile[] {
  return files.filter(({ name }) => name.startsWith('entries-') && name.endsWith(`.${format}`));
}

type Find = (code: ExportFinding['code'], message: string, seq?: number) => void;

function checkRow(
  facts: RowFacts,
  before: RowFacts | undefined,
  manifest: Manifest,
  { filter, expected }: RowChecks,
  find: Find,
): void {
  const { seq, id } = facts;
  if (before !== undefined && !isAfter(facts, before, manifest)) find(before.id === id ? 'ROW_TWICE' : 'ROW_INVALID', `entry ${id} does not come behind the one before`, seq); // prettier-ignore
  const failed = filter.failsOn(facts);
  if (failed !== undefined) find('ROW_FOREIGN', `entry ${id} was not asked for: ${failed} does not hold`, seq);
  if (expected !== undefined && (facts.origin !== manifest.evidence?.origin || !expected.has(seq)))
    find('ROW_FOREIGN', `entry ${id} is not one of the range`, seq);
}

function checkSays(
  { facts, members }: ReadRow,
  line: string,
  expected: RowDigests,
  project: Project,
  find: Find,
): void {
  const { seq } = facts;
  if (expected.is(seq, MET)) find('ROW_TWICE', `entry ${seq} is there twice`, seq);
  expected.mark(seq, MET);
  const extent = expected.is(seq, WHOLE) ? 'whole' : 'clear';
  const digest = project.ofLine(line, extent, members);
  if (digest === undefined || !expected.isSame(seq, digest))
    find('ROW_ALTERED', `entry ${seq} does not say what ${extent === 'whole' ? 'its leaf and its sections say' : 'its leaf says'}`, seq); // prettier-ignore
}

/** Whether a row may come behind another. */
export function isAfter(
  row: RowFacts,
  before: RowFacts,
  { order, filter }: Pick<Manifest, 'order' | 'filter'>,
): boolean {
  const { resource } = filter;
  const isHistory = typeof resource === 'object' && resource !== null && 'id' in resource;
  const isGreater = isHistory && row.seq !== before.seq ? row.seq > before.seq : row.id > before.id;
  return row.id !== before.id && isGreater === (order === 'oldest');
}

/** Of the entries that are left out, as many are named. */
const NAMED = 20;

function checkLeftOut(expected: RowDigests, said: Said): void {
  let count = 0;
  for (let seq = expected.first; seq <= expected.last; seq += 1) {
    if (!expected.is(seq, ASKED) || expected.is(seq, MET)) continue;
    count += 1;
    if (count <= NAMED) said.find({ code: 'ROW_LEFT_OUT', seq, message: `entry ${seq} was asked for, and is not among the rows` }); // prettier-ignore
  }
  if (count > NAMED) said.find({ code: 'ROW_LEFT_OUT', message: `${count - NAMED} entries more are left out` });
}
