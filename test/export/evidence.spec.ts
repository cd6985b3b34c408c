import { hash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Vkey } from '../../src/chain/vkey.js';
import { prove } from '../../src/checkpoint/prove.js';
import { writeExport, type WriteExportOptions } from '../../src/export/directory.js';
import type { ExportQuery, ExportSource } from '../../src/export/entries.js';
import { lineDigest } from '../../src/export/line-digest.js';
import { formatManifest, formatSums, parseManifest, type Manifest } from '../../src/export/manifest.js';
import { verifyExport } from '../../src/export/verify-export.js';
import { AuditReader } from '../../src/query/index.js';
import { postgresEntryStore, postgresExportLog, withProofSource } from '../../src/store/postgres/index.js';
import { signerOf, vkeyOfLabel } from '../checkpoint/support/memory.js';
import { DEPLOYMENT, sealAndSign } from '../checkpoint/support/signed-log.js';
import { createLog, sealAll, type TestLog } from '../support/log.js';

let log: TestLog;
let here: string;
let vkeys: readonly Vkey[];

/** Events of a tenant, with actors, outcomes and records that differ. */
async function fill(tenant: string, count: number, from = 0): Promise<void> {
  await log.pool.query(
    `insert into audit.content (source, header, model, tenant_key, actor, data)
     select 'record', json_build_object('action', case when n % 3 = 0 then 'invoice.refund' else 'invoice.approve' end, 'outcome', case when n % 5 = 0 then 'denied' else 'success' end)::text,
            'Invoice', $1::text, convert_to(json_build_object('id', 'user-' || n % 4, 'tenant', $1::text)::text, 'UTF8'),
            json_build_object('id', n::text, 'details', json_build_object('n', n, 'text', 'J\u00fcrgen =1+1'))::text from generate_series($3::int + 1, $3::int + $2::int) n`,
    [tenant, count, from],
  );
}

beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-evidence-'));
  log = await createLog();
  vkeys = [await vkeyOfLabel(`${DEPLOYMENT}/registry`, 'one')];
  await fill('acme', 30);
  await fill('globex', 7);
  await sealAndSign(log);
});
afterAll(async () => {
  rmSync(here, { recursive: true });
  await log.close();
});

let made = 0;
const reader = (): ExportSource => new AuditReader(postgresEntryStore(log.pool, 'audit'));
async function exported(
  query: ExportQuery = {},
  options: Partial<WriteExportOptions> = {},
  openings = false,
  source = reader(),
): Promise<string> {
  const directory = join(here, String((made += 1)));
  await writeExport(source, { tenant: 'acme', ...query }, {
    directory,
    producedBy: 'test',
    values: 'columns',
    sheet: { command: ['export'], versions: [] },
    record: postgresExportLog(log.pool, 'audit'),
    withProof: (work) => withProofSource(log.pool, 'audit', work),
    evidence: { openings },
    signing: { signer: signerOf('one'), deployment: DEPLOYMENT },
    ...options,
  }); // prettier-ignore
  return directory;
}
const manifestOf = (directory: string): Manifest => parseManifest(readFileSync(join(directory, 'manifest.json')));

/** As somebody who has the directory and no key: files are changed, and all that vouches for them is made anew. */
function forge(
  directory: string,
  name: string,
  change: (lines: string[]) => string[],
  and?: (manifest: Manifest) => Manifest,
): string {
  // prettier-ignore
  const copy = join(here, String((made += 1)));
  cpSync(directory, copy, { recursive: true });
  const lines = change(readFileSync(join(copy, name), 'utf8').split(/(?<=\n)/).filter(Boolean)); // prettier-ignore
  writeFileSync(join(copy, name), lines.join(''));
  writeFileSync(join(copy, `${name}.lines`), Buffer.concat(lines.map((line) => lineDigest(line))));
  const manifest = manifestOf(copy);
  const files = manifest.files.map((file) => {
    const bytes = readFileSync(join(copy, file.name));
    const rows = file.name === name && file.rows !== undefined ? { rows: lines.length - (name.endsWith('.csv') ? 1 : 0) } : {}; // prettier-ignore
    return { ...file, ...rows, bytes: bytes.length, sha256: hash('sha256', bytes) };
  });
  const count = files.filter(({ name: each }) => /^entries-\d+\.(ndjson|csv)$/.test(each)).reduce((sum, { rows = 0 }) => sum + rows, 0); // prettier-ignore
  const text = formatManifest((and ?? ((same) => same))({ ...manifest, count, files }));
  writeFileSync(join(copy, 'manifest.json'), text);
  writeFileSync(join(copy, 'SHA256SUMS'), formatSums(files, new Map([['manifest.json', text]])));
  rmSync(join(copy, 'manifest.note'), { force: true });
  return copy;
}
const codes = async (directory: string): Promise<unknown> => (await verifyExport(directory, { vkeys })).findings.map(({ code }) => code); // prettier-ignore

