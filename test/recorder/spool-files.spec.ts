import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFrame, scanFrames } from '../../src/recorder/spool/frame.js';
import { Spool } from '../../src/recorder/spool/spool.js';
import { noSpace, rowOf, scratch, watched, type WatchedDisk } from './spool-world.js';

let directory: ReturnType<typeof scratch>;
let damage: { bytes: number; torn: boolean }[];
let opened: Spool[];
beforeEach(() => {
  directory = scratch();
  damage = [];
  opened = [];
});
afterEach(async () => {
  for (const spool of opened) await spool.close();
  directory.remove();
});

async function open(disk?: WatchedDisk, maxBytes = 1e6): Promise<Spool> {
  const spool = new Spool({ directory: directory.path, maxBytes, onDamage: (each) => damage.push(each) }, disk);
  opened.push(spool);
  await spool.open();
  return spool;
}

/** Everything in it, taken out. */
async function empty(spool: Spool): Promise<string[]> {
  const batches: string[] = [];
  for (let frame = await spool.oldest(); frame; frame = await spool.oldest()) {
    batches.push(frame.batch);
    await spool.drop();
  }
  return batches;
}
const kept = (): string[] => readdirSync(directory.path).filter((name) => name.endsWith('.damaged'));

const frames = ['one', 'two', 'three'].map((batch) => encodeFrame(batch, [rowOf(batch, 'é😀')]));
const whole = Buffer.concat(frames);
const batchesIn = (bytes: Buffer): string[] => scanFrames(bytes).frames.map(({ batch }) => batch);
const ends = frames.map((_, i) => Buffer.concat(frames.slice(0, i + 1)).length);

describe('of a file that was cut off anywhere', () => {
  it('every batch before the cut is there, and the rest is told of', () => {
    for (let cut = 0; cut <= whole.length; cut += 1) {
      const { frames: found, damage: rest } = scanFrames(whole.subarray(0, cut));
      const complete = ends.filter((end) => end <= cut);
      expect(found.map(({ batch }) => batch)).toEqual(['one', 'two', 'three'].slice(0, complete.length));
      const from = complete.at(-1) ?? 0;
      expect(rest).toEqual(from === cut ? [] : [{ start: from, end: cut, torn: true }]);
    }
  });
});

describe('of a file with bytes that were changed', () => {
  it('no batch is read that was not written, and those without a changed byte are read, all in order', () => {
    const change = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const bytes = Buffer.from(whole);
        for (const { at, to } of changes) bytes[at] = to;
        const intact = ['one', 'two', 'three'].filter((_, i) => {
          const [from, to] = [ends[i - 1] ?? 0, ends[i]];
          return bytes.subarray(from, to).equals(whole.subarray(from, to));
        });
        expect(batchesIn(bytes)).toEqual(intact);
        // And every byte is accounted for: in a frame, or told of.
        const { frames: found, damage: bad } = scanFrames(bytes);
        const inFrames = found.reduce(
          (sum, { batch }) => sum + (frames[['one', 'two', 'three'].indexOf(batch)]?.length ?? 0),
          0,
        );
        expect(inFrames + bad.reduce((sum, { start, end }) => sum + end - start, 0)).toBe(bytes.length);
      }),
      { numRuns: 500 },
    );
  });

  it('a damaged middle is kept aside and told of, and what is around it is given back', async () => {
    const bytes = Buffer.from(whole);
    bytes[ends[0]! + 40]! ^= 1;
    writeFileSync(join(directory.path, '1-0123abcd.00000001.spool'), bytes);
    expect(await empty(await open())).toEqual(['one', 'three']);
    expect(damage).toMatchObject([{ bytes: frames[1]!.length, torn: false }]);
    expect(kept()).toHaveLength(1);
    expect(readFileSync(join(directory.path, kept()[0]!))).toEqual(bytes.subarray(ends[0], ends[1]));
  });

  it('random bytes are no batch, and nothing fails', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expect(batchesIn(Buffer.concat([noise, whole]))).toEqual(['one', 'two', 'three']);
      }),
      { numRuns: 200 },
    );
  });
});

