import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { directoryAnchor } from '../../src/checkpoint/anchors/directory.js';
import { fileAnchor } from '../../src/checkpoint/anchors/file.js';
import { checkpoint, listed } from './battery.js';

const CHILD = fileURLToPath(new URL('putting-child.mjs', import.meta.url));
const ORIGIN = 'log-1/registry';
const unavailable = (message: RegExp): object =>
  expect.objectContaining({ code: 'AUDIT_ANCHOR_UNAVAILABLE', message: expect.stringMatching(message) });

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'audit-on-disk-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sizes = async (anchor: ReturnType<typeof fileAnchor>): Promise<number[]> =>
  (await listed(anchor, ORIGIN)).map(({ note }) => Number(note.split('\n')[1]));

describe.each(['file', 'directory'] as const)('two processes that are killed in the middle, with a %s', (kind) => {
  const path = (): string => (kind === 'file' ? join(root, 'checkpoints') : root);

  /** @property kept what it said was kept */
  function start(first: number): { readonly kept: number[]; readonly child: ChildProcess; ended: Promise<unknown> } {
    const child = spawn(process.execPath, [CHILD, kind, path(), ORIGIN, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
    const kept: number[] = [];
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      kept.push(...lines.map(Number));
    });
    return { kept, child, ended: new Promise((resolve) => child.once('close', resolve)) };
  }

  it('keeps all that it said it keeps, and goes on', async () => {
    const anchor = kind === 'file' ? fileAnchor(path()) : directoryAnchor(path());
    const writers = [start(1), start(2)];
    while (writers.some(({ kept }) => kept.length < 50)) await new Promise((resolve) => setTimeout(resolve, 10));
    expect((await sizes(anchor)).length).toBeGreaterThanOrEqual(100); // while they write
    for (const { child } of writers) child.kill('SIGKILL');
    await Promise.all(writers.map(({ ended }) => ended));
    await anchor.put(await checkpoint(ORIGIN, 1_000_001));
    const found = new Set(await sizes(anchor));
    for (const { kept } of writers) expect(kept.filter((size) => !found.has(size))).toEqual([]);
    expect(found).toContain(1_000_001);
  });
});

