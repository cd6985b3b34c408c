import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { QueueRecorder } from '../../src/recorder/index.js';
import { encodeFrame } from '../../src/recorder/spool/frame.js';
import { Spool } from '../../src/recorder/spool/spool.js';
import { AuditError } from '../../src/event/errors.js';
import type { ContentRow, ContentStore } from '../../src/store/content.port.js';
import { rowOf, scratch } from '../recorder/spool-world.js';
import { hostile } from '../support/hostile.js';

let directory: ReturnType<typeof scratch>;
beforeEach(() => {
  directory = scratch();
});
afterEach(() => directory.remove());

const FOREIGN = '1-0123abcd.00000001.spool';
const at = (name: string): string => join(directory.path, name);
const frame = (batch: string): Buffer => encodeFrame(batch, [rowOf(batch)]);
const root = process.getuid?.() === 0;

/** What somebody puts under a name of the spool. */
const FILES: [string, (path: string) => void, boolean?][] = [
  ['a FIFO', (path) => void execFileSync('mkfifo', [path])],
  ['a link to a device that never ends', (path) => symlinkSync('/dev/zero', path)],
  ['a link to a file with frames', (path) => (writeFileSync(at('other'), frame('foreign')), symlinkSync(at('other'), path))],
  ['a link to nothing', (path) => symlinkSync(at('nowhere'), path)],
  ['a link to itself', (path) => symlinkSync(path, path)],
  ['a directory', (path) => mkdirSync(path)],
  ['a device', (path) => void execFileSync('mknod', [path, 'c', '1', '5']), root],
  ['a socket', (path) => void createServer().listen(path).unref()],
  ['a file with a second name', (path) => (writeFileSync(path, frame('foreign')), linkSync(path, at('second')))],
  ['a file that others may write', (path) => (writeFileSync(path, frame('foreign')), chmodSync(path, 0o666))],
  ['a file that the group may write', (path) => (writeFileSync(path, frame('foreign')), chmodSync(path, 0o620))],
  ['a file of another user', (path) => (writeFileSync(path, frame('foreign')), chownSync(path, 12_345, 12_345)), root],
  ['a file of a terabyte', (path) => (writeFileSync(path, ''), truncateSync(path, 2 ** 40))],
]; // prettier-ignore

async function spool(onUnfit: (file: string) => void = () => undefined): Promise<Spool> {
  const made = new Spool({ directory: directory.path, maxBytes: 1e6, onDamage: () => undefined, onUnfit });
  await made.open();
  return made;
}

async function taken(from: Spool): Promise<string[]> {
  const batches: string[] = [];
  for (let next = await from.oldest(); next; next = await from.oldest()) {
    batches.push(next.batch);
    await from.drop();
  }
  return batches;
}

