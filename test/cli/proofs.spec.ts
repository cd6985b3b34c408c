import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createLog, type TestLog } from '../support/log.js';
import { capture, DEPLOYMENT, idsOf } from '../checkpoint/support/signed-log.js';
import { folder, run, type Folder, type Ran, type RunOptions } from './run.js';

let log: TestLog;
let here: Folder;
let vkey: string;
let env: Record<string, string>;
const cli = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(args, { url: log.url, cwd: here.path, env, ...options });

beforeAll(async () => {
  log = await createLog();
  here = folder();
  const key = join(here.path, 'key.pem');
  env = { AUDIT_SIGNING_KEY_FILE: key };
  const made = await run(['keygen', '--out', key, '--origin', DEPLOYMENT], { cwd: here.path, url: log.url });
  vkey = /(\S+\/registry\+[0-9a-f]{8}\+\S+)/.exec(made.out + made.err)?.[1] ?? made.out + made.err;
  await capture(log, 'acme', 5);
});
afterAll(async () => {
  here.remove();
  await log.close();
});

async function until(is: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 1_500; i += 1) {
    if (await is()) return;
    await sleep(20);
  }
  throw new Error('it never came to that');
}

// The steps of one story: each finds what the one before has left.
describe('prove and publish', () => {
  it('say that nothing signs a log', async () => {
    expect(await cli(['seal', '--once'], { env: {} })).toMatchObject({ code: 0 });
    const [, id = ''] = await idsOf(log, 1);
    expect(await cli(['prove', id])).toMatchObject({ code: 3, out: '', err: expect.stringMatching(/^not covered: .*nothing signs this log/) }); // prettier-ignore
    const published = await cli(['publish', 'unsigned'], { env: {} });
    expect(published).toMatchObject({ code: 0, err: expect.stringMatching(/no signer is configured/), out: expect.stringMatching(/^example\.com\/test\/1: 6 entries, 6 new, no checkpoint\n$/) }); // prettier-ignore
  });

  it('prove writes a folder that verify-proof verifies, and does not write it twice', async () => {
    expect(await cli(['seal', '--once'])).toMatchObject({ code: 0 });
    const [, id = ''] = await idsOf(log, 1);
    const args = ['prove', id, '--open', 'data', '--out', 'proof', '--vkey', vkey];
    expect(await cli(args)).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/\nsections shown: data\nwritten: proof/) }); // prettier-ignore
    const told = await log.pool.query(`select tenant_key as tenant, data::jsonb -> 'details' as details from audit.content where header = '{"action":"audit.read"}'`); // prettier-ignore
    expect(told.rows).toEqual([{ tenant: 'acme', details: { kind: 'proof', id, opened: ['data'] } }]);
    expect(await cli(args)).toMatchObject({ code: 2, err: expect.stringMatching(/there is something at/) });
    const verified = await cli(['verify-proof', 'proof', '--vkey', vkey], { url: undefined });
    expect(verified).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^VERIFIED example\.com\/test\/1 1: Note\.create, success[^]*\nsection actor: not shown\nsection data: \d+ bytes/) }); // prettier-ignore
    const byDefault = await cli(['prove', id]);
    expect(byDefault).toMatchObject({ code: 0, out: expect.stringMatching(/sections shown: none/) });
    expect(readdirSync(join(here.path, `audit-proof-${id}`))).not.toContain('data.bytes');
  });

  it('verify-proof says by its exit code what it found', async () => {
    const of = (...args: string[]): Promise<Ran> => cli(['verify-proof', ...args], { url: undefined });
    const another = vkey.replace('/registry+', '/x+');
    expect(await of('proof', '--vkey', another)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/its id is not/),
    });
    expect(await of('proof')).toMatchObject({ code: 2, err: expect.stringMatching(/vkey/) });
    expect(await of('nowhere', '--vkey', vkey)).toMatchObject({ code: 2 });
    writeFileSync(join(here.path, 'proof/data.bytes'), 'x');
    expect(await of('proof', '--vkey', vkey)).toMatchObject({ code: 1, err: expect.stringMatching(/^TAMPERED .*section data/) }); // prettier-ignore
    rmSync(join(here.path, 'proof/data.bytes'));
    expect(await of('proof', '--vkey', vkey)).toMatchObject({ code: 3, err: expect.stringMatching(/^INCOMPLETE/) });
  });

  it.each([
    ['x', 'is a UUID'],
    ['00000000-0000-7000-8000-000000000000', 'no entry of this log'],
  ])('prove refuses the id %s', async (id, message) => {
    expect(await cli(['prove', id])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
  });

  it('publish --watch goes on with a database that was away, and ends when it is told to', async () => {
    const checkpoint = join(here.path, 'out', DEPLOYMENT, '1/checkpoint');
    const size = (): number => (existsSync(checkpoint) ? Number(readFileSync(checkpoint, 'utf8').split('\n')[1]) : 0);
    const database = new URL(log.url).pathname.slice(1);
    const ran = await cli(['publish', 'out', '--watch', '1'], {
      async until() {
        await until(() => size() === 6);
        expect(await cli(['publish', 'out'])).toMatchObject({ code: 2, err: expect.stringMatching(/another "publish" is at work/) }); // prettier-ignore
        const postgres = new pg.Client({ connectionString: new URL('/postgres', log.url).href });
        await postgres.connect();
        await postgres.query(`alter database ${database} allow_connections false`);
        await postgres.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [database]);
        await sleep(2_500);
        await postgres.query(`alter database ${database} allow_connections true`);
        await postgres.end();
        await capture(log, 'acme', 1);
        await cli(['seal', '--once']);
        await until(() => size() === 10); // with what the proofs above have left
      },
    });
    expect(ran).toMatchObject({ code: 0, out: expect.stringMatching(/test\/1: 6 entries, 6 new, checkpoint at 6\n[^]*test\/1: 10 entries, 4 new, checkpoint at 10\n/) }); // prettier-ignore
    expect(ran.err).toMatch(/^(not published, tried again: .*\n)+$/);
  }, 60_000);

  it('publish that is killed is finished by the next one', async () => {
    await capture(log, 'globex', 3_000);
    await cli(['seal', '--once']);
    const killed = await cli(['publish', 'out'], {
      signal: 'SIGKILL',
      until: () => until(() => existsSync(join(here.path, 'out', DEPLOYMENT, '2/tile/entries/002'))),
    });
    expect([null, 0]).toContain(killed.code); // it may have been quicker
    expect(await cli(['publish', 'out'])).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/test\/2: 3001 entries, \d+ new, checkpoint at 3001\n/) }); // prettier-ignore
  }, 60_000);

  it('publish refuses a directory of another log, and chains that are not there', async () => {
    writeFileSync(join(here.path, 'out', DEPLOYMENT, '2/tile/0/010'), 'x');
    expect(await cli(['publish', 'out'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^refused: tile\/0\/010/),
    });
    expect(await cli(['publish', 'out', '--chain', 'a/b'])).toMatchObject({ code: 2, err: expect.stringMatching(/no chain a\/b/) }); // prettier-ignore
  });
});
