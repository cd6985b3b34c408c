import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Policy } from '../../src/verify/index.js';
import { captureMany, emptyLog, type FilledLog } from '../support/filled-log.js';
import { folder, run, type Folder, type Ran } from './run.js';

/** What the commands say to somebody who has done it for the first time, or wrong. */
let log: FilledLog;
let here: Folder;
let key: string;
const cli = (args: string[], env: Record<string, string> = {}): Promise<Ran> =>
  run(args, { url: log.url, cwd: here.path, env: { AUDIT_SIGNING_KEY_FILE: key, ...env } });

beforeAll(async () => {
  log = await emptyLog();
  here = folder();
  key = join(here.path, 'key.pem');
  expect(await run(['keygen', '--out', key], { url: log.url, cwd: here.path })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  here.remove();
  await log.close();
});

describe('in the first minute', () => {
  it('policy init names the registry, and the variables that whoever verifies has to set', async () => {
    const places = [
      `{ name: 'a', put: async () => {}, place: { type: 'postgres', urlVariable: 'AUDIT_ANCHOR_DATABASE_URL', table: 't' } }`,
      `{ name: 'b', put: async () => {}, place: { type: 'webhook', listUrl: 'https://h/list', secretVariable: 'AUDIT_WEBHOOK_SECRET' } }`,
    ];
    const config = here.write('anchors.mjs', `export default { evidence: { anchors: [${places.join()}] } };`);
    const { code, out } = await cli(['--config', config, 'policy', 'init', '--out', 'anchors.json']);
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^set +AUDIT_ANCHOR_DATABASE_URL, [^]*^set +AUDIT_WEBHOOK_SECRET, .*https:\/\/h\/list/m) }); // prettier-ignore
    const policy = JSON.parse(readFileSync(join(here.path, 'anchors.json'), 'utf8')) as Policy;
    expect(policy.chains).toEqual(['example.com/test/registry']);
    expect(await cli(['verify', '--policy', 'anchors.json'])).toMatchObject({ code: 2, err: expect.stringMatching(/needs the variable AUDIT_ANCHOR_DATABASE_URL, .*set it to the URL/) }); // prettier-ignore
  });

  it('doctor says when the first checkpoint comes, and that a sealer may need the key', async () => {
    const { out } = await cli(['doctor']);
    expect(out).toMatch(/^evidence +no checkpoint yet: .* within 60 s/m);
    expect(out).not.toMatch(/keygen/);
    expect(out).toMatch(/no sealer is alive: .*evidence\.signer is required/);
  });
});

describe('policy init ends with 2 for', () => {
  it.each([
    ['an option that is not there', ['--ouch'], /unknown option/],
    ['what is no vkey', ['--vkey', 'x+y'], /vkey/],
  ])('%s', async (_name, args, says) => {
    expect(await cli(['policy', 'init', ...args])).toMatchObject({ code: 2, err: expect.stringMatching(says) });
  });
});

describe('verify', () => {
  beforeAll(async () => {
    await captureMany(log.pool, 2);
    expect(await cli(['seal', '--once'])).toMatchObject({ code: 0 });
    expect(await cli(['policy', 'init', '--out', 'policy.json'])).toMatchObject({ code: 0 });
    here.write('empty.json', '');
    mkdirSync(join(here.path, 'folder'));
    const policy = readFileSync(join(here.path, 'policy.json'), 'utf8');
    const anchors = [{ type: 'postgres', urlVariable: 'postgresql://u:hunter2@h/d' }];
    here.write('url.json', JSON.stringify({ ...JSON.parse(policy), anchors }));
  });

  it.each<[string, string[], RegExp]>([
    ['a policy that is not there', ['--policy', 'none.json'], /--policy names "none\.json", and there is no such file: "policy init" writes one/],
    ['a policy that is empty', ['--policy', 'empty.json'], /--policy names "empty\.json", which is empty/],
    ['a policy that is a folder', ['--policy', 'folder'], /--policy names "folder", which is a folder/],
    ['a URL where the name of a variable belongs', ['--policy', 'url.json'], /"urlVariable": it must be the NAME of an environment variable/],
    ['a state that is not there', ['--since', 'none'], /--since names "none", and there is no such file/],
    ['pins that are not there', ['--pin', 'none'], /--pin names "none", and there is no such file/],
    ['a folder for the report that is not there', ['--report', 'nowhere/page.html'], /--report names .* its folder .* is not there/],
    ['a report that is a folder', ['--report', 'folder'], /--report names "folder", which is a folder/],
  ])('ends with 2, before it reads the log, for %s', async (_name, args, says) => {
    const { code, out, err } = await cli(['verify', ...args]);
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringMatching(says) });
    expect(err).not.toContain('hunter2');
  }); // prettier-ignore

  it('prints the verdict also where the result cannot be left', async () => {
    await log.pool.query(`alter function audit.record_verified(text) rename to record_verified_not`);
    const { code, out, err } = await cli(['verify', '--record', '--report', 'page.html']);
    await log.pool.query(`alter function audit.record_verified_not(text) rename to record_verified`);
    expect({ code, out }).toEqual({ code: 2, out: expect.stringMatching(/^VERIFIED/) });
    expect(err).toMatch(/the result was not left in the log: /);
    expect(existsSync(join(here.path, 'page.html'))).toBe(true);
    expect(await cli(['verify', '--record'])).toMatchObject({ code: 0, err: expect.stringMatching(/^recorded: /) });
  });
});

describe('a configuration whose anchor lacks its secret', () => {
  const broken = `() => { throw new Error('set AUDITOR_SECRET') }`;
  it('as a function stops what signs alone', async () => {
    const config = here.write('function.mjs', `export default { evidence: ${broken} };`);
    for (const command of [['verify'], ['query'], ['migrate', '--dry-run']])
      expect(await cli(['--config', config, ...command])).toMatchObject({ code: 0 });
    expect((await cli(['--config', config, 'doctor'])).out).toMatch(/^! nobody could sign with this configuration: .*set AUDITOR_SECRET/m); // prettier-ignore
    expect(await cli(['--config', config, 'seal', '--once'])).toMatchObject({ code: 2, err: expect.stringContaining('audit.config: evidence cannot be made: set AUDITOR_SECRET') }); // prettier-ignore
  });

  it('is named where it cannot be loaded', async () => {
    const config = here.write('broken.mjs', `throw new Error('secret of webhookAnchor must be "whsec_"');`);
    expect(await cli(['--config', config, 'query'])).toMatchObject({ code: 2, err: expect.stringMatching(/broken\.mjs cannot be loaded: secret of webhookAnchor .*evidence: \(\) => /) }); // prettier-ignore
  });
});
