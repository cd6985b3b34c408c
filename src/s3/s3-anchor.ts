import { createHash } from 'node:crypto';
import { GetObjectLockConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { AuditError, isAuditError } from '../event/errors.js';
import { anchorUnavailable, asUnavailable } from '../checkpoint/anchors/unavailable.js';
import { checkPut } from '../checkpoint/anchors/note-head.js';
import { messageOf } from '../checkpoint/node-error.js';
import type { Anchor } from '../checkpoint/port.js';
import { bounded } from './bounded-answer.js';
import { listVersions } from './list-versions.js';

/** An `S3Client` of any version 3. */
export interface S3Like {
  // oxlint-disable-next-line typescript/no-explicit-any -- the client's own signature is generic over commands that differ between versions
  send(command: any, options?: any): Promise<any>;
}

export interface S3AnchorOptions {
  /** An `S3Client` of `@aws-sdk/client-s3`, with the region and credentials of yours. */
  readonly client: S3Like;
  /** With Object Lock. Who is asked to write may need no more than PutObject, PutObjectRetention, GetBucketObjectLockConfiguration. */
  readonly bucket: string;
  /** In front of all keys: `'checkpoints/'`. @defaultValue none */
  readonly prefix?: string | undefined;
  /** How long nobody can delete or change a checkpoint, the account's owner included. Days, from 1 to 3,650: it cannot be taken back. */
  readonly retainDays: number;
  /** The only one: under GOVERNANCE whoever has the right can delete. */
  readonly mode: 'COMPLIANCE';
  /** Of one request. Milliseconds, from 100 to 120,000. @defaultValue 20,000 */
  readonly timeoutMs?: number | undefined;
}

/**
 * S3 with Object Lock: each checkpoint is a version of `<prefix><origin>/<size, 16 digits>`, locked when it is written. Listing gives every
 * version, also behind a delete marker.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function s3Anchor(options: S3AnchorOptions): Anchor {
  const { client, bucket, prefix = '', retainDays, mode, timeoutMs = 20_000 } = check(options);
  const name = `s3 ${bucket}/${prefix}`;
  const send = bounded((command) => client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) }));
  let isLocking = false;
  return {
    name,
    place: { type: 's3', bucket, ...(prefix === '' ? {} : { prefix }) },
    async put(checkpoint) {
      checkPut(checkpoint);
      const { origin, size, note } = checkpoint;
      const body = Buffer.from(note); // a stream with a checksum behind it gets 411 from older servers
      try {
        if (!isLocking) await checkLock(send, bucket, name);
        isLocking = true;
        // Unconditionally: `If-None-Match` looks at the current version alone, and nothing can take the place of a locked one.
        const { VersionId } = await send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: `${prefix}${origin}/${String(size).padStart(16, '0')}`,
            Body: body,
            ContentMD5: createHash('md5').update(body).digest('base64'), // asked for with a lock
            ContentType: 'text/plain; charset=utf-8',
            ObjectLockMode: mode,
            ObjectLockRetainUntilDate: new Date(Date.now() + retainDays * 86_400_000),
          }),
        );
        if (typeof VersionId !== 'string' || VersionId === 'null')
          throw anchorUnavailable(name, 'the bucket keeps no versions, so it locks nothing');
      } catch (error) {
        throw asUnavailable(name, 'it is not known to be kept', error);
      }
    },
    list: (origin, from = 0) => listVersions(send, { bucket, prefix: `${prefix}${origin}/`, from, name }),
  };
}

/** @throws AuditError `AUDIT_ANCHOR_UNAVAILABLE`, with the command to run */
async function checkLock(send: S3Like['send'], bucket: string, name: string): Promise<void> {
  try {
    const { ObjectLockConfiguration } = await send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
    if (ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled') return;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'name' in error ? error.name : undefined;
    if (isAuditError(error) || code !== 'ObjectLockConfigurationNotFoundError')
      throw anchorUnavailable(name, `it cannot be asked whether the bucket locks objects (s3:GetBucketObjectLockConfiguration): ${messageOf(error)}`, error); // prettier-ignore
  }
  throw anchorUnavailable(
    name,
    `the bucket has no Object Lock. Take a new one: aws s3api create-bucket --bucket NAME --object-lock-enabled-for-bucket; or switch it on: aws s3api put-bucket-versioning --bucket ${bucket} --versioning-configuration Status=Enabled && aws s3api put-object-lock-configuration --bucket ${bucket} --object-lock-configuration ObjectLockEnabled=Enabled`,
  );
}

function check(options: S3AnchorOptions): S3AnchorOptions {
  const { client, bucket, prefix, retainDays, mode, timeoutMs } = options ?? {};
  if (typeof client?.send !== 'function') throw invalid('client must be an S3Client: new S3Client({ region })');
  if (typeof bucket !== 'string' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw invalid('bucket must be the name of a bucket');
  if (prefix !== undefined && (typeof prefix !== 'string' || !/^([\w.~-]+\/)*$/.test(prefix) || prefix.length > 500))
    throw invalid("prefix must end with a slash and have nothing but letters, digits and .~_-: 'checkpoints/'");
  if (!Number.isInteger(retainDays) || retainDays < 1 || retainDays > 3_650)
    throw invalid(
      'retainDays must be a whole number from 1 to 3650: what is locked stays until then, whatever happens',
    );
  if (mode !== 'COMPLIANCE')
    throw invalid("mode must be 'COMPLIANCE': under any other, somebody can delete what is anchored");
  if (timeoutMs !== undefined && (!Number.isInteger(timeoutMs) || timeoutMs < 100 || timeoutMs > 120_000))
    throw invalid('timeoutMs must be a whole number from 100 to 120000');
  return options;
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', `s3Anchor: ${message}`);
}
