import { AuditError } from '../event/errors.js';
import type { JsonObject } from '../event/types.js';
import { visible } from '../event/visible.js';
import { members } from './as-json.js';
import { fitted } from './fit.js';
import type { Format } from './format.js';
import { ownRecord } from './ndjson.js';
import { listOf } from './record-line.js';
import type { Seen } from './seen.js';
import { traceOf } from './verb.js';

export interface CloudEventsOptions {
  /** In front of the action in `type`: a domain of yours, backwards, as `com.example.audit`. @defaultValue `'audit'` */
  readonly typePrefix?: string;
  /** URI of a schema of `data`, if you publish one. */
  readonly dataSchema?: string;
}

const PREFIX = /^[a-z0-9]+([.-][a-z0-9]+)*$/i;

/**
 * CloudEvents 1.0 in its JSON format: one event, or a batch. `data` is the entry as `ndjson()` gives it.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`
 */
export function cloudEvents({ typePrefix = 'audit', dataSchema }: CloudEventsOptions = {}): Format {
  const isWell =
    PREFIX.test(typePrefix) && typePrefix.length <= 128 && (dataSchema === undefined || URL.canParse(dataSchema));
  if (!isWell)
    throw new AuditError('AUDIT_OPTIONS_INVALID', "cloudEvents() takes typePrefix as 'com.example.audit' and dataSchema as a URI"); // prettier-ignore
  return {
    name: 'cloudevents',
    version: '1.0',
    contentType: 'application/cloudevents+json',
    batch: listOf('application/cloudevents-batch+json'),
    format: (followed, options = {}) => fitted(followed, options, (seen) => record(seen, typePrefix, dataSchema)),
  };
}

function record(seen: Seen, typePrefix: string, dataSchema: string | undefined): JsonObject {
  const { text } = seen;
  const { trace, span } = traceOf(seen);
  return members({
    specversion: '1.0',
    id: attribute(text.id ?? text.hash ?? 'unreadable'),
    source: `urn:audit:${encodeURI(text.origin ?? 'unreadable')}`,
    type: attribute(`${typePrefix}.${text.action ?? 'unreadable'}`),
    subject: text.type === undefined ? undefined : attribute(text.resourceId === undefined ? text.type : `${text.type}/${text.resourceId}`), // prettier-ignore
    time: (seen.occurredAt ?? seen.sealedAt)?.text,
    datacontenttype: 'application/json',
    dataschema: dataSchema,
    // In the order of the chain, as text that sorts.
    sequence: seen.seq === undefined ? undefined : String(seen.seq).padStart(20, '0'),
    partitionkey: text.tenant === undefined ? undefined : attribute(text.tenant),
    traceparent: trace === undefined || span === undefined ? undefined : `00-${trace}-${span}-00`,
    data: ownRecord(seen),
  });
}

/** Attributes travel as headers, too: no control characters, and nothing that no Unicode has assigned. */
const attribute = (text: string): string => visible(text, Number.POSITIVE_INFINITY);
