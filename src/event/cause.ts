/** Of causes of causes. */
const DEPTH = 4;

/** What an error says, with what caused it where that is not said: Node's `fetch failed` keeps why to itself. Total. */
export function messageOf(error: unknown, depth = DEPTH): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { message, code, cause } = error as Record<'message' | 'code' | 'cause', unknown>; // it may have these
  // A connection that was refused at several addresses has a code and no message.
  const isText = (each: unknown): each is string => typeof each === 'string' && each !== '';
  const own = [message, code].find(isText) ?? 'it threw what is no error';
  if (cause === undefined || cause === null || depth <= 1) return own;
  const why = messageOf(cause, depth - 1);
  return own.includes(why) ? own : `${own}: ${why}`;
}
