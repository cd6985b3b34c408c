import { S3Client } from '@aws-sdk/client-s3';
import type { Anchor } from '../checkpoint/port.js';
import { s3Anchor } from './s3-anchor.js';

/** A bucket as it is read, with the credentials and the region that the environment gives. */
export function readS3Anchor(place: {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}): Pick<Anchor, 'name' | 'list'> {
  const { bucket, prefix, region, endpoint } = place;
  const client = new S3Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
  return s3Anchor({ client, bucket, prefix, mode: 'COMPLIANCE', retainDays: 1 }); // nothing is put
}
