import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openCheckpoint } from '../../src/chain/checkpoint.js';
import { parseSectionLine } from '../../src/chain/section-line.js';
import { publish, type PublishOptions } from '../../src/checkpoint/publish.js';
import type { PublishedChain } from '../../src/checkpoint/publish-chain.js';
import { replaceFile } from '../../src/checkpoint/published-directory.js';
import { ToldSizes } from '../../src/checkpoint/told-sizes.js';
import { withProofSource } from '../../src/store/postgres/index.js';
import { full } from '../support/full.js';
import { copyOf, createLog, type TestLog } from '../support/log.js';
import { signerOf, vkeyOfLabel } from './support/memory.js';
import { asOwner, capture, DEPLOYMENT, sealAndSign, vkeyText } from './support/signed-log.js';

const script = fileURLToPath(new URL('../../verifier/python/verify.py', import.meta.url));
const signer = signerOf('one');
/** The same log, earlier and later: 255, 3 and more entries, then 600, 700 … */
let early: TestLog;
let log: TestLog;
let work: string;
let directory: string;
let runs = 0;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'publish-'));
  log = await createLog();
  for (const [tenant, count] of [['', 254], ['acme', 3], ['globex', 300]] as const) await capture(log, tenant, count); // prettier-ignore
  await sealAndSign(log);
  early = await copyOf(log);
  log = await copyOf(early);
  for (const [tenant, count] of [['', 1], ['acme', 600], ['initech', 5]] as const) await capture(log, tenant, count); // prettier-ignore
  await sealAndSign(log);
}, 60_000);
beforeEach(() => {
  runs += 1;
  directory = join(work, String(runs));
});
afterAll(async () => {
  rmSync(work, { recursive: true });
  await early.close();
  await log.close();
});

async function published(of = log, options: Partial<PublishOptions> = {}): Promise<PublishedChain[]> {
  return await withProofSource(of.pool, 'audit', async (source) => {
    const chains: PublishedChain[] = [];
    for await (const chain of publish(source, { directory, signer, ...options })) chains.push(chain);
    return chains;
  });
}

async function python(...args: string[]): Promise<{ status: number | null; stdout: string }> {
  const vkeys = await Promise.all(['registry', '1', '2', '3', '4'].map((name) => vkeyText(`${DEPLOYMENT}/${name}`)));
  return spawnSync('python3', [script, 'log', directory, ...vkeys.flatMap((vkey) => ['--vkey', vkey]), ...args], { encoding: 'utf8' }); // prettier-ignore
}

