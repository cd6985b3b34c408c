import { AuditError } from '../event/errors.js';
import { asJson } from './as-json.js';
import { fitted } from './fit.js';
import { mostBytes, type Followed, type Format } from './format.js';
import { ownRecord } from './ndjson.js';
import { LINES, recordLine } from './record-line.js';
import { sentAlone } from './values.js';

/** Makes a record of an entry, which has its `old` and `new` values only as far as they go out. */
export type Mapper = (followed: Followed) => object;

/**
 * A format of your own. What the mapper throws is thrown: a follower sets such an entry aside, with its reason. What it gives is made
 * plain JSON; a record that is larger than `maxBytes` is ours in its place, which says `cut: ["record"]`.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function mapped(name: string, mapper: Mapper, batch: Format['batch'] = LINES): Format {
  if (typeof name !== 'string' || name === '' || typeof mapper !== 'function')
    throw new AuditError('AUDIT_OPTIONS_INVALID', 'mapped() takes a name, and a function from an entry to an object');
  return {
    name,
    version: '1',
    contentType: 'application/json',
    batch,
    format(followed, options = {}) {
      const most = mostBytes(options);
      const given: unknown = mapper(sentAlone(followed, options));
      const { json } = asJson(given, most);
      const isRecord = typeof json === 'object' && json !== null && !Array.isArray(json);
      if (isRecord && Buffer.byteLength(recordLine(json)) <= most) return json;
      return fitted(followed, options, (seen) => ownRecord({ ...seen, cut: [...seen.cut, 'record'] }));
    },
  };
}
