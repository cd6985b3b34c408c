import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { packageName } from '../../src/export/package-name.js';
import { ZipFile } from '../../src/export/zip.js';

const here = mkdtempSync(join(tmpdir(), 'audit-zip-'));
afterAll(() => rmSync(here, { recursive: true }));

const AT = new Date('2026-04-02T09:31:07Z');
const READ = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    print(json.dumps([[i.filename, hashlib.sha256(z.read(i)).hexdigest(), list(i.date_time), oct(i.external_attr >> 16)] for i in z.infolist()]))`;

describe('a zip', () => {
  it('holds what was put into it, as Python and a reader that goes from its beginning find it', async () => {
    const large = randomBytes(3_000_001);
    writeFileSync(join(here, 'large'), large);
    const files: readonly (readonly [string, string | Uint8Array])[] = [
      ['empty.txt', ''],
      ['a/b/J\u00fcrgen \u2603.txt', 'text\n'.repeat(10_000)],
      ['bytes', new Uint8Array([0, 255, 80, 75, 3, 4])],
      ['large', large],
    ];
    const path = join(here, 'one.zip');
    const zip = await ZipFile.create(path, AT);
    const wanted: unknown[] = [];
    for (const [name, content] of files) {
      const sha256 = await zip.add(name, name === 'large' ? { path: join(here, 'large') } : content);
      expect(sha256).toBe(createHash('sha256').update(content).digest('hex'));
      wanted.push([name, sha256, [2026, 4, 2, 9, 31, 6], '0o100600']);
    }
    await zip.close();
    const python = spawnSync('python3', ['-c', READ, path], { encoding: 'utf8' });
    expect(JSON.parse(python.stdout || python.stderr)).toEqual(wanted);
    // The head of each file has its sizes and its sum: nothing has to wait for what is behind it.
    const bytes = readFileSync(path);
    let at = 0;
    for (const [name, content] of files) {
      expect(bytes.toString('latin1', at, at + 4)).toBe('PK\u0003\u0004');
      expect(bytes.readUInt16LE(at + 6) & 8).toBe(0);
      expect(bytes.readUInt32LE(at + 22)).toBe(Buffer.byteLength(content));
      expect(bytes.toString('utf8', at + 30, at + 30 + bytes.readUInt16LE(at + 26))).toBe(name);
      at += 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt32LE(at + 18);
    }
    expect(bytes.toString('latin1', at, at + 4)).toBe('PK\u0001\u0002');
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is none before its end, and takes the place of nothing', async () => {
    const path = join(here, 'two.zip');
    const zip = await ZipFile.create(path, AT);
    await zip.add('a', 'text');
    expect(spawnSync('python3', ['-m', 'zipfile', '-t', path]).status).not.toBe(0);
    await expect(ZipFile.create(path, AT)).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' });
    await expect(ZipFile.create(join(here, 'no', 'where.zip'), AT)).rejects.toMatchObject({ code: 'AUDIT_OPTIONS_INVALID' }); // prettier-ignore
    await expect(zip.add('b', { path: join(here, 'gone') })).rejects.toMatchObject({ code: 'ENOENT' });
    await zip.abandon();
    expect(() => statSync(path)).toThrow(/ENOENT/);
  });

  it.each([
    [{ control: 'CC7.2', from: '2026-01-01', to: '2026-04-01', origin: 'example.com/shop/3' }, 'CC7.2_2026-01-01--2026-04-01_example.com-shop-3.zip'], // prettier-ignore
    [{ control: undefined, from: '2026-01-01T12:30:00Z', to: '2026-04-01T00:00:00.001Z', origin: 'log-1' }, 'audit-log_2026-01-01T123000Z--2026-04-01T000000.001Z_log-1.zip'], // prettier-ignore
    [{ control: '10.2.1.3 (PCI)', from: '2026-01-01', to: '2026-02-01', origin: 'a_b/1' }, '10.2.1.3-(PCI)_2026-01-01--2026-02-01_a-b-1.zip'], // prettier-ignore
  ])('of %j has its name', ({ from, to, ...of }, name) => {
    expect(packageName({ ...of, from: new Date(from), to: new Date(to) })).toBe(name);
  });
});
