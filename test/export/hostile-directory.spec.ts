import { createHash, hash } from 'node:crypto';
import { cpSync, createReadStream, mkdtempSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Vkey } from '../../src/chain/vkey.js';
import { writeExport, type WriteExportOptions } from '../../src/export/directory.js';
import { formatManifest, formatSums, parseManifest, type Manifest } from '../../src/export/manifest.js';
import { readManifest } from '../../src/export/read-manifest.js';
import { verifyExport } from '../../src/export/verify-export.js';
import { AuditReader } from '../../src/query/index.js';
import { postgresEntryStore, postgresExportLog, withProofSource } from '../../src/store/postgres/index.js';
import { signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { capture, DEPLOYMENT, sealAndSign } from '../checkpoint/support/signed-log.js';
import { createLog, type TestLog } from '../support/log.js';

const GIB = 2 ** 30;
const ROWS = 'entries-00001.ndjson';

let log: TestLog;
let here: string;
let whole: string;
let vkeys: readonly Vkey[];

async function exported(name: string, options: Partial<WriteExportOptions> = {}): Promise<string> {
  const directory = join(here, name);
  await writeExport(new AuditReader(postgresEntryStore(log.pool, 'audit')), { tenant: 'acme' }, {
    directory,
    producedBy: 'test',
    values: 'columns',
    sheet: { command: [], versions: [] },
    record: postgresExportLog(log.pool, 'audit'),
    withProof: (work) => withProofSource(log.pool, 'audit', work),
    evidence: { openings: true },
    population: true,
    signing: { signer: signerOf('one'), deployment: DEPLOYMENT },
    ...options,
  }); // prettier-ignore
  return directory;
}

beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-hostile-export-'));
  log = await createLog();
  vkeys = [await vkeyOfLabel(`${DEPLOYMENT}/registry`, 'one')];
  await capture(log, 'acme', 12);
  await sealAndSign(log);
  whole = await exported('whole');
});
afterAll(async () => {
  rmSync(here, { recursive: true });
  await log.close();
});

let made = 0;
function copied(): string {
  const copy = join(here, String((made += 1)));
  cpSync(whole, copy, { recursive: true });
  return copy;
}
const edit = (directory: string, name: string, change: (text: string) => string): void =>
  writeFileSync(join(directory, name), change(readFileSync(join(directory, name), 'utf8')));
const files = (manifest: Manifest, name: string, change: object): Manifest => ({ ...manifest, files: manifest.files.map((file) => (file.name === name ? { ...file, ...change } : file)) }); // prettier-ignore

/** Who has no key writes another manifest, and takes the signature away. */
function claim(directory: string, and: (manifest: Manifest) => Manifest): void {
  const manifest = and(parseManifest(readFileSync(join(directory, 'manifest.json'))));
  const text = formatManifest(manifest);
  writeFileSync(join(directory, 'manifest.json'), text);
  writeFileSync(join(directory, 'SHA256SUMS'), formatSums(manifest.files, new Map([['manifest.json', text]])));
  rmSync(join(directory, 'manifest.note'), { force: true });
}
/** The same, with sizes and hashes of the files that are there. */
function refit(directory: string, and: (manifest: Manifest) => Manifest = (same) => same): void {
  claim(directory, (manifest) =>
    and({
      ...manifest,
      files: manifest.files.map((file) => {
        const bytes = readFileSync(join(directory, file.name));
        return { ...file, bytes: bytes.length, sha256: hash('sha256', bytes) };
      }),
    }),
  );
}

/** A line of so many bytes in the place of the rows. */
function long(directory: string, bytes: number): void {
  writeFileSync(join(directory, ROWS), Buffer.concat([Buffer.alloc(bytes - 1, 'x'), Buffer.from('\n')]));
  claim(directory, (m) => files(m, ROWS, { bytes }));
}

