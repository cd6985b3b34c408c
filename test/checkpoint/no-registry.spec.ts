import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { canonicalJson } from '../../src/event/canonical.js';
import { signCheckpoint } from '../../src/chain/checkpoint.js';
import { NO_PREVIOUS } from '../../src/chain/hashing.js';
import { headLine, Heads } from '../../src/chain/heads.js';
import { formatProof } from '../../src/chain/inclusion.js';
import { entryHash, leafOf } from '../../src/chain/leaf.js';
import { formatTlogProof } from '../../src/chain/tlog-proof.js';
import { formatVkey } from '../../src/chain/vkey.js';
import { checkProof } from '../../src/checkpoint/index.js';
import { signerOf, vkeyOfLabel } from './support/memory.js';

const BODY = {
  v: 1,
  id: '01a230ce-6fe7-72c4-8000-000c04120af4',
  occurredAt: '2026-01-01T00:00:00.000000Z',
  source: 'control',
  outcome: 'success',
  commit: { actor: null, data: null },
};
const ALONE = { index: 0, hashes: [] };

/** A folder that proves an entry which no log has, by `heads` in this chain, whose only entry they are. */
async function folder(by: string): Promise<ReadonlyMap<string, Buffer>> {
  const header = { seq: 0, sealedAt: '2026-01-01T00:00:00.000Z', prev: NO_PREVIOUS };
  const entry = { ...header, origin: 'example.com/test/9' };
  const body = canonicalJson({ ...BODY, action: 'user.delete' });
  const head = { origin: entry.origin, size: 1, root: entryHash(entry, body) };
  const heads = canonicalJson({ ...BODY, action: 'heads', heads: { ...new Heads([head]).member() } });
  const last = { ...header, origin: by };
  const vkey = await vkeyOfLabel(by, 'one');
  const sign = (bytes: Uint8Array): Promise<Uint8Array> => signerOf('one').sign(bytes, vkey);
  const checkpoint = await signCheckpoint({ origin: by, size: 1, root: entryHash(last, heads) }, [{ vkey, sign }]);
  const files = {
    'entry.leaf': leafOf(entry, body),
    'entry.proof': formatProof(ALONE),
    'head.leaf': headLine(head),
    'head.proof': formatProof(ALONE),
    'registry.leaf': leafOf(last, heads),
    'registry.tlog-proof': formatTlogProof({ ...ALONE, checkpoint }),
  };
  return new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
}

it.each([
  ['example.com/test/registry', 0],
  ['example.com/test/7', 1],
])('heads under a checkpoint of %s prove an entry of another chain, or nothing', async (by, code) => {
  const files = await folder(by);
  const vkey = await vkeyOfLabel(by, 'one');
  const check = (): unknown => checkProof(files, [vkey]);
  if (code === 0) expect(check).not.toThrow();
  else expect(check).toThrow(/is not one of a registry/);
  const directory = mkdtempSync(join(tmpdir(), 'no-registry-'));
  for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes);
  const { status } = spawnSync('python3', ['verifier/python/verify.py', 'proof', directory, '--vkey', formatVkey(vkey)]); // prettier-ignore
  rmSync(directory, { recursive: true });
  expect(status).toBe(code);
});
