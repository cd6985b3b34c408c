import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { SectionName } from '../../src/chain/commitment.js';
import { parseVkey } from '../../src/chain/vkey.js';
import { checkProof } from '../../src/chain/check-proof.js';
import { readProofFolder, writeNewFolder } from '../../src/checkpoint/proof-directory.js';
import { KnownBlocks } from '../../src/checkpoint/known-blocks.js';
import { prove, type MadeProof } from '../../src/checkpoint/prove.js';
import { withProofSource } from '../../src/store/postgres/index.js';
import { copyOf, createLog, sealAll, type TestLog } from '../support/log.js';
import { pythonVerdicts } from '../verifier/python-folders.js';
import { asOwner, capture, DEPLOYMENT, idsOf, sealAndSign, vkeyText } from './support/signed-log.js';

const script = fileURLToPath(new URL('../../verifier/python/verify.py', import.meta.url));
let log: TestLog;
let work: string;
let vkey: string;
const copies: TestLog[] = [];

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'prove-'));
  vkey = await vkeyText();
  log = await createLog();
  for (const [tenant, count] of [['', 3], ['acme', 40], ['globex', 7]] as const) await capture(log, tenant, count); // prettier-ignore
  await sealAndSign(log);
  await capture(log, 'acme', 20);
  await capture(log, 'initech', 1);
  await sealAndSign(log);
});
afterEach(async () => {
  for (const copy of copies.splice(0)) await copy.close();
});
afterAll(async () => {
  rmSync(work, { recursive: true });
  await log.close();
});

const proof = (id: string, open: readonly SectionName[] = [], of = log): Promise<MadeProof> =>
  withProofSource(of.pool, 'audit', (source) => prove(source, id, { open, vkeys: [parseVkey(vkey)] }));
const filesOf = (made: MadeProof): Map<string, Uint8Array> => new Map(made.files.map(({ path, bytes }) => [path, bytes])); // prettier-ignore

let folders = 0;
async function written(made: MadeProof): Promise<string> {
  folders += 1;
  const directory = join(work, String(folders));
  await writeNewFolder(directory, made.files);
  return directory;
}

/** What its README says, done as it says. */
function byHand(directory: string, key = vkey): string {
  const readme = readFileSync(join(directory, 'README.md'), 'utf8');
  const commands = /^```bash\n([^]*?)^```$/m.exec(readme)?.[1] ?? '';
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', commands], {
    cwd: directory,
    env: { PATH: process.env['PATH'], VKEY: key },
    encoding: 'utf8',
  });
  return stdout + stderr;
}

async function changed(sql: string): Promise<TestLog> {
  const copy = await copyOf(log);
  copies.push(copy);
  await asOwner(copy, sql);
  return copy;
}

describe('prove, of what it kept', () => {
  it('makes the same proofs, of every entry of chains of any length', async () => {
    const blocks = new KnownBlocks();
    const kept = (id: string, of = log): Promise<MadeProof> => withProofSource(of.pool, 'audit', (source) => prove(source, id, { blocks, vkeys: [parseVkey(vkey)] })); // prettier-ignore
    const long = await createLog();
    copies.push(long);
    for (const count of [254, 1, 2, 300]) {
      await capture(long, 'acme', count);
      await sealAndSign(long);
      const ids = await idsOf(long, 1);
      for (const at of [0, 1, 128, 255, 256, 257, ids.length - 1]) {
        const id = ids[Math.min(at, ids.length - 1)] as string;
        expect((await kept(id, long)).files).toEqual((await proof(id, [], long)).files);
      }
    }
    for (const id of await idsOf(long, 0)) expect((await kept(id, long)).files).toEqual((await proof(id, [], long)).files); // prettier-ignore
  });

  it('forgets what is of a log that is no more', async () => {
    const blocks = new KnownBlocks();
    const made = async (of: TestLog): Promise<MadeProof> => {
      const [id = ''] = await idsOf(of, 1);
      return await withProofSource(of.pool, 'audit', (source) => prove(source, id, { blocks }));
    };
    const [first, second] = [await createLog(), await createLog()];
    copies.push(first, second);
    for (const each of [first, second]) {
      await capture(each, '', 300);
      await sealAndSign(each);
      expect((await made(each)).proves.entry.seq).toBe(0);
    }
  });
});

