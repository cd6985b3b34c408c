import type { JsonObject, JsonValue } from '../../event/types.js';
import { members } from '../as-json.js';
import type { Seen } from '../seen.js';
import type { OcsfVersion } from './classes.js';
import { userOf } from './who.js';

type Members = Readonly<Record<string, JsonValue | undefined>>;

/** What a record of this class is about: the members that the class alone has. */
export function subjectOf(seen: Seen, classUid: number, version: OcsfVersion): Members {
  const { text, part } = seen;
  switch (classUid) {
    case 3001:
    case 3007:
      return { user: userOf(text.resourceId, undefined, text.resourceId === undefined ? text.type : undefined) };
    case 3008:
      return { iam_role: named(seen) };
    case 3002:
      return { user: whoCame(seen), service: { name: text.origin ?? 'unknown' } };
    case 3004:
      return {
        entity: entity(seen, part.old),
        [version === '1.8.0' ? 'entity_result' : 'updated_entity']:
          part.new === undefined ? undefined : entity(seen, part.new),
        comment: text.reason,
      };
    case 6005:
      return {
        type_id: 3,
        ...(text.type === undefined
          ? { database: { name: text.origin ?? 'unknown', type: 'Relational', type_id: 1 } }
          : { table: { name: text.type } }),
      };
    default:
      return {
        api: { operation: text.action ?? 'unreadable' },
        resources: text.type === undefined && text.resourceId === undefined ? undefined : [members({ ...named(seen), type: text.type })], // prettier-ignore
      };
  }
}

function named({ text }: Seen): JsonObject {
  return members({ uid: text.resourceId, name: text.resourceId === undefined ? (text.type ?? 'unknown') : undefined });
}

function entity(seen: Seen, data: JsonValue | undefined): JsonObject {
  return members({ ...named(seen), type: seen.text.type ?? 'unknown', type_id: 99, data });
}

/** Who wanted to come in: before he has proven it, whom he claims to be. */
function whoCame({ text }: Seen): JsonObject {
  const isClaim = text.actorId === undefined && (text.claimedId ?? text.claimedEmail) !== undefined;
  if (isClaim) return userOf(text.claimedId, text.claimedEmail, undefined);
  return userOf(text.actorId, text.email, text.actorType);
}
