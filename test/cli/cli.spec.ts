import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createPool, type Pool } from '../../src/store/postgres/index.js';
import type { AuditEntry } from '../../src/query/index.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { folder, run, type Folder, type Ran } from './run.js';

let database: TestDatabase;
let pool: Pool;
let here: Folder;
const cli = (...args: string[]): Promise<Ran> => run(args, { url: database.url, cwd: here.path });

beforeAll(async () => {
  database = await createDatabase();
  pool = createPool(database.url, { max: 3, applicationName: 'test' });
  here = folder();
  here.write(
    'audit.config.ts',
    `export default { models: { Bill: { table: 'bills', redact: ['iban_number'] }, Log: false } as const };`,
  );
  await pool.query(
    `create table bills (id int primary key, iban_number text, title text); create table "Log" (id int primary key); create table keyless (a int)`,
  );
});
afterAll(async () => {
  here.remove();
  await pool.end();
  await database.drop();
});

// The steps of one story: each finds what the one before has left.
describe('the command line', () => {
  it('says before the log is installed what is missing', async () => {
    expect(await cli('verify')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringMatching(/is not installed.*migrate/),
    });
    expect(await cli('seal', '--once')).toMatchObject({ code: 2, err: expect.stringMatching(/AUDIT_SCHEMA_MISSING/) });
    expect(await cli('query')).toMatchObject({ code: 2, err: expect.stringMatching(/AUDIT_SCHEMA_MISSING/) });
    const doctor = await cli('doctor');
    expect(doctor).toMatchObject({
      code: 1,
      out: expect.stringMatching(/schema +not installed\n✗ the log is not installed/),
    });
    expect(await cli('checkpoint')).toMatchObject({ code: 2, err: expect.stringMatching(/AUDIT_SCHEMA_MISSING/) });
  });

  it('migrate --dry-run says what would be done, and does nothing', async () => {
    const { code, out } = await cli('migrate', '--dry-run');
    expect(code).toBe(0);
    expect(out.split('\n')).toEqual([
      '+ 0001_log.sql',
      '+ 0002_append_only.sql',
      '+ 0003_record.sql',
      '+ 0004_capture.sql',
      '+ 0005_seal.sql',
      '+ 0006_privileges.sql',
      '+ 0007_coverage.sql',
      '+ 0008_levels.sql',
      '+ 0009_client_engine.sql',
      '+ 0010_registry.sql',
      '+ 0011_questions.sql',
      '+ 0012_plain_sql.sql',
      '+ 0013_exported.sql',
      '+ 0014_order_of_groups.sql',
      '+ 0015_sealed.sql',
      '+ 0016_follow.sql',
      '· Log not audited',
      '+ Bill (bills), redacted: iban_number',
      '+ keyless',
      'would be audited: 2 of 3 tables (audit.config.ts)',
      'without a key, so changes carry no resource id: keyless',
      '',
    ]);
    const { rows } = await pool.query(`select to_regnamespace('audit') as there`);
    expect(rows).toEqual([{ there: null }]);
  });

  it('migrate installs, and says the second time that nothing was left to do', async () => {
    const first = await cli('migrate', '--origin', 'example.com/cli');
    expect(first).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^\+ 0001_log\.sql\n[^]*\naudited: 2 of 3/),
    });
    const { code, out } = await cli('migrate');
    expect(code).toBe(0);
    expect(out).not.toMatch(/^[+~-] /m);
  });

  it('verify exits with 3 as long as there is nothing to verify', async () => {
    expect(await cli('verify')).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^UNVERIFIABLE {2}0 entries in 0 chains/),
    });
  });

  it('seal --once seals what was captured, and ends', async () => {
    await pool.query(
      `insert into bills values (1, 'DE02', 'rent'); update bills set title = E'rent \\x1b[31mred' where id = 1`,
    );
    expect(await cli('seal', '--once')).toEqual({
      code: 0,
      out: expect.stringMatching(/^level L0: nobody signs/),
      err: '',
    });
    const { rows } = await pool.query('select count(*)::int as n from audit.entry');
    expect(rows).toEqual([{ n: 3 }]);
  });

  it('seal goes on until it is told to stop, and hands back its lease', async () => {
    const holder = async (): Promise<unknown> => (await pool.query('select holder from audit.sealer')).rows[0].holder;
    const { code, err } = await run(['seal'], {
      url: database.url,
      async until() {
        while ((await holder()) === null) await new Promise((resolve) => setTimeout(resolve, 20));
      },
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(await holder()).toBeNull();
  });

  it('verify exits with 0, in words and in JSON', async () => {
    const words = await cli('verify');
    expect(words).toMatchObject({ code: 0, err: '' });
    expect(words.out).toMatch(/^VERIFIED {2}3 entries in 1 chains, level L0\nsealed from 20.*; 6 sections compared/);
    expect(words.out).toMatch(/^- Level L0 proves that the log agrees with itself/m);
    const json = await cli('verify', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ verdict: 'VERIFIED', entries: 3, findings: [] });
    expect(json.code).toBe(0);
  });

  it('checkpoint prints a line for each chain, which verify --pin takes from a file or a pipe', async () => {
    const { code, out } = await cli('checkpoint');
    expect(code).toBe(0);
    expect(out).toMatch(/^example\.com\/cli\/1 3 [A-Za-z0-9+/]{43}=\n$/);
    const file = here.write('pins', out);
    expect(await cli('verify', '--pin', file)).toMatchObject({ code: 0, out: expect.stringMatching(/^pins: 1 of 1 agree; 0 chains/m) }); // prettier-ignore
    const piped = await run(['verify', '--pin', '-', '--json'], { url: database.url, input: out });
    expect(JSON.parse(piped.out)).toMatchObject({ coverage: { pins: { compared: 1, agreed: 1 } } });
    const other = here.write('other', out.replace(' 3 ', ' 4 '));
    expect(await cli('verify', '--pin', other)).toMatchObject({ code: 1, out: expect.stringMatching(/^CHAIN_CUT example\.com\/cli\/1 seq 3/m) }); // prettier-ignore
  });

  it.each([
    ['an empty file', '# nothing\n', /holds no line to compare with/],
    ['a line that is no pin', '\nnonsense\n', /line 2 is not "origin size hash"/],
  ])('verify --pin refuses %s', async (_name, text, message) => {
    const file = here.write('bad', text);
    expect(await cli('verify', '--pin', file)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
  });

  it('query shows a table, whose values cannot reach the terminal', async () => {
    const { code, out } = await cli('query', '--resource', 'Bill:1');
    expect(code).toBe(0);
    const lines = out.split('\n').filter((line) => line.includes('Bill'));
    expect(lines[0]).toMatch(
      / 1 .*db:postgres.*Bill\.create.*Bill 1.*success.*\+ id: 1.*iban_number: \(redacted\).*title: rent.* [0-9a-f]{8}-[0-9a-f-]{27} /,
    );
    expect(lines[1]).toMatch(/Bill\.update.*title: rent → rent \\u001b\[31mred/);
    expect(out).not.toContain('\x1b');
    expect(out).not.toContain('DE02');
  });

  it('query prints JSON lines and the cursor of the next page', async () => {
    const first = await cli('query', '--json', '--limit', '2');
    const entries = first.out.trim().split('\n').map((line) => JSON.parse(line) as AuditEntry); // prettier-ignore
    expect(entries).toHaveLength(2);
    const cursor = /^next page: --cursor ([0-9a-f]{12}\.[0-9a-f-]{36})\n$/.exec(first.err)?.[1] as string;
    expect(cursor.split('.')[1]).toBe(entries[1]?.id);
    const second = await cli('query', '--json', '--limit', '2', '--cursor', cursor);
    expect(second).toMatchObject({ code: 0, err: expect.stringMatching(/^previous page: --back --cursor \S+\n$/) });
    const back = await cli('query', '--json', '--limit', '2', '--back', '--cursor', second.err.trim().split(' ').at(-1) ?? ''); // prettier-ignore
    expect(back.out).toBe(first.out);
    expect(await cli('query', '--count', '--action', 'Bill.*')).toMatchObject({ code: 0, out: '2\n', err: '' });
    expect(await cli('query', '--severity', 'urgent')).toMatchObject({ code: 2, err: expect.stringMatching(/Allowed choices are info, notice/) }); // prettier-ignore
    expect(second.out.trim().split('\n')).toHaveLength(1);
    const failed = await cli('query', '--json', '--failures');
    expect(failed).toEqual({ code: 0, out: '', err: '' });
  });

  it('doctor exits with 1 while nobody seals, and with 0 when all is well', async () => {
    const bad = await cli('doctor');
    expect(bad).toMatchObject({ code: 1, out: expect.stringMatching(/✗ no sealer is alive/) });
    await pool.query(
      `update audit.sealer set holder = 'x', lease_ms = 60000, lease_until = clock_timestamp() + interval '1 minute'`,
    );
    const good = await cli('doctor');
    expect(good).toMatchObject({ code: 0, out: expect.stringMatching(/origin +example\.com\/cli\nprivileges +single: .*\ntriggers +2 tables audited, 1 not\nsealer +x, lease valid\nbacklog +0 rows [^]*✓ nothing wrong/) }); // prettier-ignore
    const json = await cli('doctor', '--json');
    expect(JSON.parse(json.out)).toMatchObject({
      problems: [],
      level: 'single',
      covered: ['Bill', 'keyless'],
      skipped: ['Log'],
    });
  });

  it('verify exits with 3 when content waits for too long', async () => {
    await pool.query(`insert into audit.content (at, source, op, model) values (now() - interval '1 hour', 'change', 'insert', 'Bill')`); // prettier-ignore
    expect(await cli('verify')).toMatchObject({
      code: 3,
      out: expect.stringMatching(/^INCOMPLETE[^]*^UNSEALED: 1 rows/m),
    });
    expect(await cli('doctor')).toMatchObject({
      code: 1,
      out: expect.stringMatching(/waiting for its entry for 36\d\d s/),
    });
  });

  it('verify exits with 1 when the log was tampered with, and still shows it', async () => {
    await pool.query(
      `alter table audit.entry disable trigger all; update audit.entry set body = '{"v":1}', sealed_at = 'infinity' where seq = 2`,
    );
    const words = await cli('verify');
    expect(words).toMatchObject({ code: 1, out: expect.stringMatching(/^TAMPERED[^]*^ENTRY_ALTERED example\.com\/cli\/1 seq 2 \([0-9a-f-]{36}\): /m) }); // prettier-ignore
    expect(JSON.parse((await cli('verify', '--json')).out)).toMatchObject({ verdict: 'TAMPERED' });
    expect(await cli('query')).toMatchObject({ code: 0, err: '' });
    expect(await cli('doctor')).toMatchObject({ code: 1, out: expect.stringMatching(/append-only triggers of content or entry are missing/) }); // prettier-ignore
    expect((await cli('migrate')).out).toMatch(/^\+ 0002_append_only\.sql\n/);
  });

  it('migrate makes a trigger again that somebody dropped, and both is sealed', async () => {
    await pool.query('drop trigger "!audit_update" on bills');
    expect((await cli('migrate')).out).toMatch(/^~ Bill \(bills\), redacted: iban_number$/m);
    const { rows } = await pool.query(`select data::json #>> '{details,changes}' as changes from audit.content where op = 'coverage.changed' order by pos`); // prettier-ignore
    expect(rows.map(({ changes }) => /removed|added/.exec(changes)?.[0])).toEqual(['removed', 'added']);
  });
});
