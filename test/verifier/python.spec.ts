import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseBundle } from '../../src/chain/bundle.js';
import { formatCheckpoint, signCheckpoint } from '../../src/chain/checkpoint.js';
import { signNote } from '../../src/chain/note.js';
import type { PublishedFile } from '../../src/chain/publish.js';
import { formatSectionLine } from '../../src/chain/section-line.js';
import { tilePath, tilesOfSize } from '../../src/chain/tile.js';
import { formatTlogProof, parseTlogProof } from '../../src/chain/tlog-proof.js';
import { formatVkey } from '../../src/chain/vkey.js';
import { checkProof } from '../../src/chain/check-proof.js';
import type { AuditError } from '../../src/event/errors.js';
import { full } from '../support/full.js';
import { hostile, SAMPLE } from '../support/hostile.js';
import { MadeChain, MadeLog, published, sectionFile, T0 } from '../support/made-log.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const script = join(root, 'verifier/python/verify.py');
const python = ['/usr/bin/python3', 'python3', 'python'].find((command) => {
  const { stdout } = spawnSync(command, ['-c', 'import sys; print(sys.version_info >= (3, 9))'], { encoding: 'utf8' });
  return stdout?.trim() === 'True';
});
if (!python) process.stderr.write('SKIPPED: no Python 3.9 here, so verifier/python is not run.\n');
const describeWithPython = python ? describe : describe.skip;

function verify(...args: readonly string[]): { code: number | null; said: string } {
  // -I: nothing of the environment, -S: nothing but the standard library. An ASCII locale must not make it fail.
  const { status, stdout, stderr } = spawnSync(python ?? '', ['-I', '-S', script, ...args], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PYTHONUTF8: '0' },
  });
  return { code: status, said: stdout + stderr };
}

const work = mkdtempSync(join(tmpdir(), 'verifier-'));
afterAll(() => rmSync(work, { recursive: true }));
let made = 0;

type Files = Map<string, Buffer>;
const filesOf = (list: readonly PublishedFile[]): Files => new Map(list.map(({ path, bytes }) => [path, bytes]));

function write(files: Files): string {
  const directory = join(work, String((made += 1)));
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), bytes);
  }
  return directory;
}

const SIZES = full ? [10_000, 300, 1] : [513, 300, 1];
const log = new MadeLog('audit.example/made', SIZES);
const [first, second] = log.chains as [MadeChain, MadeChain];
const abroad = new MadeChain('audit.elsewhere/1').append('a.b').append('c.d');
const vkeysOf = (of: MadeLog): string[] =>
  [...of.chains, of.registry].flatMap(({ origin }) => ['--vkey', formatVkey(of.signer(origin).vkey)]);
const publishedBy = async (of: MadeLog, chain: MadeChain, size?: number): Promise<Files> =>
  filesOf(await published(chain, chain.head(size), of.signer(chain.origin)));

/** The same verdict by the package itself. */
function ours(files: Files): number {
  try {
    checkProof(files, [...log.chains, log.registry].map(({ origin }) => log.signer(origin).vkey)); // prettier-ignore
    return 0;
  } catch (error) {
    expect(error).toMatchObject({ code: 'AUDIT_EVIDENCE_INVALID' });
    const { reason } = (error as AuditError).facts;
    return ['missing', 'unsigned', 'later'].includes(String(reason)) ? 3 : 1;
  }
}

const changed = (bytes: Buffer, at: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at] = (copy.at(at) as number) ^ 1;
  return copy;
};
const file = (files: Files, path: string): Buffer => {
  const bytes = files.get(path);
  if (bytes === undefined) throw new Error(`no file ${path}`);
  return bytes;
};