describe('an export with the leaves of its chain', () => {
  it.each<[string, ExportQuery, number]>([
    ['everything of a tenant', {}, 31],
    ['newest first', { order: 'newest' }, 31],
    ['an action', { action: 'invoice.refund' }, 10],
    ['a prefix', { action: 'invoice.*' }, 30],
    ['failures', { failures: true }, 6],
    ['a type', { resource: { type: 'Invoice' } }, 30],
    ['a period', { from: new Date(0), to: new Date(Date.now() + 60_000) }, 31],
    ['nothing', { action: 'no.such' }, 0],
  ])('of %s shows that nothing is left out', async (_name, query, count) => {
    for (const [format, openings] of [
      ['ndjson', false],
      ['csv', false],
      ['ndjson', true],
      ['csv', true],
    ] as const) {
      // prettier-ignore
      const report = await verifyExport(await exported(query, { format }, openings), { vkeys });
      expect(report).toMatchObject({ verdict: 'VERIFIED', count, findings: [] });
      expect(report.proved).toContain('every entry of example.com/test/1 from 0 to 30 that was asked for is there');
      expect(report.proved.join()).toMatch(/entries 0 to 30 are those that example\.com\/test\/registry signed/);
      expect(report.limits.join().includes('nothing here opens their commitments')).toBe(!openings);
    }
  });

  it('says of conditions on what is erasable that leaves do not know them', async () => {
    const report = await verifyExport(await exported({ actor: 'user-1' }), { vkeys });
    expect(report).toMatchObject({ verdict: 'VERIFIED', count: 8, limits: expect.arrayContaining([expect.stringMatching(/^leaves do not say actor/)]) }); // prettier-ignore
  });

  it('is refused without a tenant’s chain', async () => {
    await expect(exported({ tenant: 'nobody' })).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
  });

  it('is nothing that is believed without a key', async () => {
    expect(await verifyExport(await exported())).toMatchObject({ verdict: 'INCOMPLETE', findings: [{ code: 'INCOMPLETE_UNSIGNED', file: 'manifest.note' }, { code: 'INCOMPLETE_UNSIGNED', file: 'proof/' }] }); // prettier-ignore
  });

  it('with a signed manifest is proved as a whole, and a forged one is not', async () => {
    const signing = { signer: signerOf('one'), deployment: DEPLOYMENT };
    const directory = await exported({}, { signing }, true);
    expect(await verifyExport(directory, { vkeys })).toMatchObject({ verdict: 'VERIFIED', proved: expect.arrayContaining(['the manifest is signed by example.com/test/export']) }); // prettier-ignore
    const other = await exported({ action: 'invoice.*' }, { signing });
    cpSync(join(other, 'manifest.note'), join(directory, 'manifest.note'));
    expect(await codes(directory)).toEqual(expect.arrayContaining(['SIGNATURE_WRONG']));
    const stranger = await exported({}, { signing: { signer: signerOf('two'), deployment: DEPLOYMENT } });
    expect(await codes(stranger)).toEqual(['INCOMPLETE_UNSIGNED']);
  });
});