/** Every file and the hash of what it holds. */
function contents(at = directory): Map<string, string> {
  const files = readdirSync(at, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return new Map(files.map((each) => join(each.parentPath, each.name)).map((path) => [relative(at, path), hash('sha256', readFileSync(path))])); // prettier-ignore
}

describe('publish', () => {
  it('writes every chain with a checkpoint of its own, which Python verifies', async () => {
    const chains = await published();
    expect(chains.map(({ origin, checkpoint }) => [origin, checkpoint])).toEqual([
      [`${DEPLOYMENT}/registry`, expect.any(Number)],
      [`${DEPLOYMENT}/1`, 256],
      [`${DEPLOYMENT}/2`, 604],
      [`${DEPLOYMENT}/3`, 301],
      [`${DEPLOYMENT}/4`, 6],
    ]);
    expect(await python()).toMatchObject({ status: 0, stdout: expect.stringMatching(/^VERIFIED: /m) });
    const note = readFileSync(join(directory, DEPLOYMENT, '2/checkpoint'));
    expect(openCheckpoint(note, [await vkeyOfLabel(`${DEPLOYMENT}/2`, 'one')]).size).toBe(604);
  });

  it('goes on from what is there, to the same files as at once', async () => {
    const state = new ToldSizes();
    await published(early, { state });
    expect(await python()).toMatchObject({ status: 0 });
    expect((await published(early, { state })).map(({ added }) => added)).toEqual([0, 0, 0, 0]);
    const first = contents();
    expect(first.has(`${DEPLOYMENT}/1/tile/0/000.p/255`)).toBe(true);
    expect((await published(log, { state })).map(({ added }) => added > 0)).toEqual([true, true, true, false, true]);
    const grown = contents();
    expect(await python()).toMatchObject({ status: 0 });
    // A partial one is gone where the full one is there, and nowhere else.
    expect(grown.has(`${DEPLOYMENT}/1/tile/0/000.p/255`)).toBe(false);
    const before = [...first.keys()].filter((path) => !grown.has(path));
    expect(before.length).toBeGreaterThan(0);
    for (const path of before) expect(grown.has(path.replace(/\.p\/\d+$/, ''))).toBe(true);
    directory += '-at-once';
    await published();
    for (const [path, bytes] of contents()) expect([path, grown.get(path) === bytes]).toEqual([path, true]);
  });

  it('is right whenever it was ended, and the next run makes the rest', async () => {
    await published(early);
    const before = join(work, 'before');
    cpSync(directory, before, { recursive: true });
    const whole = join(work, 'whole');
    cpSync(directory, whole, { recursive: true });
    directory = whole;
    let writes = 0;
    const counting = (path: string, bytes: Uint8Array): Promise<void> => ((writes += 1), replaceFile(path, bytes));
    await published(log, { write: counting });
    const right = contents();
    expect(writes).toBeGreaterThan(15);
    for (let fails = 0; fails < writes; fails += 1)
      for (const isWritten of full ? [false, true] : [fails % 2 === 0]) {
        directory = join(work, `fails-${fails}-${isWritten}`);
        cpSync(before, directory, { recursive: true });
        let n = 0;
        const failing = async (path: string, bytes: Uint8Array): Promise<void> => {
          const isLast = n === fails;
          n += 1;
          if (!isLast || isWritten) await replaceFile(path, bytes);
          else writeFileSync(join(path, '..', '.new-x'), bytes.subarray(0, 3));
          if (isLast) throw new Error('killed');
        };
        await expect(published(log, { write: failing })).rejects.toThrow('killed');
        if (fails % 6 === 0) expect(await python()).toMatchObject({ status: 0 }); // with the checkpoints that are there
        await published(log);
        const now = [...contents()].filter(([path]) => !path.endsWith('.new-x'));
        expect(new Map(now)).toEqual(right);
        rmSync(directory, { recursive: true });
      }
  }, 120_000);

  it('without a signer gives a checkpoint to the registry alone', async () => {
    const chains = await published(log, { signer: undefined });
    expect(chains.filter(({ checkpoint }) => checkpoint !== undefined).map(({ origin }) => origin)).toEqual([`${DEPLOYMENT}/registry`]); // prettier-ignore
    expect(existsSync(join(directory, DEPLOYMENT, '2/tile/entries/001'))).toBe(true);
    expect(existsSync(join(directory, DEPLOYMENT, '2/checkpoint'))).toBe(false);
    expect((await published(log, { signer: undefined })).map(({ added }) => added)).toEqual([0, 0, 0, 0, 0]);
    // And with one the same directory has them.
    await published();
    expect(await python()).toMatchObject({ status: 0 });
  });

  it('signs nothing that no signed checkpoint of the registry covers', async () => {
    const copy = await copyOf(log);
    try {
      await asOwner(copy, `delete from audit.checkpoint where size > 2`);
      const chains = await published(copy);
      expect(chains.map(({ checkpoint }) => checkpoint)).toEqual([2, 255, 4, 301, undefined]);
      expect(await python()).toMatchObject({ status: 0 });
      await asOwner(copy, `delete from audit.checkpoint`);
      directory += '-nothing';
      expect((await published(copy)).map(({ size }) => size)).toEqual([0, 0, 0, 0, 0]);
    } finally {
      await copy.close();
    }
  });

  it('hands over sections where they are asked for, without what was erased since', async () => {
    const copy = await copyOf(log);
    try {
      const origins = [`${DEPLOYMENT}/2`];
      await published(copy, { origins });
      expect(contents().has(`${DEPLOYMENT}/2/sections.ndjson`)).toBe(false);
      await published(copy, { origins, sections: ['actor', 'data'] });
      const file = join(directory, DEPLOYMENT, '2/sections.ndjson');
      expect(await python('--sections', file)).toMatchObject({ status: 0, stdout: expect.stringMatching(/sections: 1208 opened, 0 said/) }); // prettier-ignore
      await asOwner(copy, `update audit.content set data = null, salt_data = null where data like '%"id":"2"%'`);
      await capture(copy, 'acme', 1);
      await sealAndSign(copy);
      await published(copy, { origins, sections: ['actor', 'data'] });
      expect(await python('--sections', file)).toMatchObject({ status: 0, stdout: expect.stringMatching(/2 said to be erased/) }); // prettier-ignore
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => parseSectionLine(`${line}\n`)); // prettier-ignore
      expect(lines.filter(({ bytes }) => bytes === null).map(({ section }) => section)).toEqual(['data', 'data']);
      const again = async (sections: ['actor'] | ['data']): Promise<[boolean | undefined, readonly string[]]> => {
        const [chain] = await published(copy, { origins, sections });
        const shown = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => parseSectionLine(`${line}\n`)); // prettier-ignore
        return [chain?.areSectionsNew, [...new Set(shown.map(({ section }) => section))]];
      };
      // Whoever hands over less from now on must not leave the rest where it was.
      expect(await again(['data'])).toEqual([true, ['data']]);
      expect(await again(['data'])).toEqual([false, ['data']]);
      await asOwner(copy, `update audit.content set data = null, salt_data = null where data like '%"id":"3"%'`);
      expect(await again(['data'])).toEqual([true, ['data']]);
      expect(readFileSync(file, 'utf8').match(/"salt":null/g)).toHaveLength(4);
      expect(await again(['actor'])).toEqual([true, ['actor']]);
    } finally {
      await copy.close();
    }
  });

  const changes: [string, string, string][] = [
    ['a body', `update audit.entry set body = replace(body, 'create', 'delete') where chain = 2 and seq = 500`, 'AUDIT_LOG_INCONSISTENT'],
    ['a body with its hash', `update audit.entry set body = '{}', hash = sha256('x') where chain = 2 and seq = 500`, 'AUDIT_LOG_INCONSISTENT'],
    ['a hole', `delete from audit.entry where chain = 2 and seq = 400`, 'AUDIT_LOG_INCONSISTENT'],
    ['a chain that is shorter than told', `delete from audit.entry where chain = 2 and seq > 600`, 'AUDIT_LOG_INCONSISTENT'],
    ['another registry', `update audit.entry set hash = sha256('x') where chain = 0 and seq = 1`, 'AUDIT_LOG_INCONSISTENT'],
    ['told sizes that were not told', `update audit.content set data = replace(data, '[2,604]', '[2,603]') where op = 'heads'`, 'AUDIT_LOG_INCONSISTENT'],
    ['an origin that leads elsewhere', `update audit.chain set origin = '../../2' where chain = 2`, 'AUDIT_LOG_INCONSISTENT'],
    ['an origin of dots', `update audit.chain set origin = 'a/../2' where chain = 2`, 'AUDIT_LOG_INCONSISTENT'],
    ['a checkpoint of another key', `update audit.checkpoint set note = replace(note, chr(8212) || ' example.com/test/registry ', chr(8212) || ' example.com/other ')`, 'AUDIT_EVIDENCE_INVALID'],
  ]; // prettier-ignore
  it.each(changes)('signs nothing of a log with %s', async (_name, sql, code) => {
    const copy = await copyOf(log);
    try {
      await asOwner(copy, sql);
      await expect(published(copy)).rejects.toMatchObject({ code });
      expect(existsSync(join(directory, DEPLOYMENT, '2/checkpoint'))).toBe(false);
    } finally {
      await copy.close();
    }
  });
});

