import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeExport, type WriteExportOptions } from '../../src/export/directory.js';
import type { ExportQuery } from '../../src/export/entries.js';
import { verifyExport } from '../../src/export/verify-export.js';
import { AuditReader } from '../../src/query/index.js';
import { postgresEntryStore, postgresExportLog, withProofSource } from '../../src/store/postgres/index.js';
import { capture, sealAndSign } from '../checkpoint/support/signed-log.js';
import { createLog, sealAll, type TestLog } from '../support/log.js';

let log: TestLog;
let here: string;
let to: Date;
beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-continue-'));
  log = await createLog();
  await capture(log, 'acme', 50);
  await log.pool.query(
    `insert into audit.content (source, op, model, resource_id, tenant_key, data)
     select 'change', 'update', 'Note', '7', 'acme', '{"id":"7","old":{"title":"a"},"new":{"title":"' || n || '"}}' from generate_series(1, 40) n`,
  );
  await sealAndSign(log);
  to = new Date();
  await capture(log, 'other', 1);
  await sealAndSign(log);
});
afterAll(async () => {
  rmSync(here, { recursive: true });
  await log.close();
});

let made = 0;
const fresh = (): string => join(here, String((made += 1)));

async function write(directory: string, query: ExportQuery = {}, options: Partial<WriteExportOptions> = {}) {
  return await writeExport(new AuditReader(postgresEntryStore(log.pool, 'audit')), { tenant: 'acme', ...query }, {
    directory,
    producedBy: 'test',
    values: 'columns',
    rowsOfAFile: 20,
    sheet: { command: ['export'], versions: [] },
    record: postgresExportLog(log.pool, 'audit'),
    withProof: (work) => withProofSource(log.pool, 'audit', work),
    ...options,
  }); // prettier-ignore
}

/** As `kill -9` leaves it: what is in a buffer is on no disk. */
async function killed(
  at: number,
  directory: string,
  query: ExportQuery = {},
  options: Partial<WriteExportOptions> = {},
) {
  const onProgress = (_entry: unknown, count: number): void => {
    if (count >= at) throw new Error('killed');
  };
  await expect(write(directory, query, { ...options, onProgress })).rejects.toThrow('killed');
}
const on = (directory: string, query: ExportQuery = {}, options: Partial<WriteExportOptions> = {}) =>
  write(directory, query, { ...options, continues: true });

/** What does not say when it was made. */
const lists = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory)
      .filter((name) => /ndjson|csv|lines/.test(name))
      .toSorted()
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(directory, name)))
          .digest('hex'),
      ]),
  );