describe('a file', () => {
  const path = (): string => join(root, 'checkpoints');

  it('that was cut off anywhere gives what is whole, and takes more', async () => {
    const anchor = fileAnchor(path());
    for (const size of [1, 2]) await anchor.put(await checkpoint(ORIGIN, size));
    const whole = readFileSync(path());
    const second = whole.indexOf(10) + 1;
    for (let cut = 0; cut < whole.length; cut += 7) {
      writeFileSync(path(), whole.subarray(0, cut));
      const expected = [1, 2].filter((size) => cut >= (size === 1 ? second - 1 : whole.length - 1));
      expect([cut, await sizes(anchor)]).toEqual([cut, expected]);
      await anchor.put(await checkpoint(ORIGIN, 3));
      // Whoever comes next is cut off too, twice.
      for (const more of ['{"stor', '\n{"storedAt":"2026', '\n']) appendFileSync(path(), more);
      truncateSync(path(), readFileSync(path()).length - 1);
      expect([cut, await sizes(anchor)]).toEqual([cut, [...expected, 3]]);
      await anchor.put(await checkpoint(ORIGIN, 4));
      expect([cut, await sizes(fileAnchor(path()))]).toEqual([cut, [...expected, 3, 4]]);
    }
  });

  it.each([
    ['changed', (text: string) => text.replace('"note"', '"not"'), /line 1 is not one that was written there/],
    ['emptied', (text: string) => text.replace(/^[^\n]*/, '{}'), /line 1 is not/],
    ['of another form', (text: string) => text.replace(/^[^\n]*/, '["note"]'), /line 1 is not/],
    ['of another time', (text: string) => text.replace(/"storedAt":"[^"]*"/, '"storedAt":"now"'), /line 1 is not/],
    ['without a checkpoint', (text: string) => text.replace(/"note":"[^"]*"/, '"note":"x"'), /line 1 is not/],
    ['joined with the next', (text: string) => text.replace('\n', ''), /line 1 is not/],
    ['too long', (text: string) => 'x'.repeat(2 ** 21) + text, /line 1 is longer than any/],
  ])('in which a line is %s is not read as if it were not there', async (_, change, message) => {
    const anchor = fileAnchor(path());
    for (const size of [1, 2, 3]) await anchor.put(await checkpoint(ORIGIN, size));
    writeFileSync(path(), change(readFileSync(path(), 'utf8')));
    await expect(listed(anchor, ORIGIN)).rejects.toEqual(unavailable(message));
    await anchor.put(await checkpoint(ORIGIN, 4)); // nor is it forgotten
    await expect(listed(anchor, ORIGIN)).rejects.toEqual(unavailable(message));
  });

  it('on a disk that is full keeps what it said, and goes on when there is room', async () => {
    // Of blocks of 1,024 bytes; the process is told that there are no more, or ended.
    const limited = `ulimit -f 4; exec "$0" "$@"`;
    const child = spawn('bash', ['-c', limited, process.execPath, CHILD, 'file', path(), ORIGIN, '1'], { stdio: ['ignore', 'pipe', 'ignore'] }); // prettier-ignore
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    await new Promise((resolve) => child.once('close', resolve));
    expect(readFileSync(path())).toHaveLength(4_096);
    expect(readFileSync(path(), 'utf8').endsWith('\n')).toBe(false);
    const kept = said.split('\n').filter(Boolean).map(Number);
    expect(kept.length).toBeGreaterThan(10);
    const anchor = fileAnchor(path());
    expect(await sizes(anchor)).toEqual(kept);
    await anchor.put(await checkpoint(ORIGIN, 1_000));
    expect(await sizes(anchor)).toEqual([...kept, 1_000]);
  });

  it('is what it is: a folder or a device takes nothing', async () => {
    for (const each of [root, '/dev/null'])
      await expect(fileAnchor(each).put(await checkpoint(ORIGIN, 1))).rejects.toEqual(unavailable(/nothing was kept/));
    await expect(listed(fileAnchor('/dev/zero'), ORIGIN)).rejects.toEqual(unavailable(/no regular file/));
  });
});

describe('a directory', () => {
  it('has a file for each checkpoint, which git can keep, and no other', async () => {
    const anchor = directoryAnchor(root);
    const put = [await checkpoint(ORIGIN, 7, 'aa'), await checkpoint(ORIGIN, 7, 'bb'), await checkpoint(ORIGIN, 12)];
    for (const each of [...put, ...put]) await anchor.put(each);
    expect(readdirSync(root)).toEqual(['log-1__registry']);
    const files = readdirSync(join(root, 'log-1__registry')).toSorted();
    expect(files.map((name) => name.replace(/-[0-9a-f]{64}\.note$/, ''))).toEqual(['7', '7', '12'].map((size) => size.padStart(16, '0'))); // prettier-ignore
    expect(files.map((name) => readFileSync(join(root, 'log-1__registry', name), 'utf8')).toSorted()).toEqual(put.map(({ note }) => note).toSorted()); // prettier-ignore
    const copy = `${root}-clone`;
    cpSync(root, copy, { recursive: true });
    expect(await listed(directoryAnchor(copy), ORIGIN)).toEqual(await listed(anchor, ORIGIN));
    rmSync(copy, { recursive: true });
  });

  it('in which a file was changed is not read as if it were not there; one that never was whole is passed over', async () => {
    const anchor = directoryAnchor(root);
    const put = [await checkpoint(ORIGIN, 1), await checkpoint(ORIGIN, 2)];
    for (const each of put) await anchor.put(each);
    const folder = join(root, 'log-1__registry');
    writeFileSync(join(folder, '.draft-0011223344556677'), 'log-1/regis');
    writeFileSync(join(folder, 'README'), 'ours');
    expect(await sizes(anchor)).toEqual([1, 2]);
    const [first = ''] = readdirSync(folder).filter((name) => name.endsWith('.note')).toSorted(); // prettier-ignore
    const [one, other] = put.map(({ note }) => note);
    for (const text of [other, `${one}\n`, '']) {
      writeFileSync(join(folder, first), text ?? '');
      await expect(listed(anchor, ORIGIN)).rejects.toEqual(unavailable(/is not what was written there/));
      // What stands in its place does not pass for it.
      await expect(anchor.put(put[0]!)).rejects.toEqual(unavailable(/holds something else/));
    }
    rmSync(join(folder, first));
    symlinkSync('/etc/passwd', join(folder, first));
    await expect(listed(anchor, ORIGIN)).rejects.toEqual(unavailable(/ELOOP/));
  });
});
