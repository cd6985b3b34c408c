import { parseSentence, type SentencePlace } from '../../event/sentence.js';
import type { SessionAnswer, ShownEntry } from '../answers.js';
import { asSentence, fill, joined, shorten, text, type Part, type Parts } from './fill.js';
import { actorParts, personParts, word, type Missing } from './sentence-actor.js';
import { changesParts, namedParts, updateParts, valueParts } from './sentence-changes.js';
import { accessParts, logParts } from './sentence-log.js';
import { verbOf } from './sentence-verb.js';
import { saying, sentences } from './sentence-texts.js';

export interface Telling {
  /** Of the catalogue of actions. */
  readonly actions?: SessionAnswer['actions'] | undefined;
  /** Rows that changed in the same unit of work, where that is known. */
  readonly rows?: number | undefined;
  /** Where all entries are of one actor it need not be said. */
  readonly isActorKnown?: boolean | undefined;
  /** Why there is no actor section. */
  readonly actor?: Missing | undefined;
}

/** One sentence that says an entry. Total: whatever is stored, and in any part of it. */
export function sentenceOf(entry: ShownEntry, { actions, rows, actor: missing, isActorKnown }: Telling = {}): Parts {
  const places = { actor: isActorKnown ? [] : actorParts(entry, missing), resource: resourceParts(entry.resource) };
  const told = ofCatalogue(entry, actions, places) ?? ofOurs(entry, places);
  const also = rows === undefined || rows < 1 ? [] : fill(rows === 1 ? saying.row : saying.rows, { rows, count: rows });
  return asSentence(joined([told, also]));
}

/** What was acted upon, by its type and id. */
export function resourceParts(resource: ShownEntry['resource']): Parts {
  if (resource === undefined) return [];
  const { type, id } = resource;
  return [{ kind: 'resource', text: shorten(id === undefined ? type : `${type} ${idText(id)}`), type, id }];
}

/** A composite key is a list in JSON. */
export function idText(id: string): string {
  if (!id.startsWith('[')) return id;
  try {
    const parts: unknown = JSON.parse(id);
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts.join(' / ') : id;
  } catch {
    return id;
  }
}

/** Whether the application's own template makes it: then what it says is no seal's. */
export const isOfTemplate = (entry: ShownEntry, actions: Telling['actions']): boolean =>
  ofCatalogue(entry, actions, { actor: [], resource: [] }) !== undefined;

type Places = Readonly<{ actor: Parts; resource: Parts }>;

/** By the application's own template; it tells of what has happened alone. */
function ofCatalogue(entry: ShownEntry, actions: Telling['actions'], places: Places): Parts | undefined {
  if (actions === undefined || !Object.hasOwn(actions, entry.action)) return undefined;
  if (entry.outcome !== 'success' && entry.outcome !== 'partial') return undefined;
  const template = parseSentence(actions[entry.action]?.sentence);
  const told =
    template &&
    joined(template.map((part) => (typeof part === 'string' ? [text(part)] : placeParts(part, entry, places))));
  return told && joined([told, ending(entry)]);
}

function placeParts([name, ...path]: SentencePlace, entry: ShownEntry, places: Places): Parts {
  switch (name) {
    case 'actor':
      return places.actor;
    case 'resource':
      return places.resource.length > 0 ? places.resource : [text(saying.missing)];
    case 'changes':
      if (entry.abridged && entry.changes.length > 0) return namedParts(entry.changes);
      return entry.changes.length > 0 ? changesParts(entry.changes) : [text(saying.missing)];
  }
  let value: unknown = entry[name as 'reason' | 'tenant' | 'details' | 'old' | 'new']; // the others that there are
  for (const step of path)
    value =
      typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? Reflect.get(value, step) : undefined;
  if (value === undefined) return [text(entry.abridged ? saying.tooLargeHere.trim() : saying.missing)];
  return valueParts(value);
}

function ofOurs(entry: ShownEntry, places: Places): Parts {
  return logParts(entry, places) ?? accessParts(entry, places) ?? signing(entry, places) ?? change(entry, places) ?? reading(entry, places) ?? performed(entry, places); // prettier-ignore
}

function signing({ action, outcome, details, actor }: ShownEntry, places: Places): Parts | undefined {
  if (action === 'auth.logout' && outcome === 'success') return fill(sentences.signedOut, places);
  if (action !== 'auth.login') return undefined;
  if (outcome === 'success') return fill(sentences.signedIn, places);
  const said = details?.['claimed'];
  const claimed = typeof said === 'object' && said !== null && !Array.isArray(said) ? said : undefined;
  const known = claimed ?? (word(actor?.['id']) === undefined ? undefined : actor);
  if (known === undefined) return fill(sentences.signInFailedUnknown, {});
  return fill(outcome === 'denied' ? sentences.signInDenied : sentences.signInFailed, { claimed: personParts(known) });
}

function change(entry: ShownEntry, places: Places): Parts | undefined {
  const { action, source, resource, outcome, details } = entry;
  if (outcome !== 'success' || action.split('.').at(-2) !== resource?.type) return undefined;
  const isChange =
    source === 'change' || source === 'change.client' || entry.old !== undefined || entry.new !== undefined;
  switch (isChange ? action.split('.').at(-1) : '') {
    case 'create':
      return fill(sentences.created, places);
    case 'delete':
      return fill(sentences.deleted, places);
    case 'update':
      return updateParts(entry, places);
    case 'truncate':
      return fill(sentences.truncated, {
        ...places,
        type: value(resource?.type),
        count: valueParts(details?.['rows'] ?? '?'),
      });
  }
  return undefined;
}

function reading({ action, source, resource, details, outcome }: ShownEntry, places: Places): Parts | undefined {
  if (source !== 'read' || outcome !== 'success' || resource === undefined || !action.endsWith('.read'))
    return undefined;
  const ids = details?.['ids'];
  if (resource.id !== undefined) return fill(sentences.read, places);
  if (Array.isArray(ids) && ids.length === 1 && typeof ids[0] === 'string')
    return fill(sentences.read, { ...places, resource: resourceParts({ ...resource, id: ids[0] }) });
  const rows = details?.['count'];
  const said = { ...places, type: value(resource.type) };
  if (typeof rows !== 'number') return fill(sentences.readSome, said);
  return rows === 0 ? fill(sentences.readNone, said) : fill(sentences.readSeveral, { ...said, count: rows });
}

/** Anything else that an application calls an action. */
function performed(entry: ShownEntry, places: Places): Parts {
  const { action, outcome, resource } = entry;
  const happened = outcome === 'success' || outcome === 'partial';
  const verb = verbOf(action, resource?.type);
  const template = happened
    ? verb ? sentences.did : resource ? sentences.performedOn : sentences.performed
    : verb ? sentences.tried : resource ? sentences.triedPerformedOn : sentences.triedPerformed; // prettier-ignore
  return joined([fill(template, { ...places, ...verb, action: value(action) }), ending(entry)]);
}

function ending({ outcome, error }: ShownEntry): Parts {
  switch (outcome) {
    case 'success':
      return [];
    case 'partial':
      return [text(saying.partly)];
    case 'denied':
      return [text(saying.denied)];
    case 'failure':
      return error === undefined
        ? [text(saying.failed)]
        : fill(saying.failedWith, { error: value(error.code ?? error.name) });
    default:
      return [text(saying.oddOutcome)];
  }
}

const value = (said: string | undefined): [Part] => [{ kind: 'value', text: shorten(said ?? '') }];
