import type { SealedSection, ShownEntry } from '../answers.js';
import { fill, shorten, type Parts } from './fill.js';
import { saying } from './sentence-texts.js';

/** What is known of a section that an entry does not show. */
export type Missing = Exclude<SealedSection, object>;

type Actor = Readonly<Record<string, unknown>>;

/** Who it was, as a sentence has it: `Ada (admin), acting for Grace,`. */
export function actorParts({ actor, source, flags }: ShownEntry, missing?: Missing): Parts {
  if (actor === undefined) return fill(missing === 'erased' ? saying.erased : saying.unknown, {});
  const id = word(actor['id']);
  if (source === 'control' && id === 'sealer') return fill(saying.log, {});
  if (id?.startsWith('db:') && flags.includes('no-context'))
    return fill(saying.databaseRole, { name: [{ kind: 'actor', text: shorten(id.slice(3)), id }] });
  return personParts(actor);
}

/** Somebody by an actor's members: also a reader, or whom somebody claimed to be. */
export function personParts(actor: Actor): Parts {
  const [id, type] = [word(actor['id']), word(actor['type'])];
  const name = word(actor['name']) ?? word(actor['email']) ?? id;
  if (name === undefined) return fill(type === 'anonymous' ? saying.anonymous : saying.unknown, {});
  const named = fill(OF_TYPE[type ?? ''] ?? '{name}', { name: [{ kind: 'actor', text: shorten(name), id }] });
  const role = word(actor['role']) ?? (type === 'admin' ? type : undefined);
  const who =
    role === undefined ? named : fill(saying.withRole, { name: named, role: [{ kind: 'word', text: shorten(role) }] });
  const other = word(actor['onBehalfOf']);
  if (other === undefined) return who;
  return fill(saying.actingFor, { who, other: [{ kind: 'actor', text: shorten(other), id: other }] });
}

const OF_TYPE: Readonly<Record<string, string>> = {
  system: saying.system,
  service: saying.service,
  ai_agent: saying.aiAgent,
  api_key: saying.apiKey,
};

/** Text that says something; a section may hold anything. */
export function word(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
