import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeExport } from '../../src/export/directory.js';
import type { ExportQuery } from '../../src/export/entries.js';
import { readManifest } from '../../src/export/read-manifest.js';
import { verifyExport } from '../../src/export/verify-export.js';
import { verifySeries } from '../../src/export/verify-series.js';
import { AuditReader } from '../../src/query/index.js';
import { postgresEntryStore, postgresExportLog } from '../../src/store/postgres/index.js';
import { captureMany, emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';

let log: FilledLog;
let here: string;
const day = (of: number): Date => new Date(Date.UTC(2026, 0, of));

/** @param previous name of the one before */
async function exported(name: string, query: ExportQuery, previous?: string): Promise<void> {
  await writeExport(new AuditReader(postgresEntryStore(log.pool, 'audit')), query, {
    directory: join(here, name),
    producedBy: 'test',
    values: 'columns',
    sheet: { command: ['export'], versions: [] },
    record: postgresExportLog(log.pool, 'audit'),
    previous: previous === undefined ? undefined : (await readManifest(join(here, previous))).sha256,
  });
}

beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-series-'));
  log = await emptyLog();
  await captureMany(log.pool, 5);
  await sealAll(log.pool);
  await exported('one', { from: day(1), to: day(2) });
  await exported('two', { from: day(2), to: day(3) }, 'one');
  await exported('three', { from: day(3), to: day(4) }, 'two');
  await exported('unlinked', { from: day(2), to: day(3) });
  await exported('late', { from: day(3) }, 'one');
  await exported('early', { from: day(1), to: day(9) }, 'one');
  await exported('other', { from: day(2), to: day(3), action: 'invoice.*' }, 'one');
  await exported('endless', { from: day(2) }, 'one');
  await exported('after', { from: day(5) }, 'endless');
});
afterAll(async () => {
  rmSync(here, { recursive: true });
  await log.close();
});

const series = (names: readonly string[], previous?: string) =>
  verifySeries(names.map((name) => join(here, name)), { previous: previous === undefined ? undefined : join(here, previous) }); // prettier-ignore

describe('exports of a series', () => {
  it('are one behind the other', async () => {
    const report = await series(['one', 'two', 'three']);
    expect(report).toMatchObject({ verdict: 'VERIFIED', findings: [], limits: [], proved: [expect.stringMatching(/^3 exports/)], exports: [{ verdict: 'VERIFIED' }, {}, {}] }); // prettier-ignore
    for (const { limits } of report.exports) expect(limits.join()).not.toMatch(/series/);
  });

  it.each(['one', 'one/manifest.json'])('can be told the one before alone: %s', async (previous) => {
    expect(await series(['two', 'three'], previous)).toMatchObject({ verdict: 'VERIFIED', findings: [], limits: [] });
  });

  it.each<readonly [names: readonly string[], verdict: string, codes: readonly string[], message: RegExp]>([
    [
      ['two', 'one', 'three'],
      'TAMPERED',
      ['INCOMPLETE_UNLINKED', 'INCOMPLETE_OVERLAP', 'SERIES_BROKEN', 'INCOMPLETE_GAP'],
      /.*three comes behind .*two, and not behind .*one/,
    ],
    [
      ['one', 'three'],
      'TAMPERED',
      ['SERIES_BROKEN', 'INCOMPLETE_GAP'],
      /comes behind the export with the manifest.json [0-9a-f]{64}, which is not here/,
    ],
    [['one', 'unlinked'], 'INCOMPLETE', ['INCOMPLETE_UNLINKED'], /unlinked does not say which export came before it/],
    [
      ['one', 'late'],
      'INCOMPLETE',
      ['INCOMPLETE_GAP'],
      /from 2026-01-02T00:00:00.000Z to 2026-01-03T00:00:00.000Z .*there is a gap/,
    ],
    [
      ['one', 'early'],
      'INCOMPLETE',
      ['INCOMPLETE_OVERLAP'],
      /one goes on to 2026-01-02T00:00:00.000Z, and .*early begins at 2026-01-01T00:00:00.000Z/,
    ],
    [['one', 'other'], 'INCOMPLETE', ['INCOMPLETE_OTHER'], /other asks for something else/],
    [['one', 'nowhere-two'], 'INCOMPLETE', ['INCOMPLETE_UNLINKED'], /no manifest that can be read/],
  ])('%j are %s', async (names, verdict, codes, message) => {
    if (names.includes('nowhere-two')) await exported('nowhere-two', {}).then(() => rmSync(join(here, 'nowhere-two', 'manifest.json'))); // prettier-ignore
    const report = await series(names);
    expect(report).toMatchObject({ verdict, proved: [] });
    expect(report.findings.map(({ code }) => code)).toEqual(codes);
    expect(report.findings.map((each) => each.message).join('\n')).toMatch(message);
  });

  it('of which one has no end leave open whether there is a gap', async () => {
    expect(await series(['one', 'endless', 'after'])).toMatchObject({ verdict: 'VERIFIED', limits: [expect.stringMatching(/endless has no end: whether something lies between/)] }); // prettier-ignore
  });

  it('begin somewhere, and that is said', async () => {
    const { sha256 } = await readManifest(join(here, 'one'));
    expect(await series(['two', 'three'])).toMatchObject({ verdict: 'VERIFIED', limits: [expect.stringContaining(sha256)] }); // prettier-ignore
    const alone = await verifyExport(join(here, 'two'));
    expect(alone.limits.join()).toMatch(new RegExp(`one of a series: .*${sha256}`));
    expect(readFileSync(join(here, 'two', 'sheet.txt'), 'utf8')).toContain(`\nprevious    ${sha256}\n`);
  });

  it('are broken by a manifest that was written anew', async () => {
    const path = join(here, 'one', 'manifest.json');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace('"producedBy":"test"', '"producedBy":"toast"'));
    expect(await series(['two'], 'one')).toMatchObject({ verdict: 'TAMPERED', findings: [{ code: 'SERIES_BROKEN' }] });
    writeFileSync(path, before);
  });

  it.each([
    ['nowhere', 'AUDIT_OPTIONS_INVALID'],
    ['one/sheet.txt', 'AUDIT_EVIDENCE_INVALID'],
  ])('do not come behind %s', async (previous, code) => {
    await expect(series(['two'], previous)).rejects.toMatchObject({ code });
  });
});
