import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatVkey } from '../../src/chain/vkey.js';
import { full } from '../support/full.js';
import { MadeLog, published } from '../support/made-log.js';
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

  it('says nothing of nothing', () => {
    expect(run(program, []).code).toBe(2);
    expect(run(program, [work]).code).toBe(1);
  });
});
