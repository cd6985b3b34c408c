/** Longer than any key that is meant to be one; a client can put anything in a path. */
const LONGEST = 256;

/**
 * An id out of a path, as the framework decoded it. None if it cannot be one: too long, with a control character, or not
 * text that can be kept as it is. A part of it would be the id of something else.
 */
export function pathId(parameter: unknown): string | undefined {
  if (typeof parameter !== 'string' || parameter === '' || parameter.length > LONGEST) return undefined;
  // oxlint-disable-next-line no-control-regex -- that is what must not be in it
  return parameter.isWellFormed() && !/[\u0000-\u001f\u007f]/.test(parameter) ? parameter : undefined;
}
