import type { ErrorFact } from './types.js';

/** Frames of a stack that are kept, and how long each may be. */
const FRAMES = 20;
const FRAME_LENGTH = 300;
/** As much of a message, or of the stack behind it, is looked at: either can be of any length. */
const LOOKED_AT = 64 * 1024;
// V8's: a line of a message that was changed since is not taken for one.
const FRAME = /^ +at .*(?::\d+:\d+\)?|\(<anonymous>\)|\(native\))$/;

/**
 * Name, code and message of whatever was thrown; where it was thrown only if `stacks` asks for it. Total: an error may have
 * getters that throw.
 */
export function errorFact(error: unknown, { stacks = false }: { stacks?: boolean } = {}): ErrorFact {
  try {
    if (!(error instanceof Error)) return { name: typeof error, message: String(error).slice(0, LOOKED_AT) };
    const code: unknown = 'code' in error ? error.code : 'status' in error ? error.status : undefined;
    return {
      // Both can be set to anything.
      name: String(error.name),
      message: messageOf(String(error.name), String(error.message)),
      ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
      ...(stacks ? stackOf(error) : {}),
    };
  } catch {
    return { name: 'unreadable' };
  }
}

/** Prisma quotes the caller's source, and the values it passed, above the one line that says what went wrong. */
function messageOf(name: string, message: string): string {
  if (!name.startsWith('PrismaClient')) return message.slice(0, LOOKED_AT);
  const whole = message.trimEnd();
  return whole
    .slice(whole.lastIndexOf('\n') + 1)
    .trim()
    .slice(0, LOOKED_AT);
}

/** Its frames alone: what stands before them is the message, which can hold any value. */
function stackOf(error: Error): { frames?: string } {
  if (typeof error.stack !== 'string') return {};
  const message = String(error.message);
  const at = message === '' ? -1 : error.stack.indexOf(message);
  const from = at < 0 ? 0 : at + message.length;
  const frames = error.stack
    .slice(from, from + LOOKED_AT)
    .split('\n')
    .filter((line) => FRAME.test(line))
    .slice(0, FRAMES);
  return frames.length > 0 ? { frames: frames.map((line) => line.trim().slice(0, FRAME_LENGTH)).join('\n') } : {};
}
