import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatVkey } from '../../src/chain/vkey.js';
import { full } from '../support/full.js';
import { MadeChain, MadeLog, published } from '../support/made-log.js';
import { buildGo, hasGo, mustHaveGo, run } from './go-programs.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
if (!hasGo && !mustHaveGo)
  process.stderr.write('SKIPPED: no golang-go and golang-golang-x-mod-dev here, so verifier/go is not run.\n');

const work = mkdtempSync(join(tmpdir(), 'verifier-go-'));
afterAll(() => rmSync(work, { recursive: true }));
let program: string;
const golden = join(root, 'test/golden');

(hasGo || mustHaveGo ? describe : describe.skip)('verify.go', () => {
  beforeAll(() => {
    program = buildGo('verify.go', work);
  }, 120_000);

  it.each(['verify.go', 'proof/proof.go'])('%s is short, and of golang.org/x/mod alone', (source) => {
    const lines = readFileSync(join(root, 'verifier/go', source), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.length).toBeLessThanOrEqual(150);
    const beside = readFileSync(join(root, 'verifier/go', dirname(source), 'entry.go'), 'utf8');
    expect(beside).toBe(readFileSync(join(root, 'verifier/go/entry.go'), 'utf8'));
    expect(beside.split('\n').length).toBeLessThanOrEqual(150);
    const foreign = lines.flatMap((line) => /^\t"([^"]*\..*)"$/.exec(line)?.[1] ?? []);
    expect(foreign).toEqual(['golang.org/x/mod/sumdb/note', 'golang.org/x/mod/sumdb/tlog']);
  });

  it('agrees with every golden vector', () => {
    expect(run(program, [golden])).toMatchObject({ code: 0 });
  });

  it.each([
    ['notes.json', /("note": "one\\n\\n\\u2014 a .{10})./],
    ['checkpoints.json', /("root": "[0-9a-f]{63})./],
    ['proofs.json', /("roots": \[\s+"[0-9a-f]{64}",\s+"[0-9a-f]{63})./],
    ['proofs.json', /("inclusion": "[0-9a-f]{63})./],
    ['tiles.json', /("every": "[0-9a-f]{63})./],
  ])('finds what was changed in %s', (name, place) => {
    const copy = join(work, 'golden');
    cpSync(golden, copy, { recursive: true });
    const text = readFileSync(join(copy, name), 'utf8');
    const changed = text.replace(place, (all, before: string) => `${before}${all.endsWith('0') ? '1' : '0'}`);
    expect(changed).not.toBe(text);
    writeFileSync(join(copy, name), changed);
    expect(run(program, [copy])).toMatchObject({ code: 1, said: expect.stringMatching(/^TAMPERED/) as unknown });
  });

  it('verifies what is published of three chains, and no file of it with one byte changed', async () => {
    const log = new MadeLog('audit.example/made', full ? [10_000, 700, 1] : [513, 300, 1]);
    for (const chain of log.chains) {
      const directory = join(work, chain.origin);
      for (const { path: at, bytes } of await published(chain, chain.head(), log.signer(chain.origin))) {
        mkdirSync(dirname(join(directory, at)), { recursive: true });
        writeFileSync(join(directory, at), bytes);
      }
      const vkey = formatVkey(log.signer(chain.origin).vkey);
      expect(run(program, [directory, vkey])).toMatchObject({ code: 0 });
      expect(run(program, [directory, formatVkey(log.signer('another').vkey)]).code).toBe(1);
      if (chain.leaves.length !== 300) continue;
      for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = join(entry.parentPath, entry.name);
        const right = readFileSync(file);
        writeFileSync(file, right.with(10, (right[10] as number) ^ 1));
        expect([file, run(program, [directory, vkey]).code]).toEqual([file, 1]);
        writeFileSync(file, right);
      }
    }
  });

  it.each<[string, (body: string) => string, number, RegExp]>([
    ['as a sealer writes it', (body) => body, 0, /^VERIFIED/],
    ['with what other encoders write otherwise', (body) => body.replace('"a.b"', JSON.stringify('<&>"\\\\u2028\u2028\u2029\b\f\n\u0001\u007f\u00fc')), 0, /^VERIFIED/],
    ['of the rules that are known', (body) => body.replace('"source"', '"rules":1,"source"'), 0, /^VERIFIED/],
    ['of a later version', (body) => body.replace('"v":1', '"v":2'), 1, /^UNKNOWN "v2?.*2"/],
    ['of later rules', (body) => body.replace('"source"', '"rules":2,"source"'), 1, /^UNKNOWN "rules.*2"/],
    ['of an earlier version', (body) => body.replace('"v":1', '"v":0'), 1, /^TAMPERED/],
    ['of a version that is a text', (body) => body.replace('"v":1', '"v":"1"'), 1, /^TAMPERED/],
    ['without a version', (body) => body.replace(',"v":1', ''), 1, /^TAMPERED/],
    ['with a blank', (body) => body.replace('"v":1', '"v": 1'), 1, /canonical/],
    ['in another order', (body) => `{"v":1,${body.slice(1).replace(',"v":1', '')}`, 1, /canonical/],
    ['with a member twice', (body) => body.replace('"v":1', '"v":1,"v":1'), 1, /canonical/],
    ['with an escape that need not be', (body) => body.replace('"a.b"', '"\\u0061.b"'), 1, /canonical/],
    ['with half a number', (body) => body.replace('"source"', '"rank":1.5,"source"'), 1, /no body/],
    ['with a number that is rounded', (body) => body.replace('"source"', '"rank":9007199254740993,"source"'), 1, /no body/],
    ['with a number below nothing', (body) => body.replace('"source"', '"rank":-0,"source"'), 1, /no body/],
    ['with half a character', (body) => body.replace('"a.b"', '"\\ud800"'), 1, /canonical/],
    ['too deep', (body) => body.replace('"source"', '"rank":[[[[[[[[[]]]]]]]]],"source"'), 1, /no body/],
    ['that is no JSON', () => 'x', 1, /no body/],
  ])('an entry %s', async (_name, edit, code, says) => {
    const chain = new MadeChain('audit.example/one').append('a.b', { edit }).append('c.d');
    const directory = join(work, 'one');
    rmSync(directory, { recursive: true, force: true });
    const signer = new MadeLog('audit.example', [1]).signer(chain.origin);
    for (const { path: at, bytes } of await published(chain, chain.head(), signer)) {
      mkdirSync(dirname(join(directory, at)), { recursive: true });
      writeFileSync(join(directory, at), bytes);
    }
    expect(run(program, [directory, formatVkey(signer.vkey)])).toMatchObject({ code, said: expect.stringMatching(says) as unknown });
  }); // prettier-ignore

  it('says nothing of nothing', () => {
    expect(run(program, []).code).toBe(2);
    expect(run(program, [work]).code).toBe(1);
  });
});
