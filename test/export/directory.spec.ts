import { execFileSync } from 'node:child_process';
import { appendFileSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeExport, type WriteExportOptions } from '../../src/export/directory.js';
import type { ExportQuery, ExportSource } from '../../src/export/entries.js';
import { verifyExport } from '../../src/export/verify-export.js';
import { AuditReader } from '../../src/query/index.js';
import { createPool, postgresEntryStore, postgresExportLog } from '../../src/store/postgres/index.js';
import { captureMany, emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';

let log: FilledLog;
let here: string;
beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-export-'));
  log = await emptyLog();
  await captureMany(log.pool, 59);
  await sealAll(log.pool);
});
afterAll(async () => {
  rmSync(here, { recursive: true });
  await log.close();
});

let made = 0;
const SHEET = { command: ['export'], versions: ['test'] };
const told = `select count(*)::int as n from audit.content where header like '%audit.exported%'`;
const exportsTold = async (): Promise<number> => (await log.pool.query<{ n: number }>(told)).rows[0]?.n ?? 0;

async function exported(
  query: ExportQuery = {},
  options: Partial<WriteExportOptions> = {},
  source?: ExportSource,
): Promise<string> {
  // prettier-ignore
  const directory = join(here, String((made += 1)));
  const reader = source ?? new AuditReader(postgresEntryStore(log.pool, 'audit'));
  await writeExport(reader, query, {
    directory,
    producedBy: 'test',
    values: 'columns',
    sheet: SHEET,
    record: postgresExportLog(log.pool, 'audit'),
    ...options,
  });
  return directory;
}

/** A copy in which something was done. */
async function altered(alter: (directory: string) => void, options: Partial<WriteExportOptions> = {}) {
  const directory = await exported({}, { rowsOfAFile: 20, ...options });
  alter(directory);
  return await verifyExport(directory);
}
const edit = (path: string, change: (lines: string[]) => string[]): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8').split(/(?<=\n)/)).join(''));

describe('a directory of an export', () => {
  it.each(['ndjson', 'csv'] as const)('of %s holds what was asked, and is verified', async (format) => {
    const directory = await exported({ action: 'thing.*' }, { format, rowsOfAFile: 20 });
    const report = await verifyExport(directory);
    expect(report).toMatchObject({ verdict: 'VERIFIED', count: 59, findings: [] });
    const entries = ['00001', '00002', '00003'].flatMap((n) => [`entries-${n}.${format}`, `entries-${n}.${format}.lines`]); // prettier-ignore
    expect(readdirSync(directory).toSorted()).toEqual([...entries, 'SHA256SUMS', 'manifest.json', 'sheet.txt'].toSorted()); // prettier-ignore
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, entries[0] as string)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'))).toMatchObject({ v: 1, kind: 'audit-export', filter: { action: 'thing.*' }, order: 'oldest', zone: 'UTC', count: 59, matched: 'filter' }); // prettier-ignore
    expect(readFileSync(join(directory, 'sheet.txt'), 'utf8')).toMatch(
      /filter +\{"action":"thing\.\*"\}\n[^]*entries +59\n/,
    );
  });

  it('of nothing has one file without entries', async () => {
    const directory = await exported({ actor: 'nobody' });
    expect(await verifyExport(directory)).toMatchObject({ verdict: 'VERIFIED', count: 0 });
    expect(readFileSync(join(directory, 'entries-00001.ndjson'), 'utf8')).toBe('');
  });

  it('is not written over another', async () => {
    await expect(exported({}, { directory: here })).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
  });

  it.each(['nowhere/export', 'file/export'])('is not written to %s, where there is no directory', async (name) => {
    writeFileSync(join(here, 'file'), '');
    await expect(exported({}, { directory: join(here, name) })).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(/there is no directory .*make it first/) }); // prettier-ignore
  });

  it.each(['nowhere', 'a-file'])('is not looked for in %s', async (name) => {
    writeFileSync(join(here, 'a-file'), '');
    await expect(verifyExport(join(here, name))).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(/there is no directory at/) }); // prettier-ignore
  });

  it('that was not finished is never taken for a whole one', async () => {
    const directory = join(here, 'unfinished');
    const onProgress = (_entry: unknown, count: number): void => {
      if (count === 50) throw new Error('killed');
    };
    await expect(exported({}, { directory, onProgress })).rejects.toThrow('killed');
    expect(await verifyExport(directory)).toMatchObject({ verdict: 'INCOMPLETE', findings: [{ code: 'INCOMPLETE_UNFINISHED' }] }); // prettier-ignore
  });
});

