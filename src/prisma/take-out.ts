/** A syntax error quotes the statement to its end (`unterminated quoted string at or near …`): the comment is not the caller's. */
export function takeOut(comment: string, error: unknown, depth = 0): void {
  if (typeof error !== 'object' || error === null || depth > 2) return;
  try {
    for (const key of new Set(['message', 'stack', ...Object.keys(error), 'cause'])) {
      const value: unknown = Reflect.get(error, key);
      if (typeof value === 'string' && value.includes(comment)) Reflect.set(error, key, value.replaceAll(comment, ''));
      else takeOut(comment, value, depth + 1);
    }
  } catch {
    // An error with getters that throw stays as it is.
  }
}
