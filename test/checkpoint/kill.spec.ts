import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openCheckpoint } from '../../src/chain/checkpoint.js';
import { treeHash } from '../../src/chain/merkle.js';
import { fileAnchor, fileSigner } from '../../src/checkpoint/index.js';
import { readLog } from '../sealer/read-log.js';
import { full } from '../support/full.js';
import { createLog, type TestLog } from '../support/log.js';

const KILLS = full ? 40 : 6;
const REGISTRY = 'example.com/test/registry';

let log: TestLog;
const folder = mkdtempSync(join(tmpdir(), 'audit-kill-'));
beforeAll(async () => {
  log = await createLog();
});
afterAll(async () => {
  await log.close();
  rmSync(folder, { recursive: true });
});

it(`a leader that is killed ${KILLS} times signs no second history, and loses none`, async () => {
  const key = join(folder, 'key.pem');
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const anchor = join(folder, 'anchor');
  let written = 0;
  for (let i = 0; i < KILLS; i += 1) {
    const child = spawn(process.execPath, [join('test', 'checkpoint', 'kill-child.mjs'), log.url, key, anchor]);
    child.stdout.on('data', (dots: Buffer) => (written += dots.length));
    child.stderr.on('data', (text: Buffer) => process.stderr.write(text));
    await once(child.stdout, 'data');
    await sleep(400 + Math.random() * 700);
    child.kill('SIGKILL');
    await once(child, 'close');
  }
  const { problems } = await readLog(log.pool);
  expect(problems).toEqual([]);
  const { rows } = await log.pool.query<{ n: number }>(`select count(*)::int as n from audit.content where source = 'change'`); // prettier-ignore
  expect(rows[0]?.n).toBeGreaterThanOrEqual(written);
  const hashes = (await log.pool.query<{ hash: string }>(`select encode(hash, 'hex') as hash from audit.entry where chain = 0 order by seq`)).rows.map(({ hash }) => hash); // prettier-ignore
  const [vkey] = await fileSigner({ path: key }).vkeys(REGISTRY);
  const kept = (await log.pool.query<{ note: string }>(`select note from audit.checkpoint order by size`)).rows;
  let sizes = 0;
  const check = (note: string): void => {
    const { size, root } = openCheckpoint(Buffer.from(note), vkey === undefined ? [] : [vkey]);
    expect(root).toBe(treeHash(hashes.slice(0, size)));
    sizes += 1;
  };
  for (const { note } of kept) check(note);
  for await (const { note } of fileAnchor(anchor).list?.(REGISTRY) ?? []) check(note);
  expect(kept.length).toBeGreaterThan(KILLS);
  expect(sizes).toBeGreaterThan(kept.length);
});