describe('a database that does not answer', () => {
  it('is asked again, and the directory is whole all the same', async () => {
    const reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
    const waits: number[] = [];
    let asked = 0;
    const find: AuditReader['find'] = async (query) => {
      asked += 1;
      if ([2, 3, 5].includes(asked)) {
        const client = await log.pool.connect();
        client.on('error', () => undefined);
        await client.query('select pg_terminate_backend(pg_backend_pid())').finally(() => client.release(true));
      }
      return await reader.find(query);
    };
    const before = await exportsTold();
    const directory = await exported({}, { pageSize: 10, onInterrupted: (_error, ms) => waits.push(ms) }, { find });
    expect(waits).toEqual([100, 1_000, 100]);
    expect(await verifyExport(directory)).toMatchObject({ verdict: 'VERIFIED', count: 60 });
    expect(readFileSync(join(directory, 'entries-00001.ndjson'))).toEqual(readFileSync(join(await exported(), 'entries-00001.ndjson'))); // prettier-ignore
    expect(await exportsTold()).toBe(before + 2); // once for each
  });

  it('that refuses is not asked again: a right that is withdrawn in the middle', async () => {
    const role = `reader_${process.pid}`;
    await log.pool.query(`create role ${role} login; grant usage on schema audit to ${role}; grant select on audit.entry, audit.content, audit.chain to ${role}`); // prettier-ignore
    const url = new URL(log.url);
    url.username = role;
    const pool = createPool(url.href, { max: 1, applicationName: 'reader' });
    try {
      const onProgress = (): void => void (revoked ??= log.pool.query(`revoke select on audit.entry from ${role}`));
      let revoked: Promise<unknown> | undefined;
      const reader = new AuditReader(postgresEntryStore(pool, 'audit'));
      const find: AuditReader['find'] = async (query) => (await revoked, await reader.find(query));
      const ended = exported({}, { pageSize: 10, onProgress }, { find });
      await expect(ended).rejects.toMatchObject({ code: 'AUDIT_EXPORT_INTERRUPTED', facts: { count: 20 }, message: expect.stringMatching(/may not do this.*begin anew/) }); // prettier-ignore
      expect(await verifyExport(join(here, String(made)))).toMatchObject({ verdict: 'INCOMPLETE' });
    } finally {
      await pool.end();
      await log.pool.query(`drop owned by ${role}; drop role ${role}`);
    }
  });
});

