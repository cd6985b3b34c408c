import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { postgresSealerStore } from '../../src/store/postgres/index.js';
import { captureMany, emptyLog, type FilledLog } from '../support/filled-log.js';
import { folder, run, type Folder, type Ran } from './run.js';

let log: FilledLog;
let here: Folder;
let key: string;

beforeAll(async () => {
  log = await emptyLog();
  here = folder();
  key = join(here.path, 'key.pem');
  expect(await run(['keygen', '--out', key], { url: log.url, cwd: here.path })).toMatchObject({ code: 0 });
  copyFileSync(key, join(here.path, 'open.pem'));
  chmodSync(join(here.path, 'open.pem'), 0o644);
});
afterAll(async () => {
  here.remove();
  await log.close();
});

const AWAY = `{ name: 'away', put: async () => {}, async *list() { throw new Error('no route to it'); } }`;
const FULL = `{ name: 'full', put: async () => { throw new Error('the disk is full'); }, async *list() {} }`;
const GOOD = `{ name: 'good', put: async () => {}, async *list() {} }`;

async function seal(evidence: string, env: Record<string, string> = { AUDIT_SIGNING_KEY_FILE: key }): Promise<Ran> {
  const config = here.write('audit.config.mjs', `export default { evidence: ${evidence} };`);
  await captureMany(log.pool, 2);
  return run(['--config', config, 'seal', '--once', '--lease-ms', '1000'], { url: log.url, cwd: here.path, env });
}

describe('seal --once', () => {
  it.each<[string, string, Record<string, string> | undefined, RegExp[]]>([
    ['no key, where one is required', `{ signer: 'required' }`, {}, [/this process has no key/, /nobody leads, and this process must not.* 2 rows wait/]],
    ['a key that cannot be read, where one is required', `{ signer: 'required' }`, { AUDIT_SIGNING_KEY_FILE: 'nowhere.pem' }, [/there is no such file/, /nobody leads/]],
    ['a key that others can read', `{}`, { AUDIT_SIGNING_KEY_FILE: 'open.pem' }, [/not done: what was sealed is not signed: .*chmod 600/]],
    ['all anchors away', `{ anchors: [${AWAY}] }`, undefined, [/not done: what was sealed is not signed: no anchor answers .*no route to it/]],
    ['an anchor that does not take it', `{ anchors: [${GOOD}, ${FULL}] }`, undefined, [/not done: the anchor full has not the checkpoint of size \d+: the disk is full/]],
  ])('ends with 2 and says why: %s', async (_name, evidence, env, says) => {
    const { code, err } = await seal(evidence, env);
    expect(code).toBe(2);
    for (const each of says) expect(err).toMatch(each);
  }); // prettier-ignore

  it('ends with 0 when all of it is done, and nothing is said', async () => {
    expect(await seal(`{ anchors: [${GOOD}] }`)).toEqual({ code: 0, out: '', err: '' });
  });

  it('names the sealer that leads, and does not say that it signed what that one has not', async () => {
    const store = postgresSealerStore(log.pool, 'audit');
    const lease = await store.acquire('4711-another', 60_000);
    expect(lease).toBeDefined();
    const config = here.write('audit.config.mjs', `export default { evidence: { anchors: [${GOOD}] } };`);
    const args = ['--config', config, 'seal', '--lease-ms', '2000', '--declare-restore', 'ticket 1'];
    const { code, out, err } = await run([...args, '--once'], { url: log.url, cwd: here.path, env: { AUDIT_SIGNING_KEY_FILE: key } }); // prettier-ignore
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/^waiting for process 4711 \(test, as \w+\), which leads.*\n[^]*nothing was declared/),
    });
    if (lease) await store.release(lease);
  });
});

describe('seal', () => {
  it('says once what it waits for, where the database goes away', async () => {
    const name = new URL(log.url).pathname.slice(1);
    const admin = new pg.Client({ connectionString: new URL('/postgres', log.url).href });
    await admin.connect();
    const gone = async (): Promise<void> => {
      const holder = async (): Promise<unknown> => (await log.pool.query('select holder from audit.sealer')).rows[0].holder;
      while ((await holder()) === null) await sleep(50);
      await admin.query(`alter database ${name} allow_connections false`);
      await log.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'nestjs-prisma-audit seal'`);
      await sleep(4_000);
    }; // prettier-ignore
    const env = { AUDIT_SIGNING_KEY_FILE: key };
    const { err } = await run(['--config', join(here.path, 'audit.config.mjs'), 'seal'], { url: log.url, cwd: here.path, until: gone, env }); // prettier-ignore
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
    const lines = err.split('\n').filter((each) => /^sealing waits.*not currently accepting/.test(each));
    expect(lines).toHaveLength(1);
  });
});
