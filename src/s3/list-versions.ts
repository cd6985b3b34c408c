import { GetObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { MAX_NOTE_BYTES } from '../checkpoint/anchors/note-head.js';
import { anchorUnavailable, asUnavailable } from '../checkpoint/anchors/unavailable.js';
import { messageOf } from '../checkpoint/node-error.js';
import type { AnchoredNote } from '../checkpoint/port.js';
import { textOf } from './bounded-answer.js';
import type { S3Like } from './s3-anchor.js';

export interface VersionsOf {
  readonly bucket: string;
  /** Ends with a slash; behind it come 16 digits. */
  readonly prefix: string;
  /** Smallest size. */
  readonly from: number;
  readonly name: string;
}

/** What a listing says of a version; each member may be missing. */
interface Version {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly LastModified?: Date;
  readonly Size?: number;
}

/** Versions of one checkpoint that are held in memory; honest writers make one or two. */
const MAX_VERSIONS = 1_000;
const AT_ONCE = 16;

/** Every version of every checkpoint, by size, and those of one size the oldest first; delete markers hide nothing. */
export async function* listVersions(send: S3Like['send'], of: VersionsOf): AsyncGenerator<AnchoredNote> {
  let ready: Version[] = [];
  let group: Version[] = []; // of one size; a page may end among them
  try {
    for await (const version of versionsOf(send, of)) {
      if (group[0] !== undefined && group[0].Key !== version.Key) {
        ready.push(...oldestFirst(group));
        group = [];
      }
      group.push(version);
      if (group.length > MAX_VERSIONS)
        throw anchorUnavailable(of.name, `there are more than ${MAX_VERSIONS} versions of ${JSON.stringify(version.Key)}: somebody else writes there`); // prettier-ignore
      while (ready.length >= AT_ONCE)
        yield* await Promise.all(ready.splice(0, AT_ONCE).map((each) => noteOf(send, of, each)));
    }
    ready.push(...oldestFirst(group));
    while (ready.length > 0) yield* await Promise.all(ready.splice(0, AT_ONCE).map((each) => noteOf(send, of, each)));
  } catch (error) {
    throw asUnavailable(of.name, 'cannot be read', error);
  }
}

/** The sort is stable: within a second, which is all that some listings know, their order decides. */
function oldestFirst(newestFirst: readonly Version[]): Version[] {
  return newestFirst.toReversed().sort((a, b) => Number(a.LastModified) - Number(b.LastModified));
}

async function* versionsOf(send: S3Like['send'], { bucket, prefix, from }: VersionsOf): AsyncGenerator<Version> {
  // Listing begins behind the marker.
  let marker = from > 1 ? { KeyMarker: `${prefix}${String(from - 1).padStart(16, '0')}` } : {};
  for (;;) {
    const page = await send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...marker }));
    for (const version of (page.Versions ?? []) as readonly Version[]) {
      const size = version.Key?.slice(prefix.length) ?? '';
      // Another origin can begin like this one.
      if (/^\d{16}$/.test(size) && Number(size) >= from) yield version;
    }
    if (page.IsTruncated !== true) return;
    if (typeof page.NextKeyMarker !== 'string') throw new Error('the listing ends in the middle');
    marker = { KeyMarker: page.NextKeyMarker, ...(page.NextVersionIdMarker ? { VersionIdMarker: page.NextVersionIdMarker } : {}) }; // prettier-ignore
  }
}

async function noteOf(send: S3Like['send'], { bucket, name }: VersionsOf, version: Version): Promise<AnchoredNote> {
  const { Key, VersionId, LastModified, Size } = version;
  const which = `version ${JSON.stringify(VersionId)} of ${JSON.stringify(Key)}`;
  if (Size === undefined || Size > MAX_NOTE_BYTES)
    throw anchorUnavailable(name, `${which} is too large for a checkpoint: somebody else writes there`);
  const { Body } = await send(new GetObjectCommand({ Bucket: bucket, Key, VersionId }));
  try {
    return { note: await textOf(Body, Size), storedAt: LastModified?.getTime() };
  } catch (error) {
    throw anchorUnavailable(name, `${which} cannot be read as it is listed, with ${Size} bytes: ${messageOf(error)}`, error); // prettier-ignore
  }
}