describeWithPython('verify.py', () => {
  it('agrees with every golden vector, and finds one that was changed', () => {
    expect(verify('vectors', join(root, 'test/golden'))).toMatchObject({ code: 0 });
    const copy = join(work, 'golden');
    mkdirSync(copy);
    const names = [
      'bodies',
      'entries',
      'commitments',
      'vkeys',
      'notes',
      'checkpoints',
      'merkle',
      'proofs',
      'tiles',
      'heads',
    ];
    for (const name of names)
      writeFileSync(join(copy, `${name}.json`), readFileSync(join(root, `test/golden/${name}.json`)));
    const proofs = readFileSync(join(copy, 'proofs.json'), 'utf8');
    writeFileSync(join(copy, 'proofs.json'), proofs.replace(/"([0-9a-f]{63})[0-9a-f]"/, '"$1x"').replace('x"', '0"'));
    expect(verify('vectors', copy).code).toBe(1);
  });

  it('is of the standard library alone, and uses nothing that Python 3.9 has not', () => {
    const source = readFileSync(script, 'utf8');
    const imported = [...source.matchAll(/^\s*(?:import|from)\s+(\S+)/gm)].map(([, name]) => name);
    expect(imported).toEqual(['argparse', 'base64', 'binascii', 'hashlib', 'json', 'os', 're', 'sys']);
    const parse = `import ast, sys; ast.parse(open(sys.argv[1]).read(), feature_version=(3, 9))`;
    expect(spawnSync(python ?? '', ['-c', parse, script], { encoding: 'utf8' }).stderr).toBe('');
  });

  it('verifies a published log of three chains and its registry', async () => {
    const all: Files = new Map();
    for (const chain of [...log.chains, log.registry])
      for (const [path, bytes] of await publishedBy(log, chain)) all.set(`${chain.origin}/${path}`, bytes);
    const { code, said } = verify('log', write(all), ...vkeysOf(log));
    expect({ code, said }).toMatchObject({ code: 0 });
    for (const chain of log.chains) expect(said).toContain(`${chain.origin}: ${chain.leaves.length} entries`);
  });

  it('takes the key of the registry for the chains of its log, and for no others', async () => {
    const vkeyOf = (origin: string): string[] => ['--vkey', formatVkey(log.signer(origin).vkey)];
    const directory = write(await publishedBy(log, second));
    expect(verify('log', directory, ...vkeyOf(log.registry.origin))).toMatchObject({ code: 0 });
    for (const other of [first.origin, 'audit.elsewhere/registry', 'audit.example/registry'])
      expect(verify('log', directory, ...vkeyOf(other))).toMatchObject({
        code: 3,
        said: expect.stringContaining(`it names ${second.origin}+`),
      });
  });

  it('finds a chain that lies in the place of another, and one that is to be there and is not', async () => {
    const all: Files = new Map();
    for (const chain of [...log.chains, log.registry])
      for (const [path, bytes] of await publishedBy(log, chain)) all.set(`${chain.origin}/${path}`, bytes);
    const origins = [...log.chains, log.registry].flatMap(({ origin }) => ['--origin', origin]);
    const whole = verify('log', write(all), ...vkeysOf(log), ...origins);
    expect(whole).toMatchObject({ code: 0 });
    const moved: Files = new Map([...all].filter(([path]) => !path.startsWith(`${first.origin}/`)));
    const gone = verify('log', write(moved), ...vkeysOf(log), ...origins);
    expect(gone).toMatchObject({ code: 3, said: expect.stringContaining(`${first.origin}: this chain is not there`) });
    for (const [path, bytes] of all)
      if (path.startsWith(`${second.origin}/`)) moved.set(path.replace(second.origin, first.origin), bytes);
    const directory = write(moved);
    for (const at of [directory, join(directory, first.origin)]) {
      const { code, said } = verify('log', at, ...vkeysOf(log));
      expect({ code, said }).toMatchObject({ code: 1, said: expect.stringContaining(`this is the place of the chain ${first.origin}, and it holds ${second.origin}`) }); // prettier-ignore
    }
    // Elsewhere a name says nothing: then the chain is asked for.
    const elsewhere = write(await publishedBy(log, second));
    expect(verify('log', elsewhere, ...vkeysOf(log))).toMatchObject({ code: 0, said: expect.stringContaining(`signed, in ${elsewhere}`) }); // prettier-ignore
    expect(verify('log', elsewhere, ...vkeysOf(log), '--origin', second.origin)).toMatchObject({ code: 0 });
    expect(verify('log', elsewhere, ...vkeysOf(log), '--origin', first.origin)).toMatchObject({ code: 3 });
  });

  it.each([16, 5_000])('says of an entry with a number of %i digits that none can have it', async (digits) => {
    const number = '9'.repeat(digits);
    const chain = new MadeChain(second.origin);
    const leaves = [...chain.leaves];
    leaves[0] = Buffer.from(String(leaves[0]).replace('\n0\n', `\n${number}\n`));
    const signer = log.signer(chain.origin);
    const forged = filesOf(await published(Object.assign(new MadeChain(second.origin), { leaves }), chain.head(), signer));
    expect(verify('log', write(forged), ...vkeysOf(log))).toMatchObject({ code: 1, said: expect.stringContaining('number that none can have') });
    const folder = filesOf(await log.proof(second, 5));
    folder.set('entry.leaf', Buffer.from(String(folder.get('entry.leaf')).replace('\n5\n', `\n${number}\n`)));
    expect(verify('proof', write(folder), ...vkeysOf(log))).toMatchObject({ code: 1, said: expect.stringContaining('number that none can have') });
  }); // prettier-ignore

  it('verifies the sections of a chain', async () => {
    const sections = join(work, 'sections.ndjson');
    writeFileSync(sections, sectionFile(second));
    const { code, said } = verify(
      'log',
      write(await publishedBy(log, second)),
      '--sections',
      sections,
      ...vkeysOf(log),
    );
    expect({ code, said }).toMatchObject({ code: 0 });
    expect(said).toContain(`sections: ${second.sections.length} opened, 0 said to be erased`);
  });

  it('verifies folders that prove one entry', async () => {
    for (let i = 0; i < (SAMPLE > 1 ? 3 : 20); i += 1) {
      const chain = log.chains[i % 3] as MadeChain;
      const seq = (i * 37) % chain.leaves.length;
      const { code, said } = verify('proof', write(filesOf(await log.proof(chain, seq))), ...vkeysOf(log));
      expect({ code, said }).toMatchObject({ code: 0 });
      expect(said).toContain(`id ${chain.ids[seq]}`);
    }
  });

  it('verifies the golden folders', () => {
    const { folders } = JSON.parse(readFileSync(join(root, 'test/golden/heads.json'), 'utf8')) as {
      folders: { vkey: string; files: Record<string, string> }[];
    };
    for (const { vkey, files: folderFiles } of folders) {
      const directory = write(new Map(Object.entries(folderFiles).map(([path, text]) => [path, Buffer.from(text)])));
      const { code, said } = verify('proof', directory, '--vkey', vkey);
      expect({ code, said }).toMatchObject({ code: 0 });
    }
  });
});

