import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openCheckpoint, signCheckpoint } from '../../src/chain/checkpoint.js';
import { environmentSigner } from '../../src/checkpoint/signers/environment-signer.js';
import { fileSigner } from '../../src/checkpoint/signers/file-signer.js';
import { newPrivateKey } from '../../src/checkpoint/signers/private-key.js';

const NAME = 'log-1/registry';
const unavailable = (message: RegExp): object =>
  expect.objectContaining({ code: 'AUDIT_SIGNER_UNAVAILABLE', message: expect.stringMatching(message) });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-signers-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function keyFile(name: string, text = newPrivateKey(), mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode); // whatever the umask is
  return path;
}

describe('a key in a file', () => {
  it('signs checkpoints that its vkey opens, and that of no other', async () => {
    const signer = fileSigner({ path: keyFile('key.pem') });
    const [vkey] = await signer.vkeys(NAME);
    if (vkey === undefined) throw new Error('no vkey');
    const checkpoint = { origin: NAME, size: 7, root: 'ab'.repeat(32) };
    const note = await signCheckpoint(checkpoint, [{ vkey, sign: (bytes) => signer.sign(bytes, vkey) }]);
    expect(openCheckpoint(Buffer.from(note), [vkey])).toMatchObject(checkpoint);
    const other = await fileSigner({ path: keyFile('other.pem') }).vkeys(NAME);
    expect(() => openCheckpoint(Buffer.from(note), other)).toThrow(/no key that is known/);
  });

  it('is one that openssl makes, and signs as openssl checks', async () => {
    const path = join(folder, 'key.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', path]);
    chmodSync(path, 0o600);
    const signer = fileSigner({ path });
    const [vkey] = await signer.vkeys(NAME);
    if (vkey === undefined) throw new Error('no vkey');
    const [message, signature] = [join(folder, 'message'), join(folder, 'signature')];
    writeFileSync(message, 'three lines');
    writeFileSync(signature, await signer.sign(Buffer.from('three lines'), vkey));
    const checked = execFileSync('openssl', ['pkeyutl', '-verify', '-inkey', path, '-rawin', '-in', message, '-sigfile', signature]); // prettier-ignore
    expect(checked.toString()).toContain('Verified Successfully');
  });

  it('is read when it is needed and once; again if it could not be', async () => {
    const path = join(folder, 'key.pem');
    const signer = fileSigner({ path });
    await expect(signer.vkeys(NAME)).rejects.toEqual(unavailable(/there is no such file.*keygen/));
    keyFile('key.pem');
    const before = await signer.vkeys(NAME);
    keyFile('key.pem');
    expect(await signer.vkeys(NAME)).toEqual(before);
  });

  it('has the one before it behind it; each signs for itself, and nobody for a stranger', async () => {
    const [path, previous] = [keyFile('new.pem'), keyFile('old.pem')];
    const signer = fileSigner({ path, previous });
    const vkeys = await signer.vkeys(NAME);
    expect(vkeys).toEqual([
      ...(await fileSigner({ path }).vkeys(NAME)),
      ...(await fileSigner({ path: previous }).vkeys(NAME)),
    ]);
    const signers = vkeys.map((vkey) => ({ vkey, sign: (bytes: Uint8Array) => signer.sign(bytes, vkey) }));
    const note = await signCheckpoint({ origin: NAME, size: 1, root: '00'.repeat(32) }, signers);
    expect(openCheckpoint(Buffer.from(note), vkeys).signers).toHaveLength(2);
    const [stranger] = await fileSigner({ path: keyFile('stranger.pem') }).vkeys(NAME);
    await expect(signer.sign(Buffer.of(1), stranger!)).rejects.toEqual(unavailable(/does not hold its key/));
    expect(await fileSigner({ path, previous: path }).vkeys(NAME)).toHaveLength(1);
  });

  it.each([0o640, 0o604, 0o620, 0o601, 0o644, 0o777])(
    'that others can reach (%o) is refused, with the command to run',
    async (mode) => {
      const path = keyFile("it's a key.pem", newPrivateKey(), mode);
      const link = join(folder, 'link.pem');
      symlinkSync(path, link);
      for (const each of [path, link])
        await expect(fileSigner({ path: each }).vkeys(NAME)).rejects.toEqual(
          unavailable(/mode 0[0-7]{3}\)\. Run: chmod 600 /),
        );
      const error = await fileSigner({ path })
        .vkeys(NAME)
        .catch((e: Error) => e);
      const [, command = ''] = /Run: (chmod .*) \[AUDIT/.exec(String(error)) ?? [];
      execFileSync('sh', ['-c', command]);
      expect(await fileSigner({ path: link }).vkeys(NAME)).toHaveLength(1);
    },
  );

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const x25519 = generateKeyPairSync('x25519');
  const ed = generateKeyPairSync('ed25519');
  const pem = (text: string | Buffer): string => text.toString();
  it.each([
    [
      'another kind of key',
      pem(x25519.privateKey.export({ format: 'pem', type: 'pkcs8' })),
      /type x25519, not Ed25519/,
    ],
    ['RSA', pem(rsa.privateKey.export({ format: 'pem', type: 'pkcs8' })), /type rsa, not Ed25519/],
    ['another form', pem(rsa.privateKey.export({ format: 'pem', type: 'pkcs1' })), /form "RSA PRIVATE KEY"/],
    ['a public key', pem(ed.publicKey.export({ format: 'pem', type: 'spki' })), /it is a public key/],
    [
      'a password',
      pem(ed.privateKey.export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })),
      /encrypted with a password/,
    ],
    ['two keys', newPrivateKey() + newPrivateKey(), /one PEM block "PRIVATE KEY" and nothing else/],
    ['nothing', '', /no PEM text/],
    ['no base64', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', /no private key that can be read/],
  ])('that is %s is refused', async (_, text, message) => {
    await expect(fileSigner({ path: keyFile('key.pem', text) }).vkeys(NAME)).rejects.toEqual(unavailable(message));
  });

  it('that is large, or no file at all, is refused before it is read', async () => {
    const large = keyFile('key.pem');
    truncateSync(large, 2 ** 40); // sparse: reading it would take the memory of the machine
    await expect(fileSigner({ path: large }).vkeys(NAME)).rejects.toEqual(unavailable(/more than 16384 bytes/));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', ['-m', '600', pipe]);
    for (const path of [pipe, folder])
      await expect(fileSigner({ path }).vkeys(NAME)).rejects.toEqual(unavailable(/no regular file/));
  });
});

