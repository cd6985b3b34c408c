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
