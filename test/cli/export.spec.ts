import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { capture, DEPLOYMENT } from '../checkpoint/support/signed-log.js';
import { createLog, type TestLog } from '../support/log.js';
import { folder, run, type Folder, type Ran, type RunOptions } from './run.js';

let log: TestLog;
let here: Folder;
let vkey: string;
let env: Record<string, string>;
const cli = (args: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(args, { url: log.url, cwd: here.path, env, ...options });
const offline = (...args: string[]): Promise<Ran> => cli(['verify-export', ...args], { url: undefined, env: {} });

beforeAll(async () => {
  log = await createLog();
  here = folder();
  const key = join(here.path, 'key.pem');
  env = { AUDIT_SIGNING_KEY_FILE: key };
  const made = await run(['keygen', '--out', key, '--origin', DEPLOYMENT], { cwd: here.path, url: log.url });
  vkey = /(\S+\/registry\+[0-9a-f]{8}\+\S+)/.exec(made.out + made.err)?.[1] ?? made.out + made.err;
  await capture(log, 'acme', 40);
  await cli(['seal', '--once']);
});
afterAll(async () => {
  here.remove();
  await log.close();
});

describe('export', () => {
  it('writes what verify-export verifies, without a database', async () => {
    // What the test captured by hand is found by a verification.
    const args = ['export', '--tenant', 'acme', '--out', 'out', '--prove-complete', '--openings', '--verify'];
    expect(await cli(args)).toMatchObject({ code: 0, err: expect.stringMatching(/^the log is TAMPERED: run verify/), out: expect.stringMatching(/^41 entries written to out; SHA-256 of its manifest: [0-9a-f]{64}\n$/) }); // prettier-ignore
    expect(await cli(args)).toMatchObject({ code: 2, err: expect.stringMatching(/there is something at/) });
    const verified = await offline('out', '--vkey', vkey);
    expect(verified).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^VERIFIED 41 entries\nasked for: \{"tenant":"acme"\}\ntenant: "acme"\nrange: entries 0 to 40 of example\.com\/test\/1\nproved: the manifest is signed by example\.com\/test\/export\nproved: entries 0 to 40 are those[^]*proved: every entry of example\.com\/test\/1 from 0 to 40 that was asked for is there\n/) }); // prettier-ignore
    expect(JSON.parse((await offline('out', '--json', '--vkey', vkey)).out)).toMatchObject({ schema: 'nestjs-prisma-audit/export-report/v1', verdict: 'VERIFIED', count: 41 }); // prettier-ignore
    const sheet = readFileSync(join(here.path, 'out/sheet.txt'), 'utf8');
    expect(sheet).toMatch(/^Export of an audit log\n\ncommand +nestjs-prisma-audit export --tenant acme --out out --format ndjson --prove-complete --openings --verify\n/); // prettier-ignore
    expect(sheet).toMatch(/\nversions +nestjs-prisma-audit \d[^\n]*, Node [^\n]*, PostgreSQL \d/);
    expect(sheet).toMatch(/\nthe log +TAMPERED at level L\d, 43 entries, 40 findings, at 2/);
    expect(sheet).not.toMatch(/postgres(ql)?:\/\//);
  });

  it('says by the exit code of verify-export what was found', async () => {
    expect(await offline('out')).toMatchObject({ code: 3, out: expect.stringMatching(/^INCOMPLETE/) });
    expect(await offline('nowhere')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/there is no directory at nowhere: name one/),
    });
    const file = join(here.path, 'out/entries-00001.ndjson');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, before.replace('J\u00fcrgen', 'Jorgen'));
    expect(await offline('out', '--vkey', vkey)).toMatchObject({ code: 1, out: expect.stringMatching(/^TAMPERED[^]*FILE_ALTERED: entries-00001\.ndjson is not the file that was exported: line 1 was changed\n/) }); // prettier-ignore
    writeFileSync(file, before);
    expect(await offline('out', '--vkey', vkey)).toMatchObject({ code: 0 });
  });

  it('says that there is no such tenant, and opens no chain for it', async () => {
    expect(await cli(['export', '--tenant', 'amce', '--out', 'typo'])).toMatchObject({ code: 0, err: expect.stringMatching(/^there is no tenant of this name in the log/), out: expect.stringMatching(/^0 entries written/) }); // prettier-ignore
    await cli(['seal', '--once']);
    expect((await cli(['query', '--tenant', 'amce', '--json'])).out).not.toMatch(/chain\.open/);
    const told = await cli(['query', '--action', 'audit.exported', '--json']);
    expect(told.out).toMatch(/"noSuchTenant": ?"amce"/);
  });

  it('draws a sample of a period that is over', async () => {
    await sleep(10);
    const to = new Date().toISOString();
    const args = ['export', '--tenant', 'acme', '--to', to, '--population', '--sample', '5', '--word', `O'Neil =1`, '--format', 'csv']; // prettier-ignore
    expect(await cli([...args, '--out', 'early'])).toMatchObject({ code: 2, err: expect.stringMatching(/there is none yet/) }); // prettier-ignore
    await capture(log, 'acme', 1);
    await cli(['seal', '--once']);
    expect(await cli([...args, '--out', 'sample'])).toMatchObject({ code: 0 });
    expect(await offline('sample', '--vkey', vkey)).toMatchObject({ code: 0, out: expect.stringMatching(/the sample is the one/) }); // prettier-ignore
    expect(readFileSync(join(here.path, 'sample/sample.csv'), 'utf8').split('\r\n').length).toBe(7);
    expect(readFileSync(join(here.path, 'sample/sheet.txt'), 'utf8')).toContain(`--word 'O'\\''Neil =1'`);
  });

  it.each([
    [['--openings'], /pass --prove-complete/],
    [['--word', 'x'], /pass --sample/],
    [['--sample', '5'], /--to/],
    [['--sample', 'x', '--to', '2026-01-01'], /1 to 10000/],
    [['--format', 'xml'], /ndjson, csv/],
    [['--from', 'yesterday'], /is not a time/],
    [['--action', 'a*b'], /at its end/],
    [['--tenant', 'nobody', '--prove-complete'], /no chain yet/],
    [['--all-tenants'], /an export is of one tenant/],
    [['--out', 'nowhere/refused'], /there is no directory .*make it first/],
  ])('refuses %s', async (options, message) => {
    expect(await cli(['export', '--out', 'refused', ...options])).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) }); // prettier-ignore
    expect(existsSync(join(here.path, 'refused'))).toBe(false);
  });

  it('of a series names the one before, and both are checked', async () => {
    const args = ['export', '--tenant', 'acme', '--out'];
    await cli([...args, 'first', '--to', '2027-01-01']);
    await cli([...args, 'second', '--from', '2027-02-01', '--previous', 'first']);
    const both = await offline('first', 'second', '--vkey', vkey);
    expect(both).toMatchObject({ code: 3, out: expect.stringMatching(/^first:\nVERIFIED [^]*\nsecond:\nVERIFIED [^]*\nINCOMPLETE the series\nINCOMPLETE_GAP: nothing of what happened from 2027-01-01/) }); // prettier-ignore
    const one = await offline('second', '--previous', 'first/manifest.json', '--json', '--vkey', vkey);
    expect(JSON.parse(one.out)).toMatchObject({ schema: 'nestjs-prisma-audit/export-series-report/v1', exports: [{ directory: 'second', verdict: 'VERIFIED' }], findings: [{ code: 'INCOMPLETE_GAP' }] }); // prettier-ignore
    expect(await cli([...args, 'third', '--previous', 'nowhere'])).toMatchObject({ code: 2, err: expect.stringMatching(/there is no manifest.json at nowhere/) }); // prettier-ignore
  });

  it('that is killed leaves what is not taken for an export', async () => {
    await capture(log, 'globex', 60_000);
    await cli(['seal', '--once']);
    const path = join(here.path, 'killed');
    const killed = await cli(['export', '--tenant', 'globex', '--out', 'killed'], {
      signal: 'SIGKILL',
      async until() {
        while (!existsSync(join(path, 'entries-00001.ndjson'))) await sleep(5);
      },
    });
    expect(killed.code).toBe(null);
    expect(await offline('killed', '--vkey', vkey)).toMatchObject({ code: 3, out: expect.stringMatching(/INCOMPLETE_UNFINISHED/) }); // prettier-ignore
    rmSync(path, { recursive: true });
  }, 120_000);

  it('goes on wherever it was killed, and gives the same rows', async () => {
    const args = ['export', '--tenant', 'globex', '--prove-complete', '--population', '--continue', '--out'];
    await cli([...args, 'undisturbed']);
    let kills = 0;
    for (let ended: Ran | undefined; ended?.code !== 0;) {
      // Sooner or later, each time; at last it is left alone.
      const wait = kills < 8 ? 350 + ((kills * 7_919) % 1_700) : 600_000;
      ended = await cli([...args, 'disturbed'], {
        signal: 'SIGKILL',
        until: () => sleep(wait, undefined, { ref: false }),
      });
      if (ended.code !== 0) expect(ended).toMatchObject({ code: null });
      kills += 1;
    }
    expect(kills).toBeGreaterThan(1);
    for (const name of ['entries-00001.ndjson', 'entries-00001.ndjson.lines', 'population.csv']) {
      const [disturbed, whole] = ['disturbed', 'undisturbed'].map((each) => readFileSync(join(here.path, each, name)));
      expect([name, whole?.equals(disturbed ?? Buffer.of())]).toEqual([name, true]);
    }
    expect(await offline('disturbed', '--vkey', vkey)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^VERIFIED/),
    });
    expect(await cli([...args, 'disturbed'])).toMatchObject({ code: 2, err: expect.stringMatching(/has a manifest.json, so it is finished/) }); // prettier-ignore
  }, 180_000);
});
