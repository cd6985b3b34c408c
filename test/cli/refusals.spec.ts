import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { full } from '../support/full.js';
import { readReferences } from '../support/imports.js';
import { folder, MAIN, run, type Folder } from './run.js';

let database: TestDatabase;
let here: Folder;
beforeAll(async () => {
  database = await createDatabase();
  here = folder();
});
afterAll(async () => {
  here.remove();
  await database.drop();
});

const COMMANDS = ['migrate', 'seal', 'verify', 'checkpoint', 'query', 'doctor'];
/** Each is a process. */
const SOME = full ? COMMANDS : ['migrate', 'seal'];

describe('the command line refuses, with exit code 2 and what to do,', () => {
  const ROLE: Record<string, string> = { migrate: 'AUDIT_MIGRATE_DATABASE_URL, ', doctor: '' };
  it.each(SOME)('to %s without a database', async (command) => {
    const first = ROLE[command] ?? 'AUDIT_SEALER_DATABASE_URL, ';
    expect(await run([command])).toEqual({
      code: 2,
      out: '',
      err: `error: no database: pass --database-url, or set ${first}AUDIT_DATABASE_URL or DATABASE_URL; the first of them that is set is taken [AUDIT_OPTIONS_INVALID]\n`,
    });
  });

  it.each<[string, string[], Record<string, string>, string]>([
    ['the sealer’s', ['seal'], { AUDIT_SEALER_DATABASE_URL: '', DATABASE_URL: 'mysql://h' }, 'AUDIT_SEALER_DATABASE_URL is empty: give it a URL, postgresql://…, or unset it, and AUDIT_DATABASE_URL, else DATABASE_URL is taken'],
    ['the owner’s', ['migrate'], { AUDIT_MIGRATE_DATABASE_URL: '' }, 'AUDIT_MIGRATE_DATABASE_URL is empty: give it a URL, postgresql://…, or unset it, and AUDIT_DATABASE_URL, else DATABASE_URL is taken'],
    ['the application’s', ['doctor'], { AUDIT_DATABASE_URL: '', DATABASE_URL: 'mysql://h' }, 'AUDIT_DATABASE_URL is empty: give it a URL, postgresql://…, or unset it, and DATABASE_URL is taken'],
    ['the last of all', ['doctor'], { DATABASE_URL: '' }, 'DATABASE_URL is empty: give it a URL, postgresql://…, or pass --database-url'],
    ['the option', ['doctor', '--database-url', ''], { DATABASE_URL: 'mysql://h' }, '--database-url is empty: give it a URL, postgresql://…, or leave it out'],
  ])('%s URL that is set and empty', async (_whose, args, env, message) => {
    expect(await run(args, { env })).toEqual({ code: 2, out: '', err: `error: ${message} [AUDIT_OPTIONS_INVALID]\n` });
  }); // prettier-ignore

  it.each(SOME)('to %s a database that cannot be reached, and does not repeat the password', async (command) => {
    const args = command === 'seal' ? [command, '--once'] : [command];
    const { code, out, err } = await run(args, { url: 'postgresql://app:hunter2@localhost:1/app' });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^error: .*ECONNREFUSED/);
    expect(err).not.toMatch(/hunter2|\n {4}at /);
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown option', ['verify', '--fast'], /unknown option '--fast'/],
    ['an unknown command', ['erase'], /unknown command 'erase'/],
    ['an option without its value', ['verify', '--pin'], /option '--pin <file>' argument missing/],
    ['a time that is none', ['query', '--from', 'yesterday'], /is not a time; write for example 2026-03-01T00:00:00Z/],
    ['a lease that is too short', ['seal', '--lease-ms', '5'], /whole number of milliseconds, 1000 or more/],
    ['a URL of another database', ['verify', '--database-url', 'mysql://u:hunter2@h/d'], /must look like postgresql:/],
    ['a schema that needs quotes', ['doctor', '--schema', 'A b'], /schema must be a lower-case name/],
    ['a bad origin', ['migrate', '--origin', 'Example'], /e\.g\. "example\.com\/audit"/],
    ['a limit of words', ['query', '--limit', 'many'], /limit must be a whole number from 1 to 500/],
    ['two stars', ['query', '--action', '**'], /may have one "\*", at its end/],
    ['a cursor that is none', ['query', '--cursor', 'x'], /the cursor is not one of ours/],
    [
      'a pin file that is not there',
      ['verify', '--pin', 'nowhere'],
      /--pin names "nowhere", and there is no such file/,
    ],
  ])('%s', async (_name, args, message) => {
    const { code, out, err } = await run(args, { url: database.url });
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/hunter2|\n {4}at /);
  });

  it.each([
    ['that is not there', undefined, /there is no file .*audit\.config\.ts/],
    ['that throws', `throw new Error('no such thing as tea')`, /no such thing as tea/],
    ['that does not parse', 'export default {', /Unexpected token|SyntaxError|ParseError/i],
    ['without a default', 'export const audit = {};', /must export its configuration as default|there is no setting/],
    ['that is a list', 'export default [];', /must export its configuration as default: export default defineAudit/],
    [
      'with a setting that there is not',
      'export default { model: {} };',
      /there is no setting model; there are schema, /,
    ],
    [
      'that names a table that is not there',
      'export default { models: { Bill: {} } };',
      /model Bill: there is no table "Bill"/,
    ],
  ])('a configuration %s', async (_name, text, message) => {
    const there = folder();
    if (text !== undefined) there.write('audit.config.ts', text);
    const args = ['migrate', '--dry-run', ...(text === undefined ? ['--config', 'audit.config.ts'] : [])];
    const { code, err } = await run(args, { url: database.url, cwd: there.path });
    there.remove();
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/\n {4}at /);
  });
});

