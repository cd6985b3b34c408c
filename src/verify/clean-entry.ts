import { commitment } from '../chain/commitment.js';
import { entryText, tenantKey } from '../chain/entry.js';
import { finish, type Finished } from '../chain/finish.js';
import { projected } from '../event/identity.js';
import { parseJsonObject } from '../event/json-object.js';
import { uuidV7Time } from '../event/uuid.js';
import { isEntryId } from './parse-body.js';
import type { ContentRecord, EntryRecord } from './source.js';

const TX = /^[0-9a-f]{8}\.\d+$/;

/**
 * The short way: makes of the captured row what a sealer makes of it, and compares. Where body and columns are that to the letter,
 * nothing that `checkEntry` looks at can be wrong, and no body had to be taken apart. Of everything else it says nothing.
 * @returns how many sections the entry has, or `undefined`: look closer
 */
export function sectionsIfClean(entry: EntryRecord, chainTenant: string, isOld: boolean): number | undefined {
  const { content, occurredAt } = entry;
  // An opening is derived otherwise.
  if (content === null || content === undefined || entry.seq === 0 || content.tooLarge === true) return undefined;
  if (content.at !== occurredAt || entry.tenant !== chainTenant) return undefined;
  if (!isEntryId(entry.id) || !entry.id.startsWith(uuidV7Time(occurredAt))) return undefined;
  const { actor, saltActor, data, saltData } = content;
  if ((actor !== null && saltActor === null) || (data !== null && saltData === null)) return undefined;
  const dataId = data === null ? undefined : parseJsonObject(data)?.['id'];
  if (projected(typeof dataId === 'string' ? dataId : undefined) !== entry.resourceId) return undefined;

  const finished = finishAsSealed(entry, content);
  if (finished === undefined || tenantKey(finished.tenant) !== chainTenant) return undefined;
  const text = entryText(finished, { id: entry.id, at: occurredAt, isTimeLost: false }, content.resourceId);
  const isSame =
    text.body === entry.body &&
    text.action === entry.action &&
    text.outcome === entry.outcome &&
    text.actorId === entry.actorId &&
    text.requestId === entry.requestId &&
    text.resourceType === entry.resourceType &&
    text.resourceId === entry.resourceId &&
    text.group === entry.group &&
    (isOld ||
      (text.source === entry.source &&
        text.actorEmail === entry.actorEmail &&
        text.address === entry.address &&
        text.plate === entry.plate &&
        text.subject === entry.subject));
  return isSame ? Number(actor !== null) + Number(data !== null) : undefined;
}

function finishAsSealed(entry: EntryRecord, content: ContentRecord): Finished | undefined {
  const { actor, saltActor, data, saltData, xid } = content;
  const at = entry.body.lastIndexOf('"tx":"');
  const incarnation = entry.body.slice(at + 6, at + 14);
  if (at < 0 || !TX.test(`${incarnation}.${xid}`)) return undefined;
  // Member by member: a spread costs as much as a hash.
  const row = {
    xid,
    at: content.at,
    source: content.source,
    op: content.op,
    model: content.model,
    resourceId: content.resourceId,
    group: content.group,
    tenant: content.tenant,
    header: content.header,
    flags: content.flags,
    actor,
    commitActor: actor === null || saltActor === null ? null : commitment('actor', saltActor, actor),
    commitData: data === null || saltData === null ? null : commitment('data', saltData, data),
    access: data,
  };
  return finish(row, incarnation);
}