describeWithPython('what verify.py finds', () => {
  let files: Files;
  beforeAll(async () => {
    files = await publishedBy(log, second);
  });
  const bundle = 'tile/entries/000';

  /** The chain with these leaves in the place of its own, tiles made to fit, and the checkpoint as it was. */
  const rewritten = async (leaves: readonly Buffer[]): Promise<Files> => {
    const other = Object.assign(new MadeChain(second.origin), { leaves });
    const forged = filesOf(await published(other, second.head(), log.signer(second.origin)));
    return forged.set('checkpoint', file(files, 'checkpoint'));
  };

  type Case = [name: string, code: number, says: RegExp, make: () => Files | Promise<Files>];
  const cases: Case[] = [
    [
      'a byte of an entry',
      1,
      /300: |approve|canonical|linked/,
      () => new Map(files).set(bundle, changed(file(files, bundle), 600)),
    ],
    [
      'the last byte of a bundle',
      1,
      /canonical|as one/,
      () => new Map(files).set(bundle, changed(file(files, bundle), -1)),
    ],
    ['a length in a bundle', 1, /bundle/, () => new Map(files).set(bundle, changed(file(files, bundle), 0))],
    [
      'a hash of a tile',
      1,
      /tile\/0\/000 does not hold/,
      () => new Map(files).set('tile/0/000', changed(file(files, 'tile/0/000'), 40)),
    ],
    [
      'a partial tile',
      1,
      /tile\/0\/001\.p\/44 does not/,
      () => new Map(files).set('tile/0/001.p/44', changed(file(files, 'tile/0/001.p/44'), 0)),
    ],
    [
      'a tile of level 1',
      1,
      /tile\/1\/000\.p\/1 does not/,
      () => new Map(files).set('tile/1/000.p/1', changed(file(files, 'tile/1/000.p/1'), 0)),
    ],
    [
      'a tile that is cut off',
      1,
      /tile\/0\/000 does not/,
      () => new Map(files).set('tile/0/000', file(files, 'tile/0/000').subarray(32)),
    ],
    [
      'a tile that is endless',
      1,
      /longer than it can be/,
      () => new Map(files).set('tile/0/000', Buffer.alloc(10_000_000)),
    ],
    [
      'a checkpoint that is endless',
      1,
      /longer than it can be/,
      () => new Map(files).set('checkpoint', Buffer.alloc(10_000_000, 'a')),
    ],
    ['a tile that is gone', 3, /tile\/0\/000 is not there/, () => without(files, 'tile/0/000')],
    ['a bundle that is gone', 3, /tile\/entries\/000 is not there/, () => without(files, bundle)],
    ['bundle and tile that are gone', 3, /root cannot be made/, () => without(files, bundle, 'tile/0/000')],
    ['a checkpoint that is gone', 3, /no checkpoint/, () => without(files, 'checkpoint')],
    ['nothing at all', 3, /no log/, () => new Map([['README', Buffer.from('')]])],
    [
      'a checkpoint with another size',
      1,
      /did not sign/,
      () =>
        new Map(files).set(
          'checkpoint',
          Buffer.from(file(files, 'checkpoint').toString().replace('\n300\n', '\n299\n')),
        ),
    ],
    [
      'the checkpoint of another chain',
      1,
      /root that was signed|is an entry of/,
      async () => new Map(files).set('checkpoint', file(await publishedBy(log, first, 300), 'checkpoint')),
    ],
    [
      'a checkpoint by a key that nobody named',
      3,
      /no key that you gave/,
      async () => publishedBy(new MadeLog('audit.example/made', SIZES, { key: 'another key' }), second),
    ],
    [
      'a checkpoint under the name of another chain',
      3,
      /no key that you gave/,
      async () =>
        new Map(files).set(
          'checkpoint',
          Buffer.from((await signCheckpoint(second.head(), [log.signer(second.origin)])).replace('made/2 ', 'made/9 ')),
        ),
    ],
    [
      'a checkpoint that is none',
      1,
      /checkpoint is not an origin|signatures/,
      () => new Map(files).set('checkpoint', Buffer.from('hello\n')),
    ],
    ['a chain that was rewritten as a whole', 1, /root that was signed/, () => rewritten(rechained(second, 20).leaves)],
    ['two entries that were swapped', 1, /has the number/, () => rewritten(swapped(second.leaves, 4, 5))],
    [
      'an entry that was cut out',
      1,
      /has the number|not linked/,
      () => rewritten([...second.leaves.toSpliced(9, 1), second.leaves[299] as Buffer]),
    ],
    [
      'an entry of another chain',
      1,
      /is an entry of/,
      () => rewritten(second.leaves.with(7, first.leaves[7] as Buffer)),
    ],
    ['an entry of a later version', 3, /does not know/, async () => later(2)],
    ['an entry of a version that never was', 1, /not one of version 1/, async () => later(0)],
    [
      'a checkpoint by the key of another chain',
      3,
      /no key that you gave for/,
      async () => {
        const note = await signNote(formatCheckpoint(second.head()), [log.signer(first.origin)]);
        return new Map(files).set('checkpoint', Buffer.from(note));
      },
    ],
    [
      'an entry that was sealed before the one in front of it',
      1,
      /2: it was sealed before/,
      () => chained((chain) => chain.append('a.b', { at: T0 + 2_000_000 }).append('a.b', { at: T0 + 1_000_000 })),
    ],
    [
      'a second opening',
      1,
      /1: the first entry, and no other/,
      () => chained((chain) => chain.append('chain.open', { isControl: true })),
    ],
    ['more files than the checkpoint is about', 0, /200 entries/, () => publishedBy(log, second, 200)],
  ];

  hostile('published logs', (holds) => {
    for (const [name, expected, says, make] of cases)
      holds(name, async () => {
        const { code, said } = verify('log', write(await make()), ...vkeysOf(log));
        expect({ code, said }).toEqual({ code: expected, said: expect.stringMatching(says) });
      });
  });

  hostile('section files', (holds) => {
    const lines = second.sections.map(formatSectionLine);
    const line = lines[50] as string;
    const erased = formatSectionLine({
      ...(second.sections[50] as (typeof second.sections)[0]),
      salt: null,
      bytes: null,
    });
    const texts: [string, number, readonly string[]][] = [
      ['bytes that are others', 1, lines.with(50, line.replace(/"bytes":".{4}/, '"bytes":"AAAA'))],
      ['a salt that is another', 1, lines.with(50, line.replace(/"salt":".{4}/, '"salt":"0000'))],
      [
        'the section of another entry',
        1,
        lines.with(50, line.replace(/"seq":\d+/, `"seq":${(second.sections[50]?.seq ?? 0) + 1}`)),
      ],
      ['the id of another entry', 1, lines.with(50, line.replace(/"id":".{4}/, '"id":"0000'))],
      ['a section twice', 1, lines.toSpliced(50, 0, line)],
      ['a section that is not there', 3, lines.toSpliced(50, 1)],
      ['a section that was erased', 0, lines.with(50, erased)],
      ['a section of which only the bytes are gone', 1, lines.with(50, line.replace(/"bytes":".*"/, '"bytes":null'))],
      ['a section of an entry that is not there', 1, [...lines, line.replace(/"seq":\d+/, '"seq":300')]],
      ['what is no JSON', 1, lines.with(50, 'hello\n')],
      ['JSON that is nothing', 1, lines.with(50, 'null\n')],
      ['members in another order', 1, lines.with(50, line.replace(/("seq":\d+),("id":"[^"]*")/, '$2,$1'))],
      ['nothing', 3, []],
    ];
    for (const [name, expected, text] of texts)
      holds(name, () => {
        const path = join(work, 'mangled.ndjson');
        writeFileSync(path, text.join(''));
        const { code, said } = verify('log', write(files), '--sections', path, ...vkeysOf(log));
        expect({ code, said }).toMatchObject({ code: expected });
      });
  });

  hostile('proof folders', (holds) => {
    const proof = async (): Promise<Files> => filesOf(await log.proof(second, 50));
    const names = [
      'entry.leaf',
      'entry.proof',
      'head.leaf',
      'head.proof',
      'registry.leaf',
      'registry.tlog-proof',
      'actor.salt',
      'actor.bytes',
      'data.salt',
      'data.bytes',
    ];
    for (const name of names) {
      holds(`without ${name}`, async () => {
        const proved = without(await proof(), name);
        const { code, said } = verify('proof', write(proved), ...vkeysOf(log));
        expect({ code, said }).toMatchObject({ code: 3 });
        expect(ours(proved)).toBe(3);
      });
      for (const at of [0, 30, -1])
        holds(`${name} with byte ${at} changed`, async () => {
          const right = await proof();
          right.set(name, changed(file(right, name), at));
          const { code, said } = verify('proof', write(right), ...vkeysOf(log));
          expect(ours(right)).toBe(code);
          expect({ code, said }).toEqual({
            code: expect.any(Number),
            said: expect.stringMatching(/^(TAMPERED|INCOMPLETE)/m),
          });
          expect([1, 3]).toContain(code);
        });
    }
    const others: [string, number, () => Promise<Files>][] = [
      [
        'sections that were exchanged',
        1,
        async () => {
          const right = await proof();
          return new Map(right)
            .set('data.bytes', file(right, 'actor.bytes'))
            .set('data.salt', file(right, 'actor.salt'));
        },
      ],
      ...['entry.proof', 'head.proof', 'registry.tlog-proof'].map((name): [string, number, () => Promise<Files>] => [
        `another index in ${name}`,
        1,
        async () => {
          const right = await proof();
          const text = file(right, name).toString().replace(/^index .*$/m, 'index 9'); // prettier-ignore
          return right.set(name, Buffer.from(text));
        },
      ]),
      [
        'a head of another chain',
        1,
        async () => {
          const [right, other] = [await proof(), filesOf(await log.proof(first, 50))];
          return right.set('head.leaf', file(other, 'head.leaf')).set('head.proof', file(other, 'head.proof'));
        },
      ],
      [
        'the proof of another log of that name',
        3,
        async () => {
          const other = new MadeLog('audit.example/made', SIZES, { key: 'another key' });
          return filesOf(await other.proof(other.chains[1] as MadeChain, 50));
        },
      ],
      [
        'the line of another chain that was given this root',
        1,
        async () => {
          const heads = [{ ...second.head(), origin: first.origin }];
          return filesOf(await new MadeLog('audit.example/made', [], { heads }).proof(second, 50, first.origin));
        },
      ],
      [
        'a chain of another deployment',
        1,
        async () => filesOf(await new MadeLog('audit.example/made', [], { heads: [abroad.head()] }).proof(abroad, 1)),
      ],
      [
        'an entry of the registry that tells no heads',
        1,
        async () => {
          const other = new MadeLog('audit.example/made', [9], { action: 'key.rotated' });
          return filesOf(await other.proof(other.chains[0] as MadeChain, 3));
        },
      ],
      [
        'an entry of a registry that is not under the checkpoint',
        1,
        async () => {
          const heads = [second.head()];
          const other = filesOf(await new MadeLog('audit.example/made', [], { heads }).proof(second, 50));
          return other.set('registry.tlog-proof', file(await proof(), 'registry.tlog-proof'));
        },
      ],
      [
        'a checkpoint of another chain over the tree of the registry',
        1,
        async () => {
          const head = { ...log.registry.head(), origin: first.origin };
          const note = await signCheckpoint(head, [log.signer(first.origin)]);
          const { checkpoint, ...inclusion } = parseTlogProof(file(await proof(), 'registry.tlog-proof'));
          expect(checkpoint).not.toBe(note);
          const text = formatTlogProof({ ...inclusion, checkpoint: note });
          return (await proof()).set('registry.tlog-proof', Buffer.from(text));
        },
      ],
      [
        'an entry of the chain as one of the registry',
        1,
        async () => without(await proof(), 'entry.proof', 'head.leaf', 'head.proof', 'registry.leaf'),
      ],
    ];
    for (const [name, expected, make] of others)
      holds(name, async () => {
        const proved = await make();
        const { code, said } = verify('proof', write(proved), ...vkeysOf(log));
        expect({ code, said }).toMatchObject({ code: expected });
        expect(ours(proved)).toBe(expected);
      });
  });

  hostile('commands', (holds) => {
    const vkey = vkeysOf(log).slice(0, 2);
    const commands: [string, string[]][] = [
      ['nothing', []],
      ['an unknown command', ['prove']],
      ['no key', ['log', work]],
      ['a key that is none', ['log', work, '--vkey', 'hello']],
      ['a key with another id', ['log', work, '--vkey', `${vkey[1]}A`]],
      ['a directory that is not there', ['log', join(work, 'nowhere'), ...vkey]],
      ['a proof that is not there', ['proof', join(work, 'nowhere'), ...vkey]],
      ['a file for a directory', ['log', script, ...vkey]],
      ['vectors that are not there', ['vectors', work]],
      ['a section file that is not there', ['log', join(work, '1'), '--sections', join(work, 'nowhere'), ...vkey]],
    ];
    for (const [name, args] of commands)
      holds(name, () => {
        if (args.includes(join(work, '1')) && !existsSync(join(work, '1'))) write(files);
        expect(verify(...args)).toMatchObject({ code: 2 });
      });
  });
});

function without(files: Files, ...paths: readonly string[]): Files {
  return new Map([...files].filter(([path]) => !paths.includes(path)));
}

function swapped(leaves: readonly Buffer[], a: number, b: number): Buffer[] {
  return leaves.with(a, leaves[b] as Buffer).with(b, leaves[a] as Buffer);
}

/** A chain of the same name that agrees with itself, and tells something else from an entry on. */
function rechained(chain: MadeChain, from: number): MadeChain {
  const other = new MadeChain(chain.origin);
  while (other.leaves.length < chain.leaves.length)
    other.append(other.leaves.length < from ? 'invoice.approve' : 'invoice.reject');
  return other;
}

const later = (v: number): Promise<Files> => chained((chain) => chain.append('a.b').append('c.d', { v }).append('e.f'));

/** What is published and signed of a chain that somebody made like this. */
async function chained(make: (chain: MadeChain) => MadeChain): Promise<Files> {
  const chain = make(new MadeChain(second.origin));
  return filesOf(await published(chain, chain.head(), log.signer(chain.origin)));
}

it('is tried with what a log of that size has', async () => {
  const files = await publishedBy(log, second);
  expect([...tilesOfSize(300)].map(tilePath).every((path) => files.has(path))).toBe(true);
  expect(parseBundle(file(files, 'tile/entries/001.p/44'), 44)).toHaveLength(44);
});