/** The same numbers each time (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const CASES: Readonly<Record<string, readonly [ExportQuery, Partial<WriteExportOptions>]>> = {
  'NDJSON': [{}, {}],
  'CSV': [{}, { format: 'csv' }],
  'the newest first': [{ order: 'newest', action: 'Note.*' }, { bom: false, format: 'csv' }],
  'one record': [{ resource: { type: 'Note', id: '7' } }, {}],
  'leaves, openings and a population': [{}, { evidence: { openings: true }, population: true }],
}; // prettier-ignore

describe('an export that goes on', () => {
  it.each(Object.entries(CASES))(
    'gives what an undisturbed one gives: %s',
    async (_name, [query, options]) => {
      const whole = fresh();
      const { manifest } = await write(whole, query, options);
      for (let seed = 1; seed <= 12; seed += 1) {
        const random = numbers(seed);
        const directory = fresh();
        await killed(1 + random(manifest.count), directory, query, options);
        for (let times = random(3); times > 0; times -= 1) {
          if (existsSync(join(directory, 'manifest.json'))) break;
          const names = readdirSync(directory).filter((name) => name.startsWith('entries'));
          const name = join(directory, names[random(names.length)] ?? '');
          if (names.length > 0) truncateSync(name, random(statSync(name).size + 1));
          // Killed again, wherever it is by now; it may be done before.
          const at = random(manifest.count) + 1;
          const onProgress = (_entry: unknown, count: number): void => {
            if (count === at) throw new Error('killed again');
          };
          if (existsSync(join(directory, 'manifest.json'))) break;
          await on(directory, query, { ...options, onProgress }).catch((error: unknown) => expect(error).toMatchObject({ message: 'killed again' })); // prettier-ignore
        }
        if (!existsSync(join(directory, 'manifest.json'))) await on(directory, query, options);
        expect([seed, lists(directory)]).toEqual([seed, lists(whole)]);
        const { count, findings } = await verifyExport(directory);
        expect({ count, codes: findings.map(({ code }) => code).filter((code) => !code.startsWith('INCOMPLETE')) }).toEqual({ count: manifest.count, codes: [] }); // prettier-ignore
        expect(existsSync(join(directory, 'begun.json'))).toBe(false);
      }
    },
    60_000,
  );

  it('draws the same sample', async () => {
    const [whole, directory] = [fresh(), fresh()];
    const options = { sample: { size: 5, word: 'word' }, population: true };
    await write(whole, { to }, options);
    await killed(50, directory, { to }, options);
    truncateSync(join(directory, 'entries-00002.ndjson.lines'), 12);
    await on(directory, { to }, options);
    expect(lists(directory)).toEqual(lists(whole));
  });

  it('leaves what was sealed since to another export, and says how many rows were there', async () => {
    const directory = fresh();
    const options = { evidence: { openings: false } };
    await killed(45, directory, {}, options);
    await capture(log, 'acme', 3);
    await sealAll(log.store);
    const { manifest } = await on(directory, {}, options);
    expect(manifest).toMatchObject({ continued: 40, count: 91, evidence: { range: { lastSeq: 90 } } });
    const report = await verifyExport(directory);
    expect(report.findings.filter(({ code }) => !code.startsWith('INCOMPLETE'))).toEqual([]);
    expect(readFileSync(join(directory, 'sheet.txt'), 'utf8')).toMatch(/^continued +40 entries/m);
  });

  it.each(['where there is no directory', 'in an empty one'])('begins %s', async (where) => {
    const directory = fresh();
    if (where === 'in an empty one') mkdirSync(directory);
    expect((await on(directory)).manifest).not.toHaveProperty('continued', expect.anything());
    expect(await verifyExport(directory)).toMatchObject({ verdict: 'VERIFIED' });
  });

  it('is told again, with where it went on', async () => {
    const directory = fresh();
    await killed(45, directory);
    await on(directory);
    const { rows } = await log.pool.query<{ cursor: string | null }>(`select data::json->'details'->>'cursor' as cursor from audit.content where header like '%audit.exported%' order by pos desc limit 2`); // prettier-ignore
    expect(rows.map(({ cursor }) => cursor)).toEqual([expect.stringMatching(/^[0-9a-f]{12}\..*~/), null]);
  });
});

const line = (directory: string, change: (lines: string[]) => string[]): void => {
  const path = join(directory, 'entries-00001.ndjson');
  writeFileSync(path, change(readFileSync(path, 'utf8').split(/(?<=\n)/)).join(''));
};
/** As somebody who makes the digests anew, too. */
const unlisted = (directory: string, change: (lines: string[]) => string[]): void => {
  line(directory, change);
  rmSync(join(directory, 'entries-00001.ndjson.lines'));
};
const begun = (directory: string, change: (text: string) => string): void => {
  const path = join(directory, 'begun.json');
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};
const swap = (lines: string[]): string[] => [lines[1] ?? '', lines[0] ?? '', ...lines.slice(2)];
type Refusal = readonly [what: string, spoil: (directory: string) => void, why: RegExp, query?: ExportQuery, options?: Partial<WriteExportOptions>]; // prettier-ignore