describe('the signer of the environment', () => {
  it('is nobody where nothing is set', () => expect(environmentSigner({})).toBeUndefined());

  it('is the same by path and by text, also where that is on one line', async () => {
    const text = newPrivateKey();
    const path = keyFile('key.pem', text);
    const byPath = environmentSigner({ AUDIT_SIGNING_KEY_FILE: path });
    expect(byPath?.anchorBeside).toMatchObject({ name: `file "${path}.checkpoints"`, isLocal: true });
    for (const each of [text, text.replaceAll('\n', String.raw`\n`), text.replaceAll('\n', '\r\n')]) {
      const byText = environmentSigner({ AUDIT_SIGNING_KEY: each });
      expect(await byText?.vkeys(NAME)).toEqual(await byPath?.vkeys(NAME));
      expect(byText?.anchorBeside).toBeUndefined();
    }
    const previous = keyFile('old.pem');
    for (const key of [{ AUDIT_SIGNING_KEY_FILE: path }, { AUDIT_SIGNING_KEY: text }]) {
      const rotating = environmentSigner({ ...key, AUDIT_SIGNING_KEY_PREVIOUS_FILE: previous });
      expect(await rotating?.vkeys(NAME)).toHaveLength(2);
    }
  });

  const text = newPrivateKey();
  it.each([
    [{ AUDIT_SIGNING_KEY: '' }, /^AUDIT_SIGNING_KEY is empty: give it the PEM text/],
    [{ AUDIT_SIGNING_KEY_FILE: ' ' }, /^AUDIT_SIGNING_KEY_FILE is empty/],
    [
      { AUDIT_SIGNING_KEY_FILE: '/key', AUDIT_SIGNING_KEY_PREVIOUS_FILE: '' },
      /^AUDIT_SIGNING_KEY_PREVIOUS_FILE is empty/,
    ],
    [{ AUDIT_SIGNING_KEY: text, AUDIT_SIGNING_KEY_FILE: '/key' }, /both set/],
    [{ AUDIT_SIGNING_KEY_PREVIOUS_FILE: '/key' }, /set AUDIT_SIGNING_KEY_FILE too/],
    [{ AUDIT_SIGNING_KEY: '/etc/key.pem' }, /if it is a path, set AUDIT_SIGNING_KEY_FILE/],
    [{ AUDIT_SIGNING_KEY_FILE: text }, /not what is in it/],
    [{ AUDIT_SIGNING_KEY: text, AUDIT_SIGNING_KEY_PREVIOUS_FILE: text }, /not what is in it/],
  ])('refuses a mistake %#', (env, message) => {
    expect(() => environmentSigner(env)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) })); // prettier-ignore
  });

  it('says nothing of the key in any message', async () => {
    const secret = text.split('\n')[1] ?? '';
    const errors: unknown[] = [];
    for (const env of [
      { AUDIT_SIGNING_KEY: `x${text}` },
      { AUDIT_SIGNING_KEY: text.replace('M', '-') },
      { AUDIT_SIGNING_KEY: text.replace('MC4CAQ', 'MC4CAA') },
    ])
      errors.push(
        await environmentSigner(env)
          ?.vkeys(NAME)
          .catch((error: unknown) => error),
      );
    try {
      environmentSigner({ AUDIT_SIGNING_KEY_FILE: text });
    } catch (error) {
      errors.push(error);
    }
    expect(errors).toHaveLength(4);
    for (const error of errors) {
      expect(error).toBeInstanceOf(Error);
      expect(JSON.stringify([String(error), (error as Error).cause ?? null, error])).not.toContain(secret.slice(10));
    }
  });
});
