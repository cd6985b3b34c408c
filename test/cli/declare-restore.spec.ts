import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { signCheckpoint } from '../../src/chain/checkpoint.js';
import type { Vkey } from '../../src/chain/vkey.js';
import { fileAnchor, fileSigner } from '../../src/checkpoint/index.js';
import { checkSigned } from '../../src/store/postgres/check-evidence.js';
import { postgresSealerStore } from '../../src/store/postgres/index.js';
import type { Policy, Report } from '../../src/verify/index.js';
import { captureMany, emptyLog, type FilledLog } from '../support/filled-log.js';
import { folder, run, type Folder, type Ran } from './run.js';

/** With it the line for the auditor has more than 80 characters. */
const DEPLOYMENT = 'audit.production.example.com/shop';
const ORIGIN = `${DEPLOYMENT}/registry`;
const WHY = ['--declare-restore', 'disk of db1, ticket 4711'];
/** Of no history. */
const ROOT = '0'.repeat(64);
let log: FilledLog;
let here: Folder;
let key: string;
const seal = (...args: string[]): Promise<Ran> =>
  run(['seal', '--once', ...args], { url: log.url, cwd: here.path, env: { AUDIT_SIGNING_KEY_FILE: key } });

beforeAll(async () => {
  log = await emptyLog('audit', DEPLOYMENT);
  here = folder();
  key = join(here.path, 'key.pem');
  expect(await run(['keygen', '--out', key], { url: log.url, cwd: here.path })).toMatchObject({ code: 0 });
  await captureMany(log.pool, 3);
  expect(await seal()).toEqual({ code: 0, out: '', err: '' });
});
afterAll(async () => {
  here.remove();
  await log.close();
});

/** What an anchor has of a database that was set back since. */
async function signAhead(): Promise<void> {
  const signer = fileSigner({ path: key });
  const [vkey] = (await signer.vkeys(ORIGIN)) as [Vkey];
  const sign = async (bytes: Uint8Array): Promise<Uint8Array> => signer.sign(bytes, vkey);
  const { rows } = await log.pool.query(`select size::int from audit.chain where chain = 0`);
  // Sizes that the registry reaches again after the restore, and one that it does not.
  for (const size of [1, 2, 3, 4, 5, 50].map((more) => Number(rows[0].size) + more)) {
    const note = await signCheckpoint({ origin: ORIGIN, size, root: ROOT }, [{ vkey, sign }]);
    await fileAnchor(`${key}.checkpoints`).put({ origin: ORIGIN, size, note });
  }
}

it('says that there is nothing to declare, where no anchor has more', async () => {
  const { code, out } = await seal(...WHY);
  expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('nothing to declare') });
});

it('is refused where nobody signs', async () => {
  const { code, err } = await run(['seal', '--once', ...WHY], { url: log.url, cwd: here.path });
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('AUDIT_SIGNER_UNAVAILABLE') });
});

it('lets doctor see that the registry grows and is not signed', async () => {
  await signAhead();
  await captureMany(log.pool, 3);
  expect((await seal()).err).toContain('AUDIT_REGISTRY_FORKED');
  const known = { heartbeatMs: 600_000, areLocal: false };
  const { checks } = await checkSigned(log.pool, 'audit', { ...known, tickMs: 0 });
  expect(checks).toMatchObject([{ state: 'warn', message: expect.stringContaining('what came since is not signed') }]);
  expect((await checkSigned(log.pool, 'audit', { ...known, tickMs: 600_000 })).checks).toMatchObject([{ state: 'ok' }]);
  // As long after the backup was made.
  const late = await checkSigned(log.pool, 'audit', { areLocal: false, tickMs: 0, heartbeatMs: 0 });
  expect(late.checks[0]).toMatchObject({ message: expect.stringContaining('what came since is not signed'), remedy: expect.stringContaining('docs/restoring.md') }); // prettier-ignore
});

it('ends with 2 while another sealer leads, and declares when that one has gone', async () => {
  const store = postgresSealerStore(log.pool, 'audit');
  const lease = await store.acquire('somebody else', 60_000);
  const { code, err } = await seal(...WHY, '--lease-ms', '1000');
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('nothing was declared') });
  if (lease) await store.release(lease);
  const declared = await seal(...WHY);
  expect(declared).toMatchObject({ code: 0, out: expect.stringContaining('declared: the log is signed again'), err: '' }); // prettier-ignore
});

it('is for the auditor a restore and nothing else, until he accepts it', async () => {
  const cli = (...args: string[]): Promise<Ran> =>
    run(args, { url: log.url, cwd: here.path, env: { AUDIT_SIGNING_KEY_FILE: key } });
  expect(await cli('policy', 'init')).toMatchObject({ code: 0 });
  const { code, out } = await cli('verify', '--policy', 'audit-policy.json', '--json');
  expect({ code, found: Object.keys((JSON.parse(out) as Report).codes) }).toEqual({ code: 3, found: ['RESTORE_DECLARED'] }); // prettier-ignore
  const policy = JSON.parse(readFileSync(join(here.path, 'audit-policy.json'), 'utf8')) as Policy;
  const [, line] = /policy: "(.*)"/.exec((JSON.parse(out) as Report).findings[0]?.message ?? '') ?? [];
  here.write('accepted.json', JSON.stringify({ ...policy, restores: [line] }));
  expect(await cli('verify', '--policy', 'accepted.json')).toMatchObject({ code: 0, err: '' });
});