hostile('files in the directory of a spool', (holds) => {
  for (const [name, put, possible = true] of FILES) {
    if (!possible) continue;
    holds(`${name}: not read, told of once, and what is beside it is`, async () => {
      put(at(FOREIGN));
      writeFileSync(at('2-0123abcd.00000001.spool'), frame('ours'));
      const told: string[] = [];
      const made = await spool((file) => told.push(file));
      await made.adopt();
      expect(await taken(made)).toEqual(['ours']);
      expect(told).toEqual([at(FOREIGN)]);
      await made.append('own', [rowOf('own')]);
      expect(await taken(made)).toEqual(['own']);
      await made.close();
    });
  }

  const LOCKS: [string, (path: string) => void][] = [
    ['a FIFO', (path) => void execFileSync('mkfifo', [path])],
    ['a directory', (path) => mkdirSync(path)],
    ['a file', (path) => writeFileSync(path, '')],
    ['a link to nothing', (path) => symlinkSync(at('nowhere'), path)],
  ];
  for (const [name, put] of LOCKS) {
    holds(`${name} as a lock holds no file`, async () => {
      writeFileSync(at(FOREIGN), frame('left'));
      put(at('1-0123abcd.lock'));
      const made = await spool();
      expect(await taken(made)).toEqual(['left']);
      await made.close();
    });
  }

  for (const mode of [0o777, 0o1777, 0o702, 0o773]) {
    holds(`a directory with mode ${mode.toString(8)} is refused`, () => {
      chmodSync(directory.path, mode);
      const make = (): Spool => new Spool({ directory: directory.path, maxBytes: 1e6, onDamage: () => undefined });
      expect(make).toThrow(expect.objectContaining({ code: 'AUDIT_SPOOL_UNUSABLE' }));
    });
  }
  for (const mode of [0o700, 0o750, 0o755, 0o2770]) {
    holds(`a directory with mode ${mode.toString(8)} is taken`, async () => {
      chmodSync(directory.path, mode);
      await (await spool()).close();
    });
  }
  if (root)
    holds('a directory of another user is refused', () => {
      const mine = at('theirs');
      mkdirSync(mine);
      chownSync(mine, 12_345, 12_345);
      const make = (): Spool => new Spool({ directory: mine, maxBytes: 1e6, onDamage: () => undefined });
      // root may read it; the one whom it belongs to may change it.
      expect(make).toThrow(expect.objectContaining({ code: 'AUDIT_SPOOL_UNUSABLE' }));
    });

  // Frames with a right checksum that no version of ours has written.
  const row = rowOf('a');
  const FRAMES: [string, unknown][] = [
    ['null', null],
    ['a number', 5],
    ['an empty object', {}],
    ['a row without an actor', { ...row, actor: undefined }],
    ['a row with a time of text', { ...row, at: 'now' }],
    ['a row with an object as data', { ...row, data: {} }],
    ['a row with a list as flags', { ...row, flags: [] }],
  ];
  for (const [name, content] of FRAMES) {
    holds(`a frame of ${name} does not hold up what is behind it`, async () => {
      writeFileSync(at(FOREIGN), Buffer.concat([encodeFrame('odd', [content as ContentRow]), frame('behind')]));
      const made = await spool();
      expect(await taken(made)).toEqual(['behind']);
      await made.close();
    });
  }
});

const state = (code: string): Error => Object.assign(new Error('refused'), { code });
const PASSING: [string, () => Error][] = [
  ...['42501', '25006', '53100', '53200', '53300', '57P01', '57P03', '55P03', '40001', '40P01', '23505', 'XX000'].map((code): [string, () => Error] => [`SQLSTATE ${code}`, () => state(code)]),
  ['a missing right', () => new AuditError('AUDIT_PRIVILEGE_MISSING', 'no right')],
  ['a missing log', () => new AuditError('AUDIT_SCHEMA_MISSING', 'no log')],
  ['a broken connection', () => state('ECONNRESET')],
]; // prettier-ignore

hostile('a spooled batch that is refused', (holds) => {
  for (const [name, refusal] of PASSING) {
    holds(`for ${name} stays, and is written later`, async () => {
      let refusing = true;
      const written: string[] = [];
      const append: ContentStore['append'] = async (batch, rows) => {
        if (refusing) throw refusal();
        written.push(...rows.map(({ header }) => header));
      };
      const queue = new QueueRecorder({ append } as ContentStore, { flushIntervalMs: 1, spool: { directory: directory.path } });
      await queue.ready();
      queue.record({ action: 'a.b' });
      while (queue.facts.failedAttempts < 3) await new Promise((resolve) => setTimeout(resolve, 10));
      expect(queue.facts).toMatchObject({ spooled: 1, lost: 0 });
      expect(queue.failing?.why).toBeDefined();
      refusing = false;
      await queue.drain();
      expect(written).toHaveLength(1);
      expect(queue.failing).toBeUndefined();
      expect(await queue.close(1_000)).toEqual({ lost: 0, spooled: 0 });
    }); // prettier-ignore
  }
});
