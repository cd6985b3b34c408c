/** What stands where a value was, or a list of so many. */
const MARK = /^\[redacted\](?: x \d{1,9})?$/;
const DEEPEST = 16;
const MOST = 1_000;

/**
 * Whether there is nothing in it to take out any more: all its values are marks. So the condition of a read, which is
 * operators with a mark for each value, stays readable under a secret name too. Total; what is large or deep is none.
 */
export function isRedactedShape(value: unknown): boolean {
  try {
    return onlyMarks(value, { left: MOST }, 0);
  } catch {
    return false; // a getter that throws
  }
}

function onlyMarks(value: unknown, budget: { left: number }, depth: number): boolean {
  budget.left -= 1;
  if (typeof value === 'string') return MARK.test(value);
  if (typeof value !== 'object' || value === null || depth > DEEPEST || budget.left < 0 || 'toJSON' in value)
    return false;
  const members: unknown[] = Object.values(value);
  return members.length > 0 && members.every((member) => onlyMarks(member, budget, depth + 1));
}