/** One that is another, whatever it was. */
const flipped = (at: number) => (bytes: Buffer) => bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1);

describe('a directory that is not of this log', () => {
  it.each([
    ['tile/0/001', flipped(9)],
    ['tile/entries/001', flipped(100)],
    ['tile/0/001', (bytes: Buffer) => bytes.subarray(1)],
    ['checkpoint', (bytes: Buffer) => Buffer.from(bytes.toString().replace('\n604\n', '\n603\n'))],
    ['checkpoint', () => Buffer.from('hello')],
    ['checkpoint', () => Buffer.alloc(300_000)],
  ])('is refused for its %s, and nothing is overwritten', async (path, change) => {
    await published();
    const target = join(directory, DEPLOYMENT, '2', path);
    writeFileSync(target, change(readFileSync(target)));
    const before = contents();
    await expect(published()).rejects.toMatchObject({ code: 'AUDIT_PUBLISHED_DIFFERS' });
    expect(contents()).toEqual(before);
  });

  it('is refused by a log that was set back', async () => {
    await published(log);
    const before = contents();
    await expect(published(early)).rejects.toMatchObject({ code: 'AUDIT_PUBLISHED_DIFFERS' });
    expect(contents()).toEqual(before);
  });

  it('is refused by a log that went on otherwise', async () => {
    const copy = await copyOf(early);
    try {
      for (const tenant of ['', 'acme']) await capture(copy, tenant, 700);
      await sealAndSign(copy);
      await published(log);
      await expect(published(copy)).rejects.toMatchObject({ code: 'AUDIT_PUBLISHED_DIFFERS' });
    } finally {
      await copy.close();
    }
  });
});