describe('a directory that somebody made to do harm', () => {
  it.each<[string, (directory: string) => void, string, string?]>([
    ['rows of 64 GB that take no place', (d) => truncateSync(join(d, ROWS), 64 * GIB), 'FILE_ALTERED', ROWS],
    ['leaves of 64 GB', (d) => truncateSync(join(d, 'leaves.ndjson'), 64 * GIB), 'FILE_ALTERED', 'leaves.ndjson'],
    ['sections of 64 GB', (d) => truncateSync(join(d, 'sections.ndjson'), 64 * GIB), 'FILE_ALTERED', 'sections.ndjson'],
    ['a population of 64 GB', (d) => truncateSync(join(d, 'population.csv'), 64 * GIB), 'FILE_ALTERED', 'population.csv'],
    ['digests of 64 GB', (d) => truncateSync(join(d, `${ROWS}.lines`), 64 * GIB), 'FILE_ALTERED', `${ROWS}.lines`],
    ['a sheet of 64 GB', (d) => truncateSync(join(d, 'sheet.txt'), 64 * GIB), 'FILE_ALTERED', 'sheet.txt'],
    ['a note of 64 GB', (d) => truncateSync(join(d, 'manifest.note'), 64 * GIB), 'SIGNATURE_WRONG'],
    ['a proof of 64 GB', (d) => truncateSync(join(d, 'proof/registry.tlog-proof'), 64 * GIB), 'PROOF_INVALID'],
    ['more rows than the file has bytes', (d) => claim(d, (m) => files(m, ROWS, { rows: 1e12 })), 'MANIFEST_INVALID'],
    ['as many rows as it claims bytes', (d) => claim(d, (m) => files(m, ROWS, { rows: 1e12, bytes: 1e12 })), 'FILE_ALTERED', ROWS],
    ['a range of 64 GB of leaves that are not there', (d) => claim(d, (m) => ({ ...files(m, 'leaves.ndjson', { bytes: 64 * GIB }), evidence: { ...m.evidence!, range: { firstSeq: 0, lastSeq: 2 ** 29 } } })), 'LEAF_INVALID'],
    ['a line of 511 MB and a half', (d) => long(d, 511.5 * 2 ** 20), 'ROW_INVALID', ROWS],
    ['a line of 512 MB', (d) => long(d, 2 ** 29), 'ROW_INVALID', ROWS],
    ['a place that is an object', (d) => (edit(d, ROWS, (t) => t.replace(/"seq":\d+/, '"seq":{"valueOf":1,"toString":1}')), refit(d)), 'ROW_FOREIGN', ROWS],
    ['a place of 100,000 levels', (d) => (edit(d, ROWS, (t) => t.replace(/"seq":\d+/, `"seq":${'['.repeat(1e5)}${']'.repeat(1e5)}`)), refit(d)), 'ROW_FOREIGN', ROWS],
    ['a section that is none', (d) => (edit(d, 'sections.ndjson', (t) => t.replace(/^.*\n.*\n/, (two) => `${two.split('\n')[0] ?? ''}\nnone\n`)), refit(d)), 'SECTION_INVALID', 'sections.ndjson'],
    ['a section a hundred times', (d) => (edit(d, 'sections.ndjson', (t) => t.replace(/^.*\n/, (line) => line.repeat(100))), refit(d)), 'SECTION_INVALID', 'sections.ndjson'],
    ['a population of one line', (d) => (writeFileSync(join(d, 'population.csv'), 'x'.repeat(1_000)), refit(d)), 'POPULATION_DIFFERS', 'population.csv'],
    ['leaves, and no word of them', (d) => refit(d, (m) => ({ ...m, evidence: undefined, matched: 'filter' })), 'MANIFEST_INVALID', 'leaves.ndjson'],
    ['a proof, and no word of it', (d) => refit(d, (m) => ({ ...m, evidence: { ...m.evidence!, provenSeq: undefined, checkpoint: undefined } })), 'MANIFEST_INVALID', 'proof/entry.leaf'],
    ['sections, and no word of them', (d) => refit(d, (m) => ({ ...m, evidence: { ...m.evidence!, opened: false } })), 'MANIFEST_INVALID', 'sections.ndjson'],
    ['rows of the other format', (d) => (writeFileSync(join(d, 'entries-00002.csv'), 'x'), refit(d, (m) => ({ ...m, files: [...m.files, { name: 'entries-00002.csv', bytes: 1, sha256: hash('sha256', 'x') }] }))), 'MANIFEST_INVALID', 'entries-00002.csv'],
    ['a sheet that says what covers it, and no word of it', (d) => refit(d, (m) => ({ ...m, evidence: { ...m.evidence!, provenSeq: undefined, checkpoint: undefined } })), 'SHEET_DIFFERS', 'sheet.txt'],
    ['a sheet with a sample that was not drawn', (d) => (edit(d, 'sheet.txt', (t) => `${t}sample      25 entries\n`), refit(d)), 'SHEET_DIFFERS', 'sheet.txt'],
  ])('with %s is found out', async (...[, harm, code, file]) => {
    const directory = copied();
    harm(directory);
    for (const keys of [vkeys, []]) {
      const { verdict, findings } = await verifyExport(directory, { vkeys: keys });
      expect(verdict === 'VERIFIED').toBe(false);
      const found = findings.filter((each) => each.code === code);
      if (keys.length > 0 || code !== 'SIGNATURE_WRONG') expect(found.length > 0).toBe(true);
      if (file !== undefined) expect(found.map((each) => each.file)).toContain(file);
    }
    rmSync(directory, { recursive: true });
  }, 60_000); // prettier-ignore

  it('has the line of a file in its own name', async () => {
    const directory = copied();
    edit(directory, 'sections.ndjson', (text) => text.replace(/^.*\n.*\n/, (two) => `${two.split('\n')[0] ?? ''}\nnone\n`)); // prettier-ignore
    refit(directory);
    const { findings } = await verifyExport(directory, { vkeys });
    expect(findings.find(({ code }) => code === 'SECTION_INVALID')).toMatchObject({ file: 'sections.ndjson', line: 2 });
    expect(findings.map(({ code }) => code)).not.toContain('LEAF_INVALID');
  });

  it('with digests of 2.2 GB that are as the manifest says still says which line differs', async () => {
    const directory = copied();
    const bytes = 2.2 * GIB - ((2.2 * GIB) % 8);
    const digests = join(directory, `${ROWS}.lines`);
    truncateSync(digests, bytes);
    const sum = createHash('sha256');
    for await (const chunk of createReadStream(digests, { highWaterMark: 2 ** 22 })) sum.update(chunk as Buffer);
    claim(directory, (m) => files(files(m, ROWS, { rows: bytes / 8, bytes: 1e12 }), `${ROWS}.lines`, { bytes, sha256: sum.digest('hex') })); // prettier-ignore
    const { findings } = await verifyExport(directory, { vkeys });
    expect(findings).toContainEqual(expect.objectContaining({ code: 'FILE_ALTERED', file: ROWS, line: 14, message: expect.stringMatching(/it ends before line 14, and had \d+ lines/) })); // prettier-ignore
    rmSync(directory, { recursive: true });
  }, 60_000);
});

