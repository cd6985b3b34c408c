import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { formatVkey, parseVkey, vkeyOf } from '../../src/chain/vkey.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { folder, run, type Folder, type Ran } from './run.js';

let here: Folder;
beforeEach(() => {
  here = folder();
});
afterEach(() => here.remove());

const cli = (...args: string[]): Promise<Ran> => run(args, { cwd: here.path });
const VKEY = /log-1\/registry\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{44}/g;

/** As openssl says it: the last 32 bytes of the public key. */
function vkeyOfFile(name: string, registry: string): string {
  const der = execFileSync('openssl', ['pkey', '-in', join(here.path, name), '-pubout', '-outform', 'DER']);
  return formatVkey(vkeyOf(registry, der.subarray(-32)));
}

describe('keygen', () => {
  it('makes a key that its owner alone can read, and says under which name it is known and what to do with it', async () => {
    const { code, out, err } = await cli('keygen', '--origin', 'log-1');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(statSync(join(here.path, 'audit-signing-key.pem')).mode & 0o777).toBe(0o600);
    expect(out.match(VKEY)).toEqual([vkeyOfFile('audit-signing-key.pem', 'log-1/registry')]);
    expect(parseVkey(out.match(VKEY)?.[0] ?? '').name).toBe('log-1/registry');
    for (const said of ['AUDIT_SIGNING_KEY_FILE=', 'whoever audits', 'Never both to one person', 'Keep a copy'])
      expect(out).toContain(said);
    expect(out).not.toContain(readFileSync(join(here.path, 'audit-signing-key.pem'), 'utf8').split('\n')[1]);
  });

  it('never overwrites, and writes nothing where it has no name to say', async () => {
    await cli('keygen', '--origin', 'log-1', '--out', 'a.pem');
    const before = readFileSync(join(here.path, 'a.pem'), 'utf8');
    const again = await cli('keygen', '--origin', 'log-1', '--out', 'a.pem');
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.err).toMatch(/"a\.pem" is there, and a key is never overwritten.*--out \[AUDIT_OPTIONS_INVALID\]/);
    expect(readFileSync(join(here.path, 'a.pem'), 'utf8')).toBe(before);
    for (const wrong of ['log-1/registry', 'Log', 'https://log', '', 'x'.repeat(201)]) {
      const { code, err } = await cli('keygen', '--origin', wrong, '--out', 'b.pem');
      expect([wrong, code]).toEqual([wrong, 2]);
      expect(err).toMatch(/--origin must be the name of a deployment/);
    }
    expect((await cli('keygen', '--out', 'b.pem')).err).toMatch(/no database/);
    expect(existsSync(join(here.path, 'b.pem'))).toBe(false);
    expect((await cli('keygen', '--origin', 'log-1', '--out', 'none/b.pem')).err).toMatch(/cannot be made.*ENOENT/);
  });

  describe('with a database', () => {
    let database: TestDatabase;
    beforeAll(async () => {
      database = await createDatabase();
    });
    afterAll(() => database.drop());

    it('asks it for the name of the deployment', async () => {
      const withDatabase = (...args: string[]): Promise<Ran> => run(args, { cwd: here.path, url: database.url });
      expect(await withDatabase('keygen')).toMatchObject({ code: 2, err: expect.stringContaining('AUDIT_SCHEMA_MISSING') }); // prettier-ignore
      expect(existsSync(join(here.path, 'audit-signing-key.pem'))).toBe(false);
      // What it says of evidence is known to every command.
      here.write('audit.config.mjs', `export default { evidence: { anchors: [], tickMs: 5000 } };`);
      expect(await withDatabase('migrate')).toMatchObject({ code: 0, err: '' });
      const { code, out } = await withDatabase('keygen');
      expect(code).toBe(0);
      const [registry = ''] = /^log-[0-9a-f]{16}\/registry(?=\+)/.exec(out.split('\n')[2]?.trim() ?? '') ?? [];
      expect(out).toContain(vkeyOfFile('audit-signing-key.pem', registry));
    });
  });
});

describe('key rotate', () => {
  it('makes the next key, and says what to set', async () => {
    await cli('keygen', '--origin', 'log-1', '--out', 'old.pem');
    const { code, out, err } = await cli('key', 'rotate', '--origin', 'log-1', '--key', 'old.pem', '--out', 'new.pem');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.match(VKEY)).toEqual(['old.pem', 'new.pem'].map((name) => vkeyOfFile(name, 'log-1/registry')));
    expect(out).toMatch(/AUDIT_SIGNING_KEY_FILE=\/.*\/new\.pem$/m);
    expect(out).toMatch(/AUDIT_SIGNING_KEY_PREVIOUS_FILE=\/.*\/old\.pem$/m);
    expect(out).toContain('key.rotated');
    expect(statSync(join(here.path, 'new.pem')).mode & 0o777).toBe(0o600);
  });

  it('makes none after a key that cannot sign, and says what is missing', async () => {
    here.write('old.pem', 'no key');
    const args = ['--origin', 'log-1', '--out', 'new.pem'];
    expect((await cli('key', 'rotate', '--key', 'old.pem', ...args)).err).toMatch(/AUDIT_SIGNER_UNAVAILABLE/);
    expect(await cli('key', 'rotate', ...args)).toMatchObject({ code: 2, err: expect.stringContaining('--key <file>') }); // prettier-ignore
    expect(existsSync(join(here.path, 'new.pem'))).toBe(false);
  });
});
