import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parseVkey } from '../../src/chain/vkey.js';
import { checkProof } from '../../src/chain/check-proof.js';
import { readProofFolder, writeNewFolder } from '../../src/checkpoint/proof-directory.js';
import { prove } from '../../src/checkpoint/prove.js';
import { publish } from '../../src/checkpoint/publish.js';
import { withProofSource } from '../../src/store/postgres/index.js';
import { createLog, type TestLog } from '../support/log.js';
import { buildGo, hasGo, mustHaveGo, run } from '../verifier/go-programs.js';
import { pythonVerdicts } from '../verifier/python-folders.js';
import { signerOf } from './support/memory.js';
import { capture, DEPLOYMENT, idsOf, sealAndSign, vkeyText } from './support/signed-log.js';

const script = fileURLToPath(new URL('../../verifier/python/verify.py', import.meta.url));
const ENTRIES = 10_000;
const withGo = hasGo || mustHaveGo;
let log: TestLog;
let work: string;
let published: string;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'published-log-'));
  published = join(work, 'published');
  log = await createLog();
  // Chains of three tenants, and the registry; each has its opening.
  for (const [tenant, count] of [['', 6_999], ['acme', 2_499], ['globex', 499]] as const) await capture(log, tenant, count); // prettier-ignore
  await sealAndSign(log, 60_000);
  await withProofSource(log.pool, 'audit', async (source) => {
    for await (const { added } of publish(source, { directory: published, signer: signerOf('one') })) expect(added).toBeGreaterThan(0); // prettier-ignore
  });
}, 120_000);
afterAll(async () => {
  rmSync(work, { recursive: true });
  await log.close();
});

it('a published log of 10,000 entries is verified by Python and by Go', async () => {
  const names = ['registry', '1', '2', '3'];
  const vkeys = await Promise.all(names.map((name) => vkeyText(`${DEPLOYMENT}/${name}`)));
  const python = run('python3', [script, 'log', published, ...vkeys.flatMap((vkey) => ['--vkey', vkey])]);
  expect(python).toMatchObject({ code: 0 });
  expect(Number(/^VERIFIED: (\d+) checked/m.exec(python.said)?.[1])).toBeGreaterThanOrEqual(ENTRIES);
  if (!withGo) {
    process.stderr.write('SKIPPED: no golang-go here\n');
    return;
  }
  const go = buildGo('verify.go', work);
  for (const [i, name] of names.entries())
    expect([name, run(go, [join(published, DEPLOYMENT, name), vkeys[i] as string]).code]).toEqual([name, 0]);
}, 120_000);

it('twenty proofs out of it are verified by Python, by Go and by us, and none with a byte changed', async () => {
  const vkey = await vkeyText();
  const go = withGo ? buildGo('proof/proof.go', work) : undefined;
  const all = [...(await idsOf(log, 1)), ...(await idsOf(log, 2)), ...(await idsOf(log, 3))];
  const ids = [...(await idsOf(log, 0)).slice(0, 2), ...Array.from({ length: 18 }, (_, i) => all[(i * 587) % all.length] as string)]; // prettier-ignore
  expect(new Set(ids).size).toBe(20);
  const [right, changed] = [[] as string[], [] as string[]];
  for (const [i, id] of ids.entries()) {
    const directory = join(work, `proof-${i}`);
    const open = i % 2 === 0 ? (['actor', 'data'] as const) : [];
    const made = await withProofSource(log.pool, 'audit', (source) => prove(source, id, { open }));
    await writeNewFolder(directory, made.files);
    const copy = join(work, `changed-${i}`);
    cpSync(directory, copy, { recursive: true });
    const names = readdirSync(copy).filter((name) => name !== 'README.md');
    const name = names[i % names.length] as string;
    const bytes = readFileSync(join(copy, name));
    const at = (i * 31) % bytes.length;
    writeFileSync(join(copy, name), bytes.with(at, (bytes[at] as number) ^ 1));
    right.push(directory);
    changed.push(copy);
  }
  const ours = (directory: string): Promise<boolean> =>
    readProofFolder(directory)
      .then((files) => checkProof(files, [parseVkey(vkey)]))
      .then(() => true, () => false); // prettier-ignore
  for (const directory of right) expect([directory, await ours(directory)]).toEqual([directory, true]);
  for (const directory of changed) expect([directory, await ours(directory)]).toEqual([directory, false]);
  expect(new Set(pythonVerdicts(right, vkey))).toEqual(new Set([0]));
  for (const code of pythonVerdicts(changed, vkey)) expect([1, 3]).toContain(code);
  if (go === undefined) return;
  for (const directory of right) expect([directory, run(go, [directory, vkey]).code]).toEqual([directory, 0]);
  for (const directory of changed) expect([directory, run(go, [directory, vkey]).code]).toEqual([directory, 1]);
}, 240_000);