describe('a link to a file of the same bytes', () => {
  const NAMES = ['manifest.json', 'manifest.note', 'SHA256SUMS', 'sheet.txt', ROWS, 'leaves.ndjson', 'sections.ndjson', 'population.csv', 'proof', 'proof/entry.leaf']; // prettier-ignore
  it.each(NAMES)('in the place of %s is not followed', async (name) => {
    const directory = copied();
    const outside = join(here, `outside-${made}`);
    mkdirSync(outside);
    renameSync(join(directory, name), join(outside, 'x'));
    symlinkSync(join(outside, 'x'), join(directory, name));
    const { verdict, proved } = await verifyExport(directory, { vkeys });
    expect(verdict).not.toBe('VERIFIED');
    const isProof = name.startsWith('proof');
    if (isProof) expect(proved.join()).not.toMatch(/signed at/);
    if (name === 'manifest.note') expect(proved.join()).not.toMatch(/the manifest is signed/);
    if (name === 'manifest.json') await expect(readManifest(directory)).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' }); // prettier-ignore
  });

  it('that somebody names is', async () => {
    symlinkSync(whole, join(here, 'latest'));
    symlinkSync(join(whole, 'manifest.json'), join(here, 'latest.json'));
    expect(await verifyExport(join(here, 'latest'), { vkeys })).toMatchObject({ verdict: 'VERIFIED' });
    const { sha256 } = await readManifest(whole);
    for (const name of ['latest', 'latest.json']) expect(await readManifest(join(here, name))).toMatchObject({ sha256 }); // prettier-ignore
  });
});
