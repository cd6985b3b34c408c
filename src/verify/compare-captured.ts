import { entryText, finishOpening, laneOf, tenantKey } from '../chain/entry.js';
import type { HeadsMember } from '../chain/body.js';
import { finish, type Finished } from '../chain/finish.js';
import { isHeadsMember } from '../chain/heads.js';
import { finishRegistry, isRegistryKind, parseTold, REGISTRY, type RegistryKind } from '../chain/registry.js';
import { parseJsonObject } from '../event/json-object.js';
import { emailKey, projected } from '../event/identity.js';
import { uuidV7Time } from '../event/uuid.js';
import { checkForm, isEntryId, type ParsedBody } from './parse-body.js';
import type { Found } from './report.js';
import { show } from './show.js';
import type { ContentRecord, EntryRecord } from './source.js';

/** An id may be this much later than the time: a sealer that sees more than 2^20 rows of one microsecond counts on into the next. */
const ID_TOLERANCE_MICROS = 1_000;
const TX = /^([0-9a-f]{8})\.\d+$/;
/** Flags that come out of the actor section. */
const OF_THE_ACTOR = new Set(['malformed', 'truncated']);

/**
 * Derives the entry anew from its captured row, as a sealer does, and compares. What cannot be derived is not compared: what comes
 * out of an actor section that is gone, the time of a row that has none, the incarnation in `tx`.
 * @param known `isActorThere`, `isDataThere`: the section is the one that was sealed; `isOld`: the entry has no later projections
 */
export function compareWithCaptured(
  entry: EntryRecord,
  body: ParsedBody,
  content: ContentRecord,
  chainTenant: string,
  { isActorThere, isDataThere, isOld }: { readonly [K in 'isActorThere' | 'isDataThere' | 'isOld']: boolean },
  found: Found,
): void {
  const isActorKnown = isActorThere || body.commit.actor === null;
  const finished = derive(entry, body, content, isActorThere);
  const at = content.at ?? entry.occurredAt;
  const text = entryTextOr(finished, body.id, at, content);
  if (text?.body !== entry.body) {
    checkForm(body, entry.body, found);
    if (text !== undefined) differences(body, text.body, isActorKnown, found);
  }
  if (entry.chain === REGISTRY.chain && entry.seq !== 0 && !isOfRegistry(content))
    found(
      'CAPTURE_DIFFERS',
      `the registry holds nothing that was captured as ${show(content.source)} ${show(content.op)}`,
    );
  const compare = (column: string, stored: string | null, captured: string | null): void => {
    if (stored !== captured)
      found('PROJECTION_ALTERED', `column ${column} says ${show(stored)}, the sealed bytes say ${show(captured)}`);
  };
  if (isActorKnown) {
    compare('actor_id', entry.actorId, projected(finished.actorId));
    compare('request_id', entry.requestId, projected(finished.requestId));
    if (!isOld) {
      compare('actor_email', entry.actorEmail, emailKey(finished.actorEmail));
      compare('address', entry.address, projected(finished.address));
    }
    const tenant = finished.tenant === REGISTRY.tenant && entry.chain === REGISTRY.chain ? REGISTRY.tenant : tenantKey(finished.tenant); // prettier-ignore
    if (tenant !== chainTenant)
      found('CAPTURE_DIFFERS', `the captured row is of the tenant ${show(tenant)}, its entry is in the chain of ${show(chainTenant)}`); // prettier-ignore
  }
  if (!isOld && (isDataThere || body.commit.data === null)) {
    compare('plate', entry.plate, projected(finished.plate));
    compare('subject', entry.subject, projected(finished.subject));
  }
  if (content.at === undefined && entry.occurredAt > entry.sealedAt + 999)
    found('CAPTURE_DIFFERS', 'the captured row has no time, and its entry one after it was sealed');
  const id = projected(content.resourceId ?? undefined);
  if (entry.resourceId !== id)
    found('CAPTURE_DIFFERS', `column resource_id says ${show(entry.resourceId)}, its captured row says ${show(id)}`);
}

function isOfRegistry(content: ContentRecord): content is ContentRecord & { readonly op: RegistryKind } {
  return content.source === 'control' && isRegistryKind(content.op);
}

function derive(entry: EntryRecord, body: ParsedBody, content: ContentRecord, isActorThere: boolean): Finished {
  if (entry.seq === 0) return finishOpening(content.tenant ?? '', body.commit);
  if (entry.chain === REGISTRY.chain && isOfRegistry(content))
    return finishRegistry(content.op, body.commit, content.op === 'heads' ? headsOf(body, content) : undefined);
  const [, incarnation = ''] = TX.exec(String(body.tx)) ?? [];
  const { actor: commitActor, data: commitData } = body.commit;
  const sections = { actor: isActorThere ? content.actor : null, access: content.data };
  return finish({ ...content, ...sections, commitActor, commitData }, incarnation);
}

function entryTextOr(finished: Finished, id: string, at: number, content: ContentRecord) {
  try {
    return entryText(finished, { id, at, isTimeLost: content.at === undefined }, content.resourceId);
  } catch {
    return undefined; // the time of a row without one, which somebody made no time; told as a column that was altered
  }
}

function differences(body: ParsedBody, derived: string, isActorKnown: boolean, found: Found): void {
  const captured = (parseJsonObject(derived) ?? {}) as ParsedBody;
  for (const member of new Set([...Object.keys(body), ...Object.keys(captured)])) {
    const [sealed, wanted] = [JSON.stringify(body[member]), JSON.stringify(captured[member])];
    if (sealed === wanted || member === 'commit') continue;
    if (member === 'flags' && !isActorKnown && isSame(body.flags, captured.flags)) continue;
    found('CAPTURE_DIFFERS', `the entry says ${member} ${show(body[member])}, its captured row says ${show(captured[member])}`); // prettier-ignore
  }
}

function isSame(sealed: unknown, captured: readonly string[] = []): boolean {
  const rest = (flags: readonly unknown[]): string => flags.filter((flag) => !OF_THE_ACTOR.has(String(flag))).join();
  return rest(Array.isArray(sealed) ? sealed : []) === rest(captured);
}

/** An id that is later than its change's time is right only if a change of the same transaction has that time. */
export interface LateId {
  readonly xid: string;
  readonly time: string;
}

/** Compares the time in an id with the time of its entry. Resolves to what only the other changes of a transaction can tell. */
export function checkIdTime(entry: EntryRecord, body: ParsedBody, found: Found): LateId | undefined {
  if (!isEntryId(body.id)) {
    found('BODY_INVALID', `no sealer writes id as ${show(body.id)}`);
    return undefined;
  }
  const at = entry.occurredAt;
  const time = body.id.slice(0, 18);
  // Of a time that is none the column is found to be altered.
  if (!Number.isSafeInteger(at) || at < 0 || time === uuidV7Time(at)) return undefined;
  if (time > uuidV7Time(at) && time <= uuidV7Time(at + ID_TOLERANCE_MICROS)) return undefined;
  const lane = entry.content === null || entry.content === undefined ? undefined : laneOf(entry.content);
  if (time > uuidV7Time(at) && lane !== undefined) return { xid: lane, time };
  found('ID_WRONG', `the id ${show(body.id)} is not of the time ${show(body.occurredAt)}`);
  return undefined;
}

/** Its root is for whoever has walked the chains; its count follows from the data section, where that is there. */
function headsOf(body: ParsedBody, { data }: ContentRecord): HeadsMember | undefined {
  const { heads } = body;
  const told = parseTold(data ?? '');
  return isHeadsMember(heads) && told !== undefined ? { count: told.length, root: heads.root } : heads;
}