describe('prove', () => {
  it.each([
    [1, 0],
    [1, 3],
    [2, 0],
    [2, 40],
    [2, 41],
    [2, 60],
    [3, 5],
    [4, 1],
  ])('proves entry %s/%s to its key, to us, to Python and by hand', async (chain, seq) => {
    const id = (await idsOf(log, chain))[seq] as string;
    const made = await proof(id, ['actor', 'data']);
    const directory = await written(made);
    const proven = checkProof(await readProofFolder(directory), [parseVkey(vkey)]);
    expect(proven.entry).toMatchObject({ id, seq, origin: `${DEPLOYMENT}/${chain}` });
    expect(made.opened).toEqual(['actor', 'data']);
    const python = spawnSync('python3', [script, 'proof', directory, '--vkey', vkey], { encoding: 'utf8' });
    expect(python).toMatchObject({ status: 0 });
    const said = byHand(directory);
    expect(said).not.toContain('NOT');
    expect(said.split('\n').filter((line) => line !== '' && !line.startsWith('ok: '))).toEqual(['Signature Verified Successfully']); // prettier-ignore
    expect(said.match(/^ok: /gm)).toHaveLength(14);
  });

  it('proves an entry of the registry itself, without a chain between', async () => {
    for (const id of await idsOf(log, 0)) {
      const made = await proof(id);
      expect(made.files.map(({ path }) => path)).toEqual(['entry.leaf', 'registry.tlog-proof', 'README.md']);
      const said = byHand(await written(made));
      expect(said).not.toContain('NOT');
      expect(said).toContain('Signature Verified Successfully');
    }
  });

  it('shows no section but those that were asked for', async () => {
    const id = (await idsOf(log, 2))[5] as string;
    const [none, actor] = [await proof(id), await proof(id, ['actor'])];
    expect([...filesOf(none).keys()].filter((name) => /salt|bytes/.test(name))).toEqual([]);
    expect([...filesOf(actor).keys()].filter((name) => /salt|bytes/.test(name))).toEqual(['actor.salt', 'actor.bytes']);
    expect(actor.proves.sections.data).toBe('not shown');
    for (const { bytes } of none.files) expect(bytes.includes('rgen')).toBe(false);
  });

  it('says which section cannot be opened any more', async () => {
    const copy = await changed(`update audit.content set data = null, salt_data = null where tenant_key = 'acme'`);
    const id = (await idsOf(copy, 2))[5] as string;
    const made = await proof(id, ['actor', 'data'], copy);
    expect(made).toMatchObject({ opened: ['actor'], notOpened: [{ section: 'data', why: 'erased' }] });
  });

  it('finds by hand what was changed', async () => {
    const made = await proof((await idsOf(log, 2))[50] as string, ['data']);
    for (const [name, at] of [
      ['entry.leaf', 30],
      ['head.leaf', 2],
      ['data.bytes', 3],
      ['registry.leaf', 30],
      ['registry.tlog-proof', 40],
    ] as const) {
      const directory = await written(made);
      const bytes = Buffer.from(filesOf(made).get(name) ?? []);
      bytes.writeUInt8((bytes[at] as number) ^ 1, at);
      writeFileSync(join(directory, name), bytes);
      expect(byHand(directory)).toContain('NOT');
    }
    expect(byHand(await written(made), await vkeyText(`${DEPLOYMENT}/2`))).toContain('NOT: name of the key');
  });

  it('says when an entry is covered, and that nothing signs', async () => {
    const copy = await changed(`delete from audit.checkpoint where size > 2`);
    expect(await proof((await idsOf(copy, 2))[3] as string, [], copy)).toBeDefined();
    await expect(proof((await idsOf(copy, 2))[50] as string, [], copy)).rejects.toMatchObject({ code: 'AUDIT_NOT_COVERED', facts: { isSigned: true } }); // prettier-ignore
    const unsigned = await createLog();
    copies.push(unsigned);
    await capture(unsigned, '', 1);
    await sealAll(unsigned.store);
    await expect(proof((await idsOf(unsigned, 1))[1] as string, [], unsigned)).rejects.toMatchObject({ code: 'AUDIT_NOT_COVERED', facts: { isSigned: false } }); // prettier-ignore
  });

  it.each(['', 'x', "' or 1=1", '00000000-0000-0000-0000-00000000000', '\u0000'])('refuses the id %j', async (id) => {
    await expect(proof(id)).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
  });

  it('does not know an id that is in no log', async () => {
    await expect(proof('00000000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'AUDIT_ENTRY_UNKNOWN' });
  });

  it.each([
    ['a body', `update audit.entry set body = replace(body, 'create', 'delete') where chain = 2 and seq = 5`],
    ['a hash', `update audit.entry set hash = sha256('x') where chain = 2 and seq = 5`],
    ['the hash of another', `update audit.entry set hash = sha256('x') where chain = 2 and seq = 9`],
    ['the hash of another chain', `update audit.entry set hash = sha256('x') where chain = 3 and seq = 2`],
    ['a hole', `delete from audit.entry where chain = 2 and seq = 9`],
    ['another time', `update audit.entry set sealed_at = sealed_at + interval '1 second' where chain = 2 and seq = 5`],
    ['a time that is none', `update audit.entry set sealed_at = '-infinity' where chain = 2 and seq = 5`],
    ['another origin', `update audit.chain set origin = 'example.com/test/9' where chain = 2`],
    ['an origin that is none', `update audit.chain set origin = '../x' where chain = 2`],
    ['no row of the chain', `delete from audit.chain where chain = 2`],
    ['no registry', `update audit.content set data = null where op = 'heads'`],
    [
      'sizes that were never told',
      `update audit.content set data = replace(data, '[2,41]', '[2,40]') where op = 'heads'`,
    ],
    ['another hash of the registry', `update audit.entry set hash = sha256('x') where chain = 0 and seq = 0`],
    [
      'a checkpoint of another root',
      `update audit.checkpoint set note = 'example.com/test/registry' || chr(10) || size || chr(10) || '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' || chr(10) || chr(10) || split_part(note, chr(10) || chr(10), 2)`,
    ],
    ['a section that was never committed to', `update audit.content set data = '{}' where tenant_key = 'acme'`],
  ])('makes no proof of a log with %s', async (_name, sql) => {
    const id = (await idsOf(log, 2))[5] as string;
    const copy = await changed(sql);
    await expect(proof(id, ['data'], copy)).rejects.toMatchObject({ code: 'AUDIT_LOG_INCONSISTENT' });
  });
});

describe('a proof folder', () => {
  it('is written as a whole into a directory that was not there', async () => {
    const made = await proof((await idsOf(log, 2))[5] as string);
    const directory = await written(made);
    await expect(writeNewFolder(directory, made.files)).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
    const broken = [...made.files, { path: 'no/such/place', bytes: Buffer.alloc(1) }];
    const before = readdirSync(work);
    await expect(writeNewFolder(join(work, 'broken'), broken)).rejects.toThrow('ENOENT');
    expect(readdirSync(work)).toEqual(before);
    expect(existsSync(join(work, 'broken'))).toBe(false);
  });

  it('is refused or incomplete as Python says, whatever was done to it', async () => {
    const [made, other] = [await proof((await idsOf(log, 2))[50] as string, ['actor', 'data']), await proof((await idsOf(log, 3))[4] as string, ['actor', 'data'])]; // prettier-ignore
    const right = filesOf(made);
    right.delete('README.md');
    const cases: [string, Map<string, Uint8Array>][] = [];
    for (const [name, bytes] of right) {
      const put = (what: string, as: Uint8Array): unknown => cases.push([`${name} ${what}`, new Map(right).set(name, as)]); // prettier-ignore
      for (const at of [0, 7, bytes.length >> 1, bytes.length - 1]) {
        const wrong = Buffer.from(bytes);
        wrong.writeUInt8((wrong[at] as number) ^ 1, at);
        put(`with byte ${at} changed`, wrong);
      }
      put('empty', new Uint8Array());
      put('longer', Buffer.concat([bytes, Buffer.from('\n')]));
      put('cut', bytes.subarray(0, -1));
      put('of another entry', filesOf(other).get(name) as Uint8Array);
      for (const [from, those] of right) if (from < name) cases.push([`${name} and ${from} exchanged`, new Map(right).set(name, those).set(from, bytes)]); // prettier-ignore
      const without = new Map(right);
      without.delete(name);
      cases.push([`without ${name}`, without]);
    }
    cases.push(['nothing', new Map()], ['all of it', right]);
    const directories = cases.map(([, files], i) => {
      const directory = join(work, `hostile-${i}`);
      mkdirSync(directory);
      for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
      return directory;
    });
    const theirs = pythonVerdicts(directories, vkey);
    const ours: number[] = [];
    for (const directory of directories) ours.push(await verdict(directory));
    const named = (codes: number[]): object => Object.fromEntries(cases.map(([name], i) => [name, codes[i]]));
    expect(named(ours)).toEqual(named(theirs));
    expect(ours.filter((code) => code === 0)).toHaveLength(1);
    expect(ours.at(-1)).toBe(0);
  });

  it('does not read what is too large, or no file', async () => {
    const made = await proof((await idsOf(log, 2))[50] as string);
    const directory = await written(made);
    spawnSync('truncate', ['-s', '3G', join(directory, 'data.bytes')]);
    expect(await verdict(directory)).toBe(1);
    rmSync(join(directory, 'data.bytes'));
    for (const make of [
      'mkfifo entry.proof',
      'ln -s /dev/zero entry.proof',
      'mkdir entry.proof',
      'ln -s entry.proof entry.proof',
    ]) {
      rmSync(join(directory, 'entry.proof'), { recursive: true, force: true });
      spawnSync('sh', ['-c', make], { cwd: directory });
      expect(await verdict(directory)).toBe(3);
    }
    await expect(readProofFolder(join(work, 'nowhere'))).rejects.toThrow('ENOENT');
  });
});

async function verdict(directory: string): Promise<number> {
  try {
    checkProof(await readProofFolder(directory), [parseVkey(vkey)]);
    return 0;
  } catch (error) {
    expect(error).toMatchObject({ code: 'AUDIT_EVIDENCE_INVALID' });
    const { facts } = error as { facts: { reason: string } };
    return ['missing', 'unsigned', 'later'].includes(facts.reason) ? 3 : 1;
  }
}
