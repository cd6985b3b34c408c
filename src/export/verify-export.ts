import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Vkey } from '../chain/vkey.js';
import { isAbsent, readPlain } from '../checkpoint/proof-directory.js';
import { AuditError, isAuditError } from '../event/errors.js';
import { tenantKey } from '../event/identity.js';
import { checkFiles } from './check-files.js';
import { checkLeaves } from './check-leaves.js';
import { checkEvidenceProof, checkNote } from './check-signed.js';
import { PopulationCheck } from './check-sample.js';
import { checkOpened } from './check-opened.js';
import { checkRows } from './check-rows.js';
import { checkSheet } from './check-sheet.js';
import { Said, type AskedFor, type ExportReport } from './export-report.js';
import { formatSums, MANIFEST, NOTE, parseManifest, SUMS, type Manifest } from './manifest.js';
import { Filter } from './reapply.js';

export interface VerifyExportOptions {
  /** Keys of the registry, from somewhere else than the directory. @defaultValue none: what is signed is then not checked */
  readonly vkeys?: readonly Vkey[] | undefined;
  /** Whoever asks looks at the export before it as well. @defaultValue false */
  readonly isOfSeries?: boolean | undefined;
}

const MOST_BYTES = 16 * 1024 * 1024;

/**
 * Checks a directory that `writeExport` made; needs no database.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` where there is no such directory, and the error of the system for one that cannot be read
 */
export async function verifyExport(
  directory: string,
  { vkeys = [], isOfSeries = false }: VerifyExportOptions = {},
): Promise<ExportReport> {
  await requireDirectory(directory);
  const said = new Said();
  const bytes = await readPlain(join(directory, MANIFEST), MOST_BYTES);
  if (bytes === undefined) {
    said.find({ code: 'INCOMPLETE_UNFINISHED', file: MANIFEST, message: `there is no ${MANIFEST}, which is written last: this export was not finished, and what is there may be any part of it` }); // prettier-ignore
    return said.report(0);
  }
  const manifest = parsed(bytes === 'too long' ? Buffer.alloc(0) : bytes, said);
  if (manifest === undefined) return said.report(0);
  const note = await readPlain(join(directory, NOTE), MOST_BYTES);
  said.find(...(await checkFiles(directory, manifest.files)));
  await checkSums(directory, manifest, bytes as Buffer, note, said);
  checkNote(note, bytes as Buffer, vkeys, said);
  await checkSheet(directory, manifest, said);
  const filter = new Filter(manifest.filter, manifest.format);
  checkConditionsOf(manifest, filter, said);
  const expected = manifest.evidence && (await rangeSays(directory, manifest, filter, vkeys, said));
  const population = new PopulationCheck(directory, manifest);
  await population.begin();
  const onRow = population.row.bind(population);
  const count = await checkRows(directory, manifest, { filter, expected, onRow }, said);
  await population.end(directory, vkeys, said);
  if (manifest.evidence && expected) checkOpened(manifest.evidence, expected, said);
  limits(manifest, filter, said, isOfSeries);
  return said.report(count, askedFor(manifest));
}

async function requireDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch((error: unknown) => {
    if (isAbsent(error)) return undefined;
    throw error;
  });
  if (found?.isDirectory() !== true)
    throw new AuditError('AUDIT_OPTIONS_INVALID', `there is no directory at ${directory}: name one that export wrote`);
}

/** Conditions are read as those of a question are, and are about the chain that is there. */
function checkConditionsOf({ filter, evidence }: Manifest, { unreadable }: Filter, said: Said): void {
  const wrong = (message: string): void => said.find({ code: 'MANIFEST_INVALID', file: MANIFEST, message });
  for (const name of unreadable) wrong(`the condition ${name} in ${MANIFEST} is none that can be read`);
  const { tenant } = filter;
  if (evidence !== undefined && typeof tenant === 'string' && tenantKey(tenant) !== evidence.tenant)
    wrong(`${MANIFEST} asks for one tenant, and has the chain of another`);
}

function askedFor({ filter, evidence }: Manifest): AskedFor {
  if (evidence === undefined) return { filter };
  const { tenant, origin, range } = evidence;
  return { filter, tenant, range: { origin, ...range } };
}

function parsed(bytes: Uint8Array, said: Said): Manifest | undefined {
  try {
    return parseManifest(bytes);
  } catch (error) {
    if (!isAuditError(error, 'AUDIT_EVIDENCE_INVALID')) throw error;
    const code = error.facts['reason'] === 'later' ? 'INCOMPLETE_LATER' : 'MANIFEST_INVALID';
    said.find({ code, file: MANIFEST, message: error.message });
    return undefined;
  }
}

async function checkSums(
  directory: string,
  { files }: Manifest,
  manifest: Buffer,
  note: Buffer | string | undefined,
  said: Said,
) {
  const sums = await readPlain(join(directory, SUMS), MOST_BYTES);
  const others = new Map([[MANIFEST, manifest.toString()], ...(note === undefined ? [] : [[NOTE, note.toString()] as const])]); // prettier-ignore
  if (sums instanceof Buffer && sums.toString() === formatSums(files, others)) return;
  said.find({ code: 'SUMS_DIFFER', file: SUMS, message: `${SUMS} is not that of this manifest and its signature` });
}

/** @returns what the rows must say, where the leaves show it */
async function rangeSays(directory: string, manifest: Manifest, filter: Filter, vkeys: readonly Vkey[], said: Said) {
  const { evidence } = manifest;
  if (evidence === undefined) return undefined;
  const proven = await checkEvidenceProof(directory, evidence, vkeys, said);
  const expected = await checkLeaves(directory, { ...manifest, evidence }, filter, proven, said);
  if (expected === undefined) return undefined;
  const { firstSeq, lastSeq } = evidence.range;
  const asked = filter.canAsk;
  if (asked) said.proved.push(`every entry of ${evidence.origin} from ${firstSeq} to ${lastSeq} that was asked for is there`); // prettier-ignore
  said.proved.push(evidence.opened ? 'each row says what its leaf and, where they are opened, its sections say' : 'each row says what its leaf says'); // prettier-ignore
  return expected;
}

function limits(
  { evidence, values, previous, continued }: Manifest,
  { hidden, unknown }: Filter,
  said: Said,
  isOfSeries: boolean,
): void {
  const { limits: list } = said;
  if (unknown.length > 0) list.push(`${unknown.join(', ')} of the filter cannot be asked again by this version`);
  if (evidence === undefined) list.push('no leaves are with this export: whether an entry was left out or changed before it was written is not shown'); // prettier-ignore
  else if (hidden.length > 0) list.push(`leaves do not say ${hidden.join(', ')}: whether an entry was left out is not shown`); // prettier-ignore
  if (continued !== undefined && evidence?.opened !== true) list.push(`${continued} rows were written by a program that was ended, and stood in the directory until the export went on`); // prettier-ignore
  if (previous !== undefined && !isOfSeries) list.push(`it is one of a series: name the export before it too, whose manifest has the SHA-256 ${previous}`); // prettier-ignore
  if (evidence?.opened === false) list.push('actors, record ids and values are as they were exported: nothing here opens their commitments'); // prettier-ignore
  if (evidence?.opened === true && values === 'prisma')
    list.push('changes and change have the names and types of the application: compare old and new, which are proved'); // prettier-ignore
}
