import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Vkey } from '../../src/chain/vkey.js';
import { bytesOfLeaf } from '../../src/checkpoint/stored-leaf.js';
import { writeExport, type WriteExportOptions } from '../../src/export/directory.js';
import { formatManifest, formatSums, parseManifest, type Manifest } from '../../src/export/manifest.js';
import { verifyExport } from '../../src/export/verify-export.js';
import { AuditReader } from '../../src/query/index.js';
import { createPool, postgresEntryStore, postgresExportLog, withProofSource } from '../../src/store/postgres/index.js';
import { signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { capture, DEPLOYMENT, sealAndSign } from '../checkpoint/support/signed-log.js';
import { createLog, sealAll, type TestLog } from '../support/log.js';

let log: TestLog;
let here: string;
let vkeys: readonly Vkey[];
let to: Date;

beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-sample-'));
  log = await createLog();
  vkeys = [await vkeyOfLabel(`${DEPLOYMENT}/registry`, 'one')];
  await capture(log, 'acme', 200);
  await sealAndSign(log);
  await sleep(20);
  to = new Date();
  await sleep(20);
});
afterAll(async () => {
  rmSync(here, { recursive: true });
  await log.close();
});

let made = 0;
async function exported(options: Partial<WriteExportOptions> = {}): Promise<string> {
  const directory = join(here, String((made += 1)));
  await writeExport(new AuditReader(postgresEntryStore(log.pool, 'audit')), { tenant: 'acme', action: 'Note.*', to }, {
    directory,
    producedBy: 'test',
    values: 'columns',
    sheet: { command: [], versions: [] },
    record: postgresExportLog(log.pool, 'audit'),
    withProof: (work) => withProofSource(log.pool, 'audit', work),
    population: true,
    sample: { size: 25, word: 'Zugspitze' },
    signing: { signer: signerOf('one'), deployment: DEPLOYMENT },
    ...options,
  }); // prettier-ignore
  return directory;
}

describe('before the period is over', () => {
  it('there is nothing by which a sample could be drawn, and nothing is written', async () => {
    await expect(exported()).rejects.toMatchObject({ code: 'AUDIT_NOT_COVERED' });
    expect(existsSync(join(here, String(made)))).toBe(false);
    await capture(log, 'acme', 50);
    await sealAndSign(log);
  });
});

describe('a sample', () => {
  it.each(['ndjson', 'csv'] as const)('of %s is drawn by root and word, and drawn again when it is verified', async (format) => {
    const directory = await exported({ format });
    const report = await verifyExport(directory, { vkeys });
    expect(report).toMatchObject({ verdict: 'VERIFIED', count: 200, findings: [] });
    expect(report.proved).toContain('the sample is the one that seed and population give');
    const { sample } = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
    // The rule, by hand.
    const seed = hash('sha256', `${sample?.checkpoint.root ?? ''}\nZugspitze`);
    const { rows } = await log.pool.query<{ seq: string }>(`select seq from audit.entry where chain = 1 and action like 'Note.%' and occurred_at < $1`, [to]); // prettier-ignore
    const drawn = rows.map(({ seq }) => [hash('sha256', `${seed}\n${DEPLOYMENT}/1\n${seq}`), seq] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, 25); // prettier-ignore
    const lines = readFileSync(join(directory, 'sample.csv'), 'utf8').trimEnd().split('\r\n').slice(1);
    expect(lines.map((line) => line.split(',').slice(0, 3))).toEqual(drawn.map(([key, seq]) => [`"${key}"`, `"${DEPLOYMENT}/1"`, `"${seq}"`])); // prettier-ignore
    expect(readFileSync(join(directory, 'population.csv'), 'utf8').trimEnd().split('\r\n').length).toBe(201);
    expect(readFileSync(join(directory, 'sheet.txt'), 'utf8')).toMatch(/sample +25 entries, word "Zugspitze"/);
  }); // prettier-ignore

  it('of another word is another one; without a word it says that it could be steered', async () => {
    const directory = await exported({ sample: { size: 25 } });
    const [one, other] = [await exported(), directory].map((path) => readFileSync(join(path, 'sample.csv'), 'utf8'));
    expect(one).not.toBe(other);
    expect(await verifyExport(directory, { vkeys })).toMatchObject({ verdict: 'VERIFIED', limits: expect.arrayContaining([expect.stringMatching(/could steer the sample/)]) }); // prettier-ignore
    expect(readFileSync(join(directory, 'sheet.txt'), 'utf8')).toMatch(/STEERABLE BY THE LOG/);
  });

  it('of more than there are is all of them', async () => {
    const directory = await exported({ sample: { size: 1_000 } });
    expect(readFileSync(join(directory, 'sample.csv'), 'utf8').trimEnd().split('\r\n').length).toBe(201);
  });

  it.each([
    ['of nothing', { size: 0 }],
    ['of too many', { size: 10_001 }],
    ['with a word of two lines', { size: 5, word: 'a\nb' }],
    ['with an empty word', { size: 5, word: '' }],
    ['with a word of a lone surrogate', { size: 5, word: '\ud800' }],
  ])('%s is refused', async (_name, sample) => {
    await expect(exported({ sample })).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
    expect(existsSync(join(here, String(made)))).toBe(false);
  });
});

