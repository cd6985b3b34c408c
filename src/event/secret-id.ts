import { resourceId } from './identity.js';
import { REDACTED, type SecretName } from './redaction.js';
import type { Resource } from './types.js';

/** Values by name, as a router took them out of a path. A wildcard of Express is a list. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * The id as it is logged: `[redacted]` where it is, or has in it, what a parameter with a secret name holds, whichever way it
 * was derived. What another parameter holds as well is no secret, or a client could hide what it acts upon.
 */
export function idWithoutSecrets(
  id: Resource['id'],
  parameters: Parameters | undefined,
  isSecret: SecretName,
): string | undefined {
  const text = resourceId(id);
  if (text === undefined || parameters === undefined) return text;
  const named = Object.entries(parameters).map(([name, value]) => ({ secret: isSecret(name), texts: textsOf(value) }));
  const open = new Set(named.flatMap(({ secret, texts }) => (secret ? [] : texts)));
  const parts = new Set((Array.isArray(id) ? id : [id]).map((part: unknown) => String(part)));
  const found = named
    .filter(({ secret }) => secret)
    .flatMap(({ texts }) => texts)
    .some((value) => !open.has(value) && (parts.has(value) || (value.length >= SHORTEST_PART && text.includes(value))));
  return found ? REDACTED : text;
}

/** Shorter ones are part of too much else. */
const SHORTEST_PART = 6;

/** Decoded, and as it stood in the path. */
function textsOf(value: unknown): string[] {
  const pieces: unknown[] = Array.isArray(value) ? value : [];
  const texts = (Array.isArray(value) ? [pieces.join('/'), ...pieces] : [value]).filter(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  return [...new Set(texts.flatMap((text) => [text, text.trim(), encoded(text)]))].filter((text) => text !== '');
}

function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