describe('the command line', () => {
  it('lists all its commands, and their options', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    const verify = await run(['verify', '--help']);
    expect(verify).toMatchObject({ code: 0, out: expect.stringContaining('Exit code: 0') });
    for (const option of ['--pin <file>', '--json']) expect(verify.out).toContain(option);
  });

  it('takes the URL from its option, then AUDIT_DATABASE_URL, then DATABASE_URL', async () => {
    const env = { DATABASE_URL: database.url };
    expect(await run(['doctor'], { env })).toMatchObject({ code: 1, out: expect.stringContaining('not installed') });
    expect(await run(['doctor'], { env, url: 'mysql://h' })).toMatchObject({ code: 2 });
    expect(await run(['doctor', '--database-url', `${database.url}?schema=public`], { url: 'mysql://h' })).toMatchObject({ code: 1 }); // prettier-ignore
  });

  it('writes nothing before it knows that its configuration can be', async () => {
    const there = folder();
    const fresh = await createDatabase();
    const { Client } = pg;
    const client = new Client({ connectionString: fresh.url });
    await client.connect();
    await client.query(
      'create table bills (id int primary key, org int); create table notes (id int primary key, team int)',
    );
    const logs = async (): Promise<unknown> => (await client.query(`select to_regnamespace('audit') as log`)).rows[0];
    for (const [at, config, message] of [
      [0, { tenantColumn: 'orgId' }, /no audited table has a column "orgId": tenantColumn is the name in the database/],
      [1, { tenantColumn: 'team', models: { notes: false } }, /no audited table has a column "team"/],
      [2, { models: { bills: { redact: ['iban'] } } }, /iban/],
    ] as const) {
      const file = there.write(`${at}.mjs`, `export default ${JSON.stringify(config)}`);
      expect(await run(['migrate', '--config', file], { url: fresh.url })).toEqual({ code: 2, out: '', err: expect.stringMatching(message) }); // prettier-ignore
      expect(await logs()).toEqual({ log: null });
    }
    await client.end();
    await fresh.drop();
    there.remove();
  });

  it('loads neither Nest nor Prisma', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const visit = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      expect(existsSync(file)).toBe(true);
      for (const { specifier = '' } of readReferences(readFileSync(file, 'utf8')).references) {
        if (specifier === './generator.js') continue; // what only Prisma starts, and loads when it does
        if (specifier === '../s3/read-anchor.js') continue; // where a policy names a bucket
        if (specifier === '../query/prisma-values.js') continue; // where a configuration has a catalogue, to read values back
        if (specifier.startsWith('.')) visit(resolve(dirname(file), specifier));
        else if (!specifier.startsWith('node:')) packages.add(specifier);
      }
    };
    visit(MAIN);
    expect(seen.size).toBeGreaterThan(20);
    // OpenTelemetry is looked for where an audit is made, and not missed.
    expect([...packages].toSorted()).toEqual([
      '@opentelemetry/api',
      'cli-progress',
      'commander',
      'jiti',
      'pg',
      'picocolors',
    ]);
  });
});
