import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Report } from '../../src/verify/index.js';
import { captureMany, filledLog, sealAll, type FilledLog } from '../support/filled-log.js';
import { folder, run, type Folder, type Ran } from './run.js';

let whole: FilledLog;
let tampered: FilledLog;
let here: Folder;
const LIMITED = `threads_${Math.random().toString(36).slice(2)}`;

beforeAll(async () => {
  [whole, tampered] = [await filledLog(), await filledLog()];
  here = folder();
  await captureMany(whole.pool, 600);
  await sealAll(whole.pool);
  await tampered.pool.query(
    `alter table audit.entry disable trigger all; alter table audit.chain disable trigger all;
     update audit.entry set outcome = 'success' where outcome = 'denied';
     update audit.entry set tenant_key = 'x' where tenant_key = 'globex' and seq = 4;
     update audit.entry set chain = 99 where chain = 2 and seq = 9;
     update audit.chain set size = size + 1 where chain = 3`,
  );
});
afterAll(async () => {
  here.remove();
  await whole.pool.query(`drop role if exists ${LIMITED}`);
  await Promise.all([whole.close(), tampered.close()]);
});

const verify = (args: string[], log = whole): Promise<Ran> =>
  run(['verify', ...args], { url: log.url, cwd: here.path });
const report = ({ out }: Ran): Report => JSON.parse(out) as Report;
const comparable = (ran: Ran): object => {
  const { verifiedAt: _at, findings, ...rest } = report(ran);
  return { ...rest, findings: findings.map((each) => JSON.stringify(each)).toSorted() };
};

describe('verify --parallel', () => {
  it.each([2, 3, 8])('comes to the same with %d threads as with one, whole or tampered with', async (threads) => {
    for (const log of [whole, tampered]) {
      const [one, many] = [await verify(['--json'], log), await verify(['--json', '--parallel', String(threads)], log)];
      expect(many).toMatchObject({ code: one.code, err: '' });
      expect(comparable(many)).toEqual(comparable(one));
    }
  });

  it('ends with 2 when a thread fails, whatever the others found', async () => {
    await whole.pool.query(`create role ${LIMITED} login connection limit 3`);
    await run(['migrate', '--auditor-role', LIMITED], { url: whole.url, cwd: here.path });
    try {
      const url = new URL(whole.url);
      url.username = LIMITED;
      const limited = { ...whole, url: url.href };
      expect(await verify(['--parallel', '1'], limited)).toMatchObject({ code: 0, err: '' });
      const { code, out, err } = await verify(['--parallel', '3'], limited);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(/^error: too many connections for role/);
    } finally {
      await whole.pool.query(`drop owned by ${LIMITED}`);
    }
  });

  it('goes on with one thread where the tables are not as the package makes them, and says so', async () => {
    await whole.pool.query('alter table audit.content add column more text');
    const { code, err } = await verify(['--parallel', '2']);
    await whole.pool.query('alter table audit.content drop column more');
    expect({ code, err }).toEqual({
      code: 0,
      err: 'note: one thread verifies, not 2: the tables of the log are not as this package makes them\n',
    });
  });

  it.each(['0', '65', '2.5', '-1', 'two', ''])('refuses %p', async (threads) => {
    expect(await verify([`--parallel=${threads}`])).toMatchObject({ code: 2, out: '' });
  });
});

describe('verify --save-state and --since', () => {
  it('go on from run to run', async () => {
    const [first, second, third] = [
      await verify(['--json', '--save-state', 'log.state']),
      await verify(['--json', '--since', 'log.state', '--save-state', 'log.state', '--parallel', '2']),
      await verify(['--since', 'log.state']),
    ];
    expect([first.code, second.code, third.code]).toEqual([0, 0, 0]);
    expect(report(second)).toMatchObject({ verdict: 'VERIFIED', entries: report(first).entries, since: { chains: 3 } });
    expect(third.out).toMatch(/\n630 of them were verified on \S+, and not read again\n/);
    expect(statSync(join(here.path, 'log.state')).mode & 0o777).toBe(0o600);
    expect(readdirSync(here.path).filter((name) => name.includes('.state'))).toEqual(['log.state']);
  });

  it('leave the state as it was where something was tampered with', async () => {
    here.write('kept.state', 'kept');
    const { code, err } = await verify(['--save-state', 'kept.state'], tampered);
    expect({ code, err }).toEqual({ code: 1, err: 'the state was not saved: the verdict is TAMPERED\n' });
    expect(readFileSync(join(here.path, 'kept.state'), 'utf8')).toBe('kept');
  });

  it.each([
    ['a state that is none', ['--since', 'bad.state'], 'line 1 of the state'],
    ['a state that is not there', ['--since', 'none.state'], 'there is no such file'],
    ['a folder that is not there', ['--save-state', 'none/log.state'], 'is not there: make it'],
    ['headers alone', ['--headers', '--save-state', 'other.state'], '--save-state needs content'],
  ])('end with 2 for %s', async (_name, args, message) => {
    here.write('bad.state', '{}\n');
    const { code, err } = await verify(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(here.path, 'other.state'))).toBe(false);
  });
});

describe('verify --headers', () => {
  it('is no pass', async () => {
    const { code, out } = await verify(['--headers']);
    expect(code).toBe(3);
    expect(out).toMatch(/^INCOMPLETE {2}630 entries in 3 chains, level L0, headers alone\n/);
    expect((await verify(['--headers'], tampered)).code).toBe(1);
  });
});

describe('verify --report', () => {
  it('writes a page, without the URL and whatever the verdict', async () => {
    const { code } = await verify(['--report', 'page.html', '--parallel', '2'], tampered);
    const page = readFileSync(join(here.path, 'page.html'), 'utf8');
    expect(code).toBe(1);
    for (const part of ['TAMPERED', 'PROJECTION_ALTERED', 'example.com/test/2', '--parallel 2', 'nestjs-prisma-audit 0.']) expect(page).toContain(part); // prettier-ignore
    expect(page).not.toContain('postgres');
  });
});

describe('what is printed', () => {
  it('says once of each code what it means and what to do', async () => {
    const { out } = await verify([], tampered);
    expect(out.match(/^ {4}a column by which entries are found .*; the sealed bytes count/gm)).toHaveLength(1);
    expect(out.match(/^PROJECTION_ALTERED/gm)?.length).toBeGreaterThan(3);
  });
});