describe('of an altered directory is found', () => {
  const FILE = 'entries-00002.ndjson';
  it.each<[string, (directory: string) => void, object]>([
    ['a changed byte', (d) => edit(join(d, FILE), (l) => l.with(6, l[6]?.replace('success', 'succesS') ?? '')), { code: 'FILE_ALTERED', file: FILE, line: 7 }],
    ['a line that was taken out', (d) => edit(join(d, FILE), (l) => l.toSpliced(4, 1)), { code: 'FILE_ALTERED', file: FILE, line: 5, message: /line 5 was taken out/ }],
    ['the last line that was taken out', (d) => edit(join(d, FILE), (l) => l.slice(0, -1)), { code: 'FILE_ALTERED', file: FILE, line: 20, message: /ends before line 20/ }],
    ['a line that was added', (d) => edit(join(d, FILE), (l) => l.toSpliced(4, 0, '{}\n')), { code: 'FILE_ALTERED', file: FILE, line: 5, message: /line 5 was added/ }],
    ['a line behind the last', (d) => appendFileSync(join(d, FILE), '{}\n'), { code: 'FILE_ALTERED', file: FILE, line: 21 }],
    ['a file that is gone', (d) => rmSync(join(d, FILE)), { code: 'FILE_MISSING', file: FILE }],
    ['a copied file', (d) => copyFileSync(join(d, 'entries-00001.ndjson'), join(d, FILE)), { code: 'FILE_SWAPPED', file: FILE, message: /entries-00001/ }],
    ...['Entries-00002.ndjson', 'entries_00003.ndjson', 'notes.txt', 'SHA256SUMS.old', 'Manifest.json', 'more/', 'proof/'].map((name): [string, (directory: string) => void, object] => [`the added ${name}`, (d) => (name.endsWith('/') ? mkdirSync(join(d, name)) : writeFileSync(join(d, name), '')), { code: 'FILE_EXTRA', file: name.replace('/', '') }]),
    ['an added file', (d) => writeFileSync(join(d, 'entries-00009.ndjson'), ''), { code: 'FILE_EXTRA', file: 'entries-00009.ndjson' }],
    ['another sheet', (d) => appendFileSync(join(d, 'sheet.txt'), 'x'), { code: 'FILE_ALTERED', file: 'sheet.txt' }],
    ['another manifest', (d) => edit(join(d, 'manifest.json'), ([l = '']) => [l.replace('"count":60', '"count":61')]), { code: 'SUMS_DIFFER' }],
    ['a manifest in another form', (d) => appendFileSync(join(d, 'manifest.json'), ' '), { code: 'MANIFEST_INVALID' }],
    ['a manifest that leads elsewhere', (d) => edit(join(d, 'manifest.json'), ([l = '']) => [l.replace('"sheet.txt"', '"../sheet.txt"')]), { code: 'MANIFEST_INVALID' }],
    ['a manifest of 4,000 levels', (d) => writeFileSync(join(d, 'manifest.json'), `{"kind":"audit-export","v":1,"files":${'['.repeat(4_000)}${']'.repeat(4_000)}}`), { code: 'MANIFEST_INVALID' }],
    ['other sums', (d) => edit(join(d, 'SHA256SUMS'), (l) => l.toReversed()), { code: 'SUMS_DIFFER' }],
  ])('%s', async (_name, alter, finding) => {
    const { message, ...rest } = finding as { message?: RegExp };
    const report = await altered(alter);
    expect(report.verdict).toBe('TAMPERED');
    const found = report.findings.find(({ code }) => code === (rest as { code?: string }).code);
    expect(found).toMatchObject({ ...rest, ...(message ? { message: expect.stringMatching(message) } : {}) });
  }); // prettier-ignore

  it('two files that were swapped', async () => {
    const report = await altered((d) => {
      renameSync(join(d, FILE), join(d, 'x'));
      renameSync(join(d, 'entries-00003.ndjson'), join(d, FILE));
      renameSync(join(d, 'x'), join(d, 'entries-00003.ndjson'));
    });
    expect(report.findings.filter(({ code }) => code === 'FILE_SWAPPED').map(({ file }) => file)).toEqual([FILE, 'entries-00003.ndjson']); // prettier-ignore
  });

  it('one of a later version, which is neither right nor wrong', async () => {
    const report = await altered((d) => edit(join(d, 'manifest.json'), ([l = '']) => [l.replace('"v":1', '"v":2')]));
    expect(report).toMatchObject({ verdict: 'INCOMPLETE', findings: [{ code: 'INCOMPLETE_LATER' }] });
  });

  it.each<[string, (path: string) => void]>([
    ['a pipe', (path) => execFileSync('mkfifo', [path])],
    ['a link', (path) => symlinkSync('/etc/passwd', path)],
    ['a directory', (path) => mkdirSync(path)],
    ['a device', (path) => symlinkSync('/dev/zero', path)],
  ])('%s in the place of any file, without waiting for it', async (_name, make) => {
    const directory = await exported();
    for (const name of readdirSync(directory)) {
      const copy = join(here, String((made += 1)));
      cpSync(directory, copy, { recursive: true });
      rmSync(join(copy, name));
      make(join(copy, name));
      const { verdict } = await verifyExport(copy);
      expect([name, verdict]).toEqual([name, name === 'manifest.json' ? expect.stringMatching(/TAMPERED|INCOMPLETE/) : 'TAMPERED']); // prettier-ignore
    }
  });

  it.each([
    ['rows of a million levels', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}\n`],
    ['members of a million levels', `{"id":"x","seq":1,"flags":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}\n`],
    ['a line that does not end', 'x'.repeat(3_000_000)],
    ['bytes that are no text', '\u0000\ud800\n'],
    ['members of other types', '{"id":"x","seq":{},"actor":"a","resource":null,"flags":7,"sealedAt":{}}\n'],
  ])('%s, and it goes on', async (_name, text) => {
    for (const format of ['ndjson', 'csv'] as const) {
      const directory = await exported({}, { format, population: true });
      appendFileSync(join(directory, `entries-00001.${format}`), text);
      expect(await verifyExport(directory)).toMatchObject({ verdict: 'TAMPERED', findings: expect.arrayContaining([expect.objectContaining({ code: 'COUNT_DIFFERS' })]) }); // prettier-ignore
    }
  });

  it('nothing, where it is only somewhere else, with what a file manager leaves in it', async () => {
    const directory = await exported();
    cpSync(directory, join(here, 'moved'), { recursive: true });
    writeFileSync(join(here, 'moved', '.DS_Store'), 'x');
    expect(await verifyExport(join(here, 'moved'))).toMatchObject({ verdict: 'VERIFIED' });
  });
});
