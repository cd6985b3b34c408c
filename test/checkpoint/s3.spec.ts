import {
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { s3Anchor, type S3AnchorOptions } from '../../src/s3/s3-anchor.js';
import { hasObjectStore, startObjectStore, type ObjectStore } from '../support/object-store.js';
import { battery, checkpoint, listed } from './battery.js';

const isThere = hasObjectStore();
const whereThere = isThere ? describe : describe.skip;
if (!isThere) console.warn('SKIPPED: anchors in S3 need radosgw, ceph-mon, ceph-osd and ceph-common');

let store: ObjectStore;
let client: S3Client;
beforeAll(async () => {
  if (!isThere) return;
  store = await startObjectStore();
  const { endpoint, credentials } = store;
  client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 });
}, 120_000);
afterAll(async () => {
  client?.destroy();
  await store?.close();
});

let buckets = 0;
async function bucket(locks = true): Promise<string> {
  const Bucket = `checkpoints-${(buckets += 1)}`;
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: locks }));
  return Bucket;
}
const on = (name: string, more: Partial<S3AnchorOptions> = {}): ReturnType<typeof s3Anchor> =>
  s3Anchor({ client, bucket: name, retainDays: 1, mode: 'COMPLIANCE', timeoutMs: 10_000, ...more });

whereThere('S3 that enforces Object Lock', () => {
  battery('S3', true, async () => {
    const name = await bucket();
    let isRuined = false;
    return {
      // What was there stays, whatever is done to the bucket: it is another one that does not answer.
      anchor: () => on(name, { prefix: 'of/audit/', client: { send: (...args) => (isRuined ? Promise.reject(new Error('connect ECONNREFUSED')) : client.send(...args)) } }), // prettier-ignore
      ruin: () => void (isRuined = true),
      close: () => undefined,
    };
  });

  it('keeps a checkpoint that its owner deletes, and one that is written over', async () => {
    const name = await bucket();
    const anchor = on(name);
    const origin = 'log-1/registry';
    const [one, other] = [await checkpoint(origin, 5, 'aa'), await checkpoint(origin, 5, 'bb')];
    await anchor.put(one);
    const { Versions = [] } = await client.send(new ListObjectVersionsCommand({ Bucket: name }));
    const [{ Key, VersionId } = {}] = Versions;
    expect(Key).toBe('log-1/registry/0000000000000005');
    await expect(client.send(new DeleteObjectCommand({ Bucket: name, Key, VersionId }))).rejects.toMatchObject({ name: 'AccessDenied' }); // prettier-ignore
    await client.send(new DeleteObjectCommand({ Bucket: name, Key })); // a marker
    expect((await listed(anchor, origin)).map(({ note }) => note)).toEqual([one.note]);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // its clock tells seconds
    await anchor.put(other);
    await client.send(new PutObjectCommand({ Bucket: name, Key, Body: Buffer.from('written over') }));
    expect((await listed(anchor, origin)).map(({ note }) => note)).toEqual([one.note, other.note, 'written over']);
  });

  it('reads on where a page ends, also between versions of one size', async () => {
    const name = await bucket();
    const origin = 'log-1/registry';
    // The server gives a thousand at once; asked for three it shows what then comes.
    const small: S3AnchorOptions['client'] = {
      send: (command: { input: object }, options) => {
        if (command instanceof ListObjectVersionsCommand) Object.assign(command.input, { MaxKeys: 3 });
        return client.send(command as never, options as never);
      },
    };
    const anchor = on(name, { client: small });
    const put = [];
    for (const size of [1, 2, 3, 4, 5, 20])
      for (const root of ['aa', 'bb']) put.push(await checkpoint(origin, size, root));
    for (const each of put) await anchor.put(each);
    const found = await listed(anchor, origin);
    expect(found.map(({ note }) => note).toSorted()).toEqual(put.map(({ note }) => note).toSorted());
    expect((await listed(anchor, origin, 5)).map(({ note }) => note).toSorted()).toEqual(put.slice(-4).map(({ note }) => note).toSorted()); // prettier-ignore
  });

  it('refuses a bucket that locks nothing, and says how to get one that does', async () => {
    const name = await bucket(false);
    await client.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }));
    const refused = { code: 'AUDIT_ANCHOR_UNAVAILABLE', message: expect.stringMatching(/no Object Lock.*put-object-lock-configuration/s) }; // prettier-ignore
    await expect(on(name).put(await checkpoint('log-1', 1))).rejects.toMatchObject(refused);
    const missing = { code: 'AUDIT_ANCHOR_UNAVAILABLE', message: expect.stringContaining('GetBucketObjectLockConfiguration') }; // prettier-ignore
    await expect(on('there-is-none').put(await checkpoint('log-1', 1))).rejects.toMatchObject(missing);
  });

  it('does not read what is too large to be a checkpoint', async () => {
    const name = await bucket();
    const anchor = on(name);
    await anchor.put(await checkpoint('log-1', 1));
    await client.send(new PutObjectCommand({ Bucket: name, Key: `log-1/${'2'.padStart(16, '0')}`, Body: Buffer.alloc(200_000) })); // prettier-ignore
    await expect(listed(anchor, 'log-1')).rejects.toMatchObject({ message: expect.stringContaining('too large') });
  });
});

describe('options of s3Anchor', () => {
  const right = {
    client: { send: () => Promise.resolve() },
    bucket: 'checkpoints',
    retainDays: 365,
    mode: 'COMPLIANCE',
  };
  it.each([
    [{ mode: 'GOVERNANCE' }, /COMPLIANCE/],
    [{ retainDays: 0 }, /1 to 3650/],
    [{ retainDays: 36_500 }, /1 to 3650/],
    [{ retainDays: undefined }, /1 to 3650/],
    [{ bucket: 's3://checkpoints' }, /bucket/],
    [{ prefix: 'no-slash' }, /slash/],
    [{ prefix: '/' }, /slash/],
    [{ client: undefined }, /S3Client/],
    [{ timeoutMs: 0 }, /timeoutMs/],
  ])('that are wrong are refused: %j', (wrong, message) => {
    expect(() => s3Anchor({ ...right, ...wrong } as never)).toThrow(expect.objectContaining({ code: 'AUDIT_OPTIONS_INVALID', message: expect.stringMatching(message) })); // prettier-ignore
    expect(s3Anchor(right as never).name).toBe('s3 checkpoints/');
  });
});
