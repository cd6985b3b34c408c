import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { AnchorPlace } from '../checkpoint/port.js';
import type { PolicyReader } from './policy.js';

/** Members of each type: true, if it must be there. */
const MEMBERS: Readonly<Record<AnchorPlace['type'], Readonly<Record<string, boolean>>>> = {
  file: { path: true },
  directory: { path: true },
  webhook: { listUrl: true, secretVariable: true },
  postgres: { urlVariable: true, table: false },
  s3: { bucket: true, prefix: false, region: false, endpoint: false },
};

/** @throws AuditError `AUDIT_POLICY_INVALID` */
export function parseAnchorPlace(value: unknown, reader: PolicyReader): AnchorPlace {
  const place = reader.object(value, 'each of "anchors"');
  const types = Object.keys(MEMBERS);
  const type = place['type'];
  if (typeof type !== 'string' || !types.includes(type))
    throw reader.wrong('anchors', `the "type" of each must be one of ${types.join(', ')}`);
  const members = MEMBERS[type as AnchorPlace['type']]; // looked up above
  reader.only(place, ['type', ...Object.keys(members)], `an anchor of type ${type}`);
  for (const [name, isNeeded] of Object.entries(members)) {
    const text = place[name];
    if (text === undefined ? isNeeded : typeof text !== 'string' || text === '' || text.length > 2_000)
      throw reader.wrong(text === undefined ? 'anchors' : name, `an anchor of type ${type} needs "${name}", a text`);
  }
  for (const name of ['urlVariable', 'secretVariable'])
    // Without what is there: whoever mistakes it has put a password into it.
    if (place[name] !== undefined && !/^[A-Za-z_]\w{0,199}$/.test(place[name] as string))
      throw reader.wrong(name, 'it must be the NAME of an environment variable, such as AUDIT_ANCHOR_DATABASE_URL, and no URL or secret itself'); // prettier-ignore
  return place as unknown as AnchorPlace; // each of its members was looked at
}

/**
 * One place named twice would agree with itself, and be two of a quorum.
 * @throws AuditError `AUDIT_POLICY_INVALID`, with the line of the second
 */
export function refuseSamePlaces(places: readonly AnchorPlace[], reader: PolicyReader): void {
  const known = new Set<string>();
  for (const place of places) {
    const [member, key] = placeKey(place);
    if (known.has(key))
      throw reader.wrong(member, 'this anchor is there twice, and counts once: name each place once', valueOf(place, member)); // prettier-ignore
    known.add(key);
  }
}

const valueOf = (place: AnchorPlace, member: string): string =>
  String((place as unknown as Readonly<Record<string, unknown>>)[member]); // one of its members

/** What tells it apart, in one way of writing, and the member that says so. */
function placeKey(place: AnchorPlace): readonly [member: string, key: string] {
  switch (place.type) {
    case 'file':
    case 'directory':
      return ['path', `path ${real(resolve(place.path))}`];
    case 'webhook':
      return ['listUrl', `url ${urlKey(place.listUrl)}`];
    case 'postgres':
      return ['urlVariable', `table ${place.urlVariable} ${tableKey(place.table)}`];
    default:
      return ['bucket', `bucket ${endpointKey(place.endpoint)} ${place.bucket}/${place.prefix ?? ''}`];
  }
}

/** Of a table of a database. */
export const tableKey = (table = 'audit_checkpoints'): string => table.replace(/^public\./, '');

/** Through links, where it is here. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function urlKey(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  url.hash = '';
  return url.href;
}

/** A name of a bucket is given once, whatever the region. */
function endpointKey(endpoint: string | undefined): string {
  const url = endpoint === undefined ? 'https://s3.amazonaws.com/' : urlKey(endpoint);
  return /^https?:\/\/[^/]*\.amazonaws\.com(\/|$)/.test(url) ? 'amazonaws.com' : url.replace(/\/$/, '');
}