describe('what append() says', () => {
  it('is said after the bytes and the name of the file are on the disk', async () => {
    const disk = watched();
    const spool = await open(disk);
    disk.calls.length = 0;
    const said = spool.append('one', [rowOf('event')]).then(() => disk.calls.push('said'));
    await said;
    await spool.append('two', [rowOf('event')]);
    expect(disk.calls).toEqual(['create', 'syncDirectory', 'append', 'sync', 'said', 'append', 'sync']);
  });

  it.each(['append', 'sync'] as const)(
    'is no when %s fails, and nothing of it remains in the way of the next',
    async (call) => {
      const disk = watched();
      const spool = await open(disk);
      await spool.append('one', [rowOf('event')]);
      disk.fault = (now) => {
        if (now === call) throw noSpace();
      };
      await expect(spool.append('two', [rowOf('event')])).rejects.toMatchObject({ code: 'ENOSPC' });
      disk.fault = () => undefined;
      await spool.append('three', [rowOf('event')]);
      await spool.close();
      expect(await empty(await open())).toEqual(['one', 'three']);
      expect(damage).toEqual([]);
    },
  );

  it('is no at the bound', async () => {
    const spool = await open(undefined, 900);
    await spool.append('one', [rowOf('event')]);
    await spool.append('two', [rowOf('event')]);
    await expect(spool.append('three', [rowOf('event')])).rejects.toMatchObject({ code: 'AUDIT_SPOOL_FULL' });
    expect(await empty(spool)).toEqual(['one', 'two']);
    await spool.append('three', [rowOf('event')]);
  });

  it.each(['a file', 'a path in a file', 'a path that is too long'])('is nothing where the directory is %s', (what) => {
    writeFileSync(join(directory.path, 'file'), '');
    const path = { 'a file': 'file', 'a path in a file': 'file/spool' }[what] ?? 'x'.repeat(100);
    const make = (): Spool =>
      new Spool({ directory: join(directory.path, path), maxBytes: 1e6, onDamage: () => undefined });
    expect(make).toThrow(expect.objectContaining({ code: 'AUDIT_SPOOL_UNUSABLE' }));
  });
});

describe('two processes with one directory', () => {
  it('leave each other alone while both live', async () => {
    const one = await open();
    await one.append('one', [rowOf('event')]);
    const other = await open();
    expect(other.isEmpty).toBe(true);
    await other.append('other', [rowOf('event')]);
    await one.adopt();
    expect([await empty(one), await empty(other)]).toEqual([['one'], ['other']]);
  });

  it('take over the files of one that was killed, each file once', async () => {
    const program = `
      const { createServer } = require('node:net');
      const { writeFileSync, renameSync } = require('node:fs');
      process.chdir(${JSON.stringify(directory.path)});
      createServer().listen({ path: '.1-0123abcd' }, () => {
        renameSync('.1-0123abcd', '1-0123abcd.lock');
        for (let i = 1; i <= 6; i += 1)
          writeFileSync('1-0123abcd.0000000' + i + '.spool', Buffer.from(process.env.FRAMES.split(',')[i - 1], 'hex'));
        console.log('ready');
      });
      process.stdin.on('end', () => process.exit()).resume();`;
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const FRAMES = names.map((name) => encodeFrame(name, [rowOf('event')]).toString('hex')).join(',');
    const child = spawn(process.execPath, ['-e', program], { env: { FRAMES }, stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const [early] = [await open()];
    expect(early.isEmpty).toBe(true); // its owner lives
    child.kill('SIGKILL');
    await once(child, 'exit');
    const heirs = await Promise.all([early.adopt().then(() => early), open(), open(), open()]);
    const inherited = await Promise.all(heirs.map((heir) => empty(heir)));
    expect(inherited.flat().toSorted()).toEqual(names);
    for (const each of inherited) expect(each).toEqual(each.toSorted()); // and in order
    expect(readdirSync(directory.path).filter((name) => name.startsWith('1-'))).toEqual([]);
  });
});