describe('an export does not go on', () => {
  it.each<Refusal>([
    ['with other conditions', () => undefined, /begun otherwise.*filter/, { tenant: 'other' }],
    ['in another order', () => undefined, /begun otherwise.*\(order\)/, { order: 'newest' }],
    ['in another format', () => undefined, /begun otherwise.*\(format\)/, {}, { format: 'csv' }],
    ['with a population', () => undefined, /begun otherwise.*\(population\)/, {}, { population: true }],
    ['without leaves', () => undefined, /begun otherwise.*\(evidence\)/, {}, { evidence: undefined }],
    ['where a manifest is', (directory) => writeFileSync(join(directory, 'manifest.json'), '{}'), /finished/],
    ['where nothing says how it was begun', (directory) => rmSync(join(directory, 'begun.json')), /no begun.json/],
    [
      'where that is cut off',
      (directory) => truncateSync(join(directory, 'begun.json'), 30),
      /begun otherwise, or its begun.json was changed/,
    ],
    ['where that is longer', (directory) => begun(directory, (text) => `${text} `), /changed \(members\)/],
    ['where that is endless', (directory) => truncateSync(join(directory, 'begun.json'), 1e6), /no begun.json/],
    [
      'where that is nested without end',
      (directory) => begun(directory, () => `{"v":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
      /begun otherwise/,
    ],
    [
      'up to an entry that is not there',
      (directory) => begun(directory, (text) => text.replace(/"last":\d+/, '"last":1e6')),
      /begun otherwise.*\(evidence\)/,
    ],
    [
      'up to an entry before its rows',
      (directory) => begun(directory, (text) => text.replace(/"last":\d+/, '"last":15')),
      /row \d+ is not one that was asked for/,
    ],
    [
      'up to no entry',
      (directory) => begun(directory, (text) => text.replace(/"last":\d+/, '"last":-1')),
      /begun otherwise.*\(evidence\)/,
    ],
    [
      'behind a row that was changed',
      (directory) => line(directory, ([first = '', ...more]) => [first.replace('Note', 'Nope'), ...more]),
      /line 1 of entries-00001.ndjson is not/,
    ],
    ['behind one that was taken out', (directory) => line(directory, (lines) => lines.slice(1)), /line 1 of/],
    [
      'behind rows that were swapped',
      (directory) => unlisted(directory, swap),
      /row 2 is not one that was asked for, in its place/,
    ],
    [
      'behind one that is there twice',
      (directory) => unlisted(directory, ([first = '', ...more]) => [first, first, ...more]),
      /row 2 is not/,
    ],
    ['behind one that is none', (directory) => unlisted(directory, (lines) => ['{}\n', ...lines]), /row 1 is not/],
    [
      'behind one of another tenant',
      (directory) =>
        unlisted(directory, (lines) =>
          lines.map((each, at) => (at === 1 ? each.replace(/"origin":"[^"]*"/, '"origin":"x/y"') : each)),
        ),
      /row 2 is not/,
    ],
    [
      'behind one that is not in the log',
      (directory) => {
        rmSync(join(directory, 'entries-00002.ndjson'));
        unlisted(directory, (lines) => [
          ...lines.slice(0, -1),
          (lines.at(-1) ?? '').replace(/"id":"([^"]*)."/, '"id":"$1f"'),
        ]);
      },
      /cursor/,
    ],
    [
      'behind more rows than a file has',
      (directory) => {
        appendFileSync(join(directory, 'entries-00001.ndjson'), readFileSync(join(directory, 'entries-00002.ndjson')));
        rmSync(join(directory, 'entries-00002.ndjson'));
      },
      /more rows than were written/,
    ],
    [
      'through a link',
      (directory) => {
        renameSync(join(directory, 'entries-00001.ndjson'), join(here, 'elsewhere'));
        symlinkSync(join(here, 'elsewhere'), join(directory, 'entries-00001.ndjson'));
      },
      /no plain file/,
    ],
    [
      'in a file',
      (directory) => {
        rmSync(directory, { recursive: true });
        writeFileSync(directory, '');
      },
      /no directory/,
    ],
  ])('%s', async (_what, spoil, why, query = {}, options = {}) => {
    const directory = fresh();
    const given = { evidence: { openings: false } };
    await killed(45, directory, {}, given);
    spoil(directory);
    const before = statSync(directory).isDirectory() ? fresh() : undefined;
    if (before !== undefined) cpSync(directory, before, { recursive: true, verbatimSymlinks: true });
    await expect(on(directory, query, { ...given, ...options })).rejects.toMatchObject({ code: expect.stringMatching(/^AUDIT_(OPTIONS|CURSOR)_INVALID$/), message: expect.stringMatching(why) }); // prettier-ignore
    // Nothing that was there is gone; but what comes after a file that was cut off.
    if (before !== undefined && !why.test('cursor')) expect(readdirSync(directory)).toEqual(readdirSync(before));
    expect(existsSync(join(directory, 'SHA256SUMS'))).toBe(false);
  });
});