describe('whoever has the directory and no key is found out, who', () => {
  const ROWS = 'entries-00001.ndjson';
  it.each<[string, boolean, string, (lines: string[]) => string[], string, ((manifest: Manifest) => Manifest)?]>([
    ['takes a row out', false, ROWS, (l) => l.toSpliced(4, 1), 'ROW_LEFT_OUT'],
    ['takes the last row out', false, ROWS, (l) => l.slice(0, -1), 'ROW_LEFT_OUT'],
    ['has a row twice', false, ROWS, (l) => l.toSpliced(4, 0, l[4] ?? ''), 'ROW_TWICE'],
    ['changes an outcome', false, ROWS, (l) => l.map((x) => x.replace('"outcome":"denied"', '"outcome":"success"')), 'ROW_ALTERED'],
    ['changes a time', false, ROWS, (l) => l.with(3, l[3]?.replace('"occurredAt":"2', '"occurredAt":"1') ?? ''), 'ROW_ALTERED'],
    ['changes who it was', true, ROWS, (l) => l.with(3, l[3]?.replace('"user-', '"user-9') ?? ''), 'ROW_ALTERED'],
    ['changes a value', true, ROWS, (l) => l.with(3, l[3]?.replace('J\u00fcrgen', 'Jorgen') ?? ''), 'ROW_ALTERED'],
    ['writes no row at all', false, ROWS, (l) => l.with(3, 'x\n'), 'ROW_INVALID'],
    ['changes a leaf', false, 'leaves.ndjson', (l) => l.map((x) => x.replace('"outcome":"denied"', '"outcome":"success"')), 'LEAF_INVALID'],
    ['takes a leaf out', false, 'leaves.ndjson', (l) => l.toSpliced(9, 1), 'LEAF_INVALID'],
    ['takes the last leaf out', false, 'leaves.ndjson', (l) => l.slice(0, -1), 'LEAF_INVALID'],
    ['shortens the range', false, 'leaves.ndjson', (l) => l.slice(0, -1), 'PROOF_INVALID', (m) => ({ ...m, evidence: { ...m.evidence!, range: { firstSeq: 0, lastSeq: 29 } } })],
    ['begins later', false, 'leaves.ndjson', (l) => l.slice(1), 'RANGE_SHORT', (m) => ({ ...m, evidence: { ...m.evidence!, prev: hashOfOpening, range: { firstSeq: 1, lastSeq: 30 } } })],
    ['claims a range without end', false, 'leaves.ndjson', (l) => l, 'LEAF_INVALID', (m) => ({ ...m, evidence: { ...m.evidence!, range: { firstSeq: 0, lastSeq: 2 ** 52 } } })],
    ['changes a section', true, 'sections.ndjson', (l) => l.with(4, l[4]?.replace(/"bytes":"(.)/, '"bytes":"f') ?? ''), 'SECTION_INVALID'],
    ['changes a salt', true, 'sections.ndjson', (l) => l.with(4, l[4]?.replace(/"salt":".{8}/, '"salt":"00000000') ?? ''), 'SECTION_INVALID'],
    ['moves a section', true, 'sections.ndjson', (l) => [...l.slice(1), l[0] ?? ''], 'SECTION_INVALID'],
    ['says that a section was erased', true, 'sections.ndjson', (l) => l.map((x, i) => (i === 4 ? x.replace(/"salt".*/, '"salt":null,"bytes":null}') : x)), 'ROW_ALTERED'],
    ['takes openings out, and changes the row', true, 'sections.ndjson', (l) => l.filter((x) => !x.includes('"seq":4,')), 'COUNT_DIFFERS'],
    ['claims that sections were erased', true, ROWS, (l) => l, 'COUNT_DIFFERS', (m) => ({ ...m, evidence: { ...m.evidence!, erased: 3 } })],
    ['names another tenant', false, ROWS, (l) => l, 'MANIFEST_INVALID', (m) => ({ ...m, filter: { tenant: 'globex' } })],
    ['says another filter than the sheet', false, ROWS, (l) => l, 'SHEET_DIFFERS', (m) => ({ ...m, filter: { tenant: 'acme', action: '*' } })],
    ['says another order than the sheet', false, ROWS, (l) => l, 'SHEET_DIFFERS', (m) => ({ ...m, order: 'newest' })],
    ['has no sheet', false, ROWS, (l) => l, 'SHEET_DIFFERS', (m) => ({ ...m, files: m.files.filter(({ name }) => name !== 'sheet.txt') })],
    ...([['from', 'x'], ['from', '2026'], ['to', {}], ['to', 5], ['email', null], ['resource', 5], ['outcome', []], ['outcome', 'none'], ['failures', 'yes'], ['action', 'a*b'], ['group', 'x'], ['tenant', 7], ['actorType', {}]] as const).map(
      ([name, value]): [string, boolean, string, (l: string[]) => string[], string, (m: Manifest) => Manifest] => [`writes ${JSON.stringify(value)} as ${name}`, false, ROWS, (l) => l, 'MANIFEST_INVALID', (m) => ({ ...m, filter: { tenant: 'acme', [name]: value } })],
    ),
    ['changes the filter', false, ROWS, (l) => l, 'ROW_FOREIGN', (m) => ({ ...m, filter: { tenant: 'acme', action: 'invoice.refund' } })],
  ])('%s', async (...[, openings, file, change, code, and]) => {
    const directory = forge(await exported({}, {}, openings), file, change, and);
    const report = await verifyExport(directory, { vkeys });
    expect(report.findings.map((each) => each.code)).toContain(code);
    expect(report.verdict).toBe('TAMPERED');
  }); // prettier-ignore
  let hashOfOpening: string;
  beforeAll(async () => {
    const { rows } = await log.pool.query<{ h: string }>(`select encode(hash, 'hex') as h from audit.entry where chain = 1 and seq = 0`); // prettier-ignore
    hashOfOpening = rows[0]?.h ?? '';
  });

  it('shows another chain with its own proof', async () => {
    const other = await exported({ tenant: 'globex' });
    const directory = await exported();
    cpSync(join(other, 'proof'), join(directory, 'proof'), { recursive: true });
    expect(await codes(forge(directory, ROWS, (lines) => lines))).toContain('PROOF_INVALID');
  });

  it('takes a row out of a CSV, or changes a cell', async () => {
    const directory = await exported({}, { format: 'csv' });
    expect(await codes(forge(directory, 'entries-00001.csv', (lines) => lines.toSpliced(4, 1)))).toEqual(expect.arrayContaining(['ROW_LEFT_OUT'])); // prettier-ignore
    expect(await codes(forge(directory, 'entries-00001.csv', (lines) => lines.map((line) => line.replace('"denied"', '"success"'))))).toContain('ROW_ALTERED'); // prettier-ignore
  });
});

describe('whoever takes the signature away as well', () => {
  const ROWS = 'entries-00001.ndjson';
  const inSheet = (directory: string, change: (text: string) => string): string => {
    writeFileSync(join(directory, 'sheet.txt'), change(readFileSync(join(directory, 'sheet.txt'), 'utf8')));
    return directory;
  };
  const isSuccess = (line: string): boolean => line.includes('"outcome":"success"');
  it.each<[string, boolean, (sheet: string) => string, string, (lines: string[]) => string[], (manifest: Manifest) => Manifest]>([
    ['changes nothing', true, (s) => s, ROWS, (l) => l, (m) => m],
    ['asks for less', false, (s) => s.replace('{"tenant":"acme"}', '{"outcome":["success"],"tenant":"acme"}').replace(/entries {5}31/, 'entries     25'), ROWS, (l) => l.filter(isSuccess), (m) => ({ ...m, filter: { tenant: 'acme', outcome: ['success'] } })],
    ['names another tenant', false, (s) => s.replaceAll('acme', 'globex'), ROWS, (l) => l, (m) => ({ ...m, filter: { tenant: 'globex' }, evidence: { ...m.evidence!, tenant: 'globex' } })],
    ['takes openings out', true, (s) => s, 'sections.ndjson', (l) => l.filter((x) => !x.includes('"seq":4,')), (m) => ({ ...m, evidence: { ...m.evidence!, withheld: 1 } })],
    ['takes all openings out', true, (s) => s, 'sections.ndjson', () => [], (m) => ({ ...m, evidence: { ...m.evidence!, opened: false } })],
  ])('and %s has nothing that is believed', async (...[, openings, sheet, file, change, and]) => {
    const directory = inSheet(await exported({}, {}, openings), sheet);
    const report = await verifyExport(forge(directory, file, change, and), { vkeys });
    expect(report.verdict).not.toBe('VERIFIED');
    expect(report.findings.map(({ code }) => code)).toContain('INCOMPLETE_UNSIGNED');
    expect(report.limits.join()).toMatch(/the manifest is not signed/);
    const isShut = file === 'sections.ndjson';
    expect(report.limits.join().includes('rows are not opened')).toBe(isShut || !openings);
  }); // prettier-ignore

  it('and what is said of an export that is whole is what it was asked for', async () => {
    const directory = await exported({ outcome: 'denied' });
    const { asked } = await verifyExport(directory, { vkeys });
    expect(asked).toEqual({ filter: { outcome: 'denied', tenant: 'acme' }, tenant: 'acme', range: { origin: 'example.com/test/1', firstSeq: 0, lastSeq: 30 } }); // prettier-ignore
  });
});

describe('salts', () => {
  it('stay where something is hidden from the reader', async () => {
    const hides: ExportSource = {
      async find(query) {
        const page = await reader().find(query);
        return { ...page, entries: page.entries.map((entry) => (entry.seq % 2 === 0 ? { ...entry, details: {} } : entry)) }; // prettier-ignore
      },
    };
    const directory = await exported({}, {}, true, hides);
    const seqs = readFileSync(join(directory, 'sections.ndjson'), 'utf8').trimEnd().split('\n').map((line) => (JSON.parse(line) as { seq: number }).seq); // prettier-ignore
    expect(seqs.filter((seq) => seq % 2 === 0)).toEqual([]);
    expect(new Set(seqs).size).toBe(15);
    expect(await verifyExport(directory, { vkeys })).toMatchObject({ verdict: 'VERIFIED', limits: expect.arrayContaining(['16 rows are not opened: their actors and values are not proved']) }); // prettier-ignore
  });

  it('of rows that were not asked for stay too', async () => {
    const directory = await exported({ action: 'invoice.refund' }, {}, true);
    expect(readFileSync(join(directory, 'sections.ndjson'), 'utf8').trimEnd().split('\n').length).toBe(20);
  });
});

describe('what is younger than the newest signature', () => {
  it('is there, and is said to be', async () => {
    await fill('acme', 3, 100);
    await sealAll(log.store);
    const report = await verifyExport(await exported(), { vkeys });
    expect(report).toMatchObject({ verdict: 'VERIFIED', limits: expect.arrayContaining([expect.stringMatching(/entries 31 to \d+ are younger/)]) }); // prettier-ignore
    const { rows } = await log.pool.query<{ n: number }>('select count(*)::int as n from audit.entry where chain = 1');
    expect(report.count).toBe(rows[0]?.n);
    expect(report.count).toBeGreaterThanOrEqual(34);
  });

  it('of a log that nobody signs is not proved', async () => {
    const unsigned = await createLog();
    await unsigned.pool.query(`insert into audit.content (source, op, model, actor, data) values ('change', 'insert', 'Note', '{"id":"ann"}', '{}')`); // prettier-ignore
    await sealAll(unsigned.store);
    const directory = join(here, 'unsigned');
    await writeExport(new AuditReader(postgresEntryStore(unsigned.pool, 'audit')), {}, {
      directory,
      producedBy: 'test',
      values: 'columns',
      sheet: { command: [], versions: [] },
      record: postgresExportLog(unsigned.pool, 'audit'),
      withProof: (work) => withProofSource(unsigned.pool, 'audit', work),
      evidence: { openings: true },
    }); // prettier-ignore
    expect(await verifyExport(directory)).toMatchObject({ verdict: 'VERIFIED', limits: expect.arrayContaining([expect.stringMatching(/no signed checkpoint/)]) }); // prettier-ignore
    expect(await verifyExport(directory, { vkeys })).toMatchObject({ verdict: 'INCOMPLETE' });
    await unsigned.close();
  });

  it('begins where nothing that was asked for can have been sealed before', async () => {
    const { rows } = await log.pool.query<{ at: Date }>(`select sealed_at as at from audit.entry where chain = 1 and seq = 31`); // prettier-ignore
    const directory = await exported({ from: rows[0]?.at });
    expect(manifestOf(directory).evidence?.range).toMatchObject({ firstSeq: 30 });
    expect(await verifyExport(directory, { vkeys })).toMatchObject({ findings: [] });
  });
});

describe('a range', () => {
  it('that ends before what the registry told of the chain is short', async () => {
    const directory = await exported();
    const { rows } = await log.pool.query<{ id: string }>('select id from audit.entry where chain = 1 and seq = 20');
    const proof = await withProofSource(log.pool, 'audit', (source) => prove(source, rows[0]?.id ?? ''));
    for (const { path, bytes } of proof.files) writeFileSync(join(directory, 'proof', path), bytes);
    const cut = forge(directory, 'leaves.ndjson', (lines) => lines.slice(0, 21), (manifest) => ({ ...manifest, evidence: { ...manifest.evidence!, provenSeq: 20, range: { firstSeq: 0, lastSeq: 20 } } })); // prettier-ignore
    const both = forge(cut, 'entries-00001.ndjson', (lines) => lines.filter((line) => (JSON.parse(line) as { seq: number }).seq <= 20)); // prettier-ignore
    expect(await codes(both)).toEqual(expect.arrayContaining(['RANGE_SHORT']));
  });

  it('does not have what is sealed while it is exported, nor have its rows', async () => {
    let asked = 0;
    const grows: ExportSource = {
      async find(query) {
        asked += 1;
        if (asked === 2) {
          await fill('globex', 5, 100);
          await sealAll(log.store);
        }
        return await reader().find(query);
      },
    };
    const report = await verifyExport(await exported({ tenant: 'globex', action: 'invoice.*' }, {}, true, grows), { vkeys }); // prettier-ignore
    expect(report).toMatchObject({ verdict: 'VERIFIED', count: 7, findings: [] });
    expect(asked).toBeGreaterThan(1);
  });
});