/** As somebody who has no key: all that vouches for the files is made anew. */
function forge(directory: string, and: (manifest: Manifest, directory: string) => Manifest): string {
  const copy = join(here, String((made += 1)));
  cpSync(directory, copy, { recursive: true });
  const manifest = and(parseManifest(readFileSync(join(copy, 'manifest.json'))), copy);
  const files = manifest.files.map((file) => {
    const bytes = readFileSync(join(copy, file.name));
    return { ...file, bytes: bytes.length, sha256: hash('sha256', bytes) };
  });
  const text = formatManifest({ ...manifest, files });
  writeFileSync(join(copy, 'manifest.json'), text);
  writeFileSync(join(copy, 'SHA256SUMS'), formatSums(files, new Map([['manifest.json', text]])));
  return copy;
}
const edit = (path: string, change: (lines: string[]) => string[]): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8').split(/(?<=\n)/).filter(Boolean)).join('')); // prettier-ignore

describe('another sample is found out', () => {
  /** Of the registry, which was sealed in the period all the same. */
  let opening: Buffer;
  beforeAll(async () => {
    opening = await withProofSource(log.pool, 'audit', async (source) => {
      for await (const [leaf] of source.leaves(0, 0, 1)) if (leaf) return bytesOfLeaf(`${DEPLOYMENT}/registry`, leaf);
      throw new Error('there is no registry');
    });
  });
  it.each<[string, (manifest: Manifest, directory: string) => Manifest, string]>([
    ['in which an entry was replaced', (m, d) => (edit(join(d, 'sample.csv'), (l) => l.toSpliced(3, 1)), m), 'SAMPLE_DIFFERS'],
    ['that is shorter', (m, d) => (edit(join(d, 'sample.csv'), (l) => l.slice(0, -1)), { ...m, sample: { ...m.sample!, size: 24 } }), ''],
    ['of another seed', (m) => ({ ...m, sample: { ...m.sample!, seed: 'a'.repeat(64) } }), 'SAMPLE_DIFFERS'],
    ['of another word', (m) => ({ ...m, sample: { ...m.sample!, word: 'Watzmann', seed: hash('sha256', `${m.sample!.checkpoint.root}\nWatzmann`) } }), 'SAMPLE_DIFFERS'],
    ['of another root', (m) => ({ ...m, sample: { ...m.sample!, checkpoint: { ...m.sample!.checkpoint, root: 'b'.repeat(64) } } }), 'SAMPLE_DIFFERS'],
    ['of another period', (m) => ({ ...m, filter: { ...m.filter, to: '2000-01-01T00:00:00.000Z' } }), 'SAMPLE_DIFFERS'],
    ['of a longer period', (m) => ({ ...m, filter: { ...m.filter, to: '2999-01-01T00:00:00.000Z' } }), 'SAMPLE_DIFFERS'],
    ['of a later checkpoint', (m, d) => (writeFileSync(join(d, 'seed/before.leaf'), opening), m), 'SAMPLE_DIFFERS'],
    ['from another population', (m, d) => (edit(join(d, 'population.csv'), (l) => l.toSpliced(5, 1)), m), 'POPULATION_DIFFERS'],
    ['from a longer population', (m, d) => (edit(join(d, 'population.csv'), (l) => [...l, l[5] ?? '']), m), 'POPULATION_DIFFERS'],
    ['without its proof', (m, d) => (rmSync(join(d, 'seed/registry.tlog-proof')), { ...m, files: m.files.filter(({ name }) => name !== 'seed/registry.tlog-proof') }), 'INCOMPLETE_UNPROVEN'],
    ['without the entry before', (m, d) => (rmSync(join(d, 'seed/before.leaf')), { ...m, files: m.files.filter(({ name }) => name !== 'seed/before.leaf') }), 'SAMPLE_DIFFERS'],
  ])('%s', async (_name, and, code) => {
    const { findings } = await verifyExport(forge(await exported(), and), { vkeys });
    // A shorter sample is the same rule with another number: that the number is the one that was asked for, the auditor knows.
    if (code !== '') expect(findings.map((each) => each.code)).toContain(code);
  }); // prettier-ignore
});

describe('that entries were taken along', () => {
  const told = `select count(*)::int as n from audit.content where source = 'read' and header like '%audit.exported%'`;
  const count = async (): Promise<number> => (await log.pool.query<{ n: number }>(told)).rows[0]?.n ?? 0;

  it('is in the chain whose they are, before the first of them is taken', async () => {
    const before = await count();
    let seen: number | undefined;
    const reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
    await writeExport(
      {
        find: async (query) => {
          if (query.limit !== 1) seen ??= await count(); // at first, whether there is such a tenant
          return await reader.find(query);
        },
      },
      { tenant: 'acme', actor: 'ann\0' },
      {
        // prettier-ignore
        directory: join(here, 'told'),
        producedBy: 'test',
        sheet: { command: [], versions: [] },
        record: postgresExportLog(log.pool, 'audit'),
        by: { id: 'auditor-7', type: 'user' },
      },
    );
    expect(seen).toBe(before + 1);
    await sealAll(log.store);
    const [entry] = (await reader.find({ tenant: 'acme', action: 'audit.exported' })).entries;
    expect(entry).toMatchObject({ source: 'read', actor: { id: 'db:postgres', type: 'system' }, details: { format: 'ndjson', filter: { tenant: 'acme', actor: 'ann\0' }, reader: { id: 'auditor-7' } } }); // prettier-ignore
  });

  it('cannot be kept by a server that can only be read: nothing leaves there', async () => {
    const url = new URL(log.url);
    url.searchParams.set('options', '-c default_transaction_read_only=on');
    const standby = createPool(url.href, { max: 1, applicationName: 'standby' });
    await expect(exported({ sample: undefined, record: postgresExportLog(standby, 'audit') })).rejects.toMatchObject({ code: 'AUDIT_NOT_WRITABLE' }); // prettier-ignore
    expect(existsSync(join(here, String(made)))).toBe(false);
    await standby.end();
  });
});
