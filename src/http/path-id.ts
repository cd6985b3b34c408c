/** Longer than any key that is meant to be one; a client can put anything in a path. */
const LONGEST = 256;

/**
 * An id out of a path, as the framework decoded it. What cannot be one is said in place of it: too long, with a control character, or not
 * text that can be kept as it is. A part of it would be the id of something else, and without a word a client could keep an act out of a
 * record's history.
 */
export function pathId(parameter: unknown): string | undefined {
  if (typeof parameter !== 'string' || parameter === '') return undefined;
  if (parameter.length > LONGEST) return `[no id: ${parameter.length} characters]`;
  if (!parameter.isWellFormed()) return '[no id: not text]';
  // oxlint-disable-next-line no-control-regex -- that is what must not be in it
  return /[\u0000-\u001f\u007f]/.test(parameter) ? '[no id: control characters]' : parameter;
}
