import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Policy, Report } from '../../src/verify/index.js';
import { captureMany, filledLog, sealAll, type FilledLog } from '../support/filled-log.js';
import { folder, run, type Folder, type Ran } from './run.js';

let log: FilledLog;
let here: Folder;
let key: string;
const cli = (args: string[], url = log.url): Promise<Ran> =>
  run(args, { url, cwd: here.path, env: { AUDIT_SIGNING_KEY_FILE: key } });
const report = async (...args: string[]): Promise<Report> =>
  JSON.parse((await cli(['verify', '--policy', 'policy.json', '--json', ...args])).out) as Report;

/** A log that was sealed for a while by nobody with a key. */
beforeAll(async () => {
  log = await filledLog();
  here = folder();
  key = join(here.path, 'key.pem');
  expect(await run(['keygen', '--out', key], { url: log.url, cwd: here.path })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  here.remove();
  await log.close();
});

describe('from a key to a verdict', () => {
  it('seal enters the chains that exist already, signs, and anchors beside the key', async () => {
    expect(await run(['seal', '--once'], { url: log.url, cwd: here.path })).toMatchObject({
      code: 0,
      out: expect.stringContaining('level L0'),
    });
    expect(await cli(['seal', '--once'])).toEqual({ code: 0, out: '', err: '' });
    const { rows } = await log.pool.query(`select count(*)::int as told from audit.head`);
    const { rows: chains } = await log.pool.query(`select count(*)::int as there from audit.chain where chain > 0`);
    expect(rows[0].told).toBe(chains[0].there);
  });

  it('policy init writes what is configured, never over a file', async () => {
    expect(await cli(['policy', 'init', '--out', 'policy.json'])).toMatchObject({ code: 0, err: '' });
    const policy = JSON.parse(readFileSync(join(here.path, 'policy.json'), 'utf8')) as Policy;
    expect(policy).toMatchObject({ version: 1, level: 'L2', anchors: [{ type: 'file', path: `${key}.checkpoints` }] });
    expect(policy.keys).toHaveLength(1);
    expect(await cli(['policy', 'init', '--out', 'policy.json'])).toMatchObject({ code: 2, out: '' });
  });

  it('verify is at L2, by one thread and by several, and doctor says how far it is anchored', async () => {
    const one = await report();
    expect(one).toMatchObject({ verdict: 'VERIFIED', level: 'L2', findings: [], coverage: { evidence: { tail: 0 } } });
    const many = await report('--parallel', '3');
    expect({ ...many, verifiedAt: '' }).toEqual({ ...one, verifiedAt: '' });
    expect((await cli(['doctor'])).out).toMatch(/evidence +\d+ entries of the registry signed, \d+ s ago; \d+ of them anchored/); // prettier-ignore
  });

  it('is at L3 for whoever goes on from what he saw himself, and leaves the result in the log', async () => {
    expect((await cli(['verify', '--policy', 'policy.json', '--save-state', 'state'])).code).toBe(0);
    await captureMany(log.pool, 20);
    expect((await cli(['seal', '--once'])).code).toBe(0);
    const since = await report('--since', 'state', '--record');
    expect(since).toMatchObject({
      verdict: 'VERIFIED',
      level: 'L3',
      findings: [],
      coverage: { evidence: { tail: 0 } },
    });
    expect((await cli(['seal', '--once'])).code).toBe(0);
    const { rows } = await log.pool.query(
      `select c.data from audit.entry e join audit.content c on c.pos = e.pos where e.action = 'audit.verified'`,
    );
    expect(JSON.parse(rows[0].data).details).toMatchObject({ verdict: 'VERIFIED', level: 'L3', findings: 0 });
  });

  it('says how much no anchor covers', async () => {
    await captureMany(log.pool, 5);
    await sealAll(log.pool);
    const { verdict, level, coverage, limits } = await report();
    expect({ verdict, level, tail: coverage.evidence?.tail }).toEqual({ verdict: 'VERIFIED', level: 'L2', tail: 5 });
    expect(limits[0]).toContain('5 entries are there');
  });
});

describe('what cannot be verified', () => {
  it.each([
    ['a typo', { chain: [] }, /line \d+, "chain": the policy has no such member/],
    ['a version that is not known', { version: 2 }, /line \d+, "version"/],
    ['a key of another log', { keys: [{ vkey: 'log/registry+4f9f3c5a+AQ==' }] }, /line \d+, "vkey"/],
    ['an anchor of no kind', { anchors: [{ type: 'floppy' }] }, /line \d+, "anchors"/],
  ])('ends with 2 for a policy with %s, and says the line', async (_name, change, says) => {
    const policy = JSON.parse(readFileSync(join(here.path, 'policy.json'), 'utf8')) as object;
    here.write('wrong.json', JSON.stringify({ ...policy, ...change }, undefined, 2));
    const { code, out, err } = await cli(['verify', '--policy', 'wrong.json']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(says);
  });

  it('ends with 3 when an anchor is away, or has nothing', async () => {
    renameSync(`${key}.checkpoints`, `${key}.away`);
    const { code, out } = await cli(['verify', '--policy', 'policy.json']);
    renameSync(`${key}.away`, `${key}.checkpoints`);
    expect(code).toBe(3);
    expect(out).toMatch(/^INCOMPLETE/);
    expect(out).toContain('ANCHOR_MISSING');
  });
});
