import type { JsonValue } from '../event/types.js';

/** `JSON.stringify` and what else calls itself for each level give up at some thousands, earlier where the stack is in use. */
export const MOST_LEVELS = 1_000;

type Path = readonly string[];

interface Open {
  readonly value: object;
  readonly level: number;
  readonly path: Path;
}

/**
 * Replaces, in place, each array or object that lies deeper than `MOST_LEVELS` by its JSON text, so that nothing that is done
 * with the value overflows the stack. Calls itself for nothing.
 * @param onCut with the first two names of the way to it
 */
export function boundDepth(root: JsonValue, onCut: (path: Path) => void): void {
  if (typeof root !== 'object' || root === null) return;
  const open: Open[] = [{ value: root, level: 1, path: [] }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, level, path } = next;
    for (const [name, member] of Object.entries(value)) {
      if (typeof member !== 'object' || member === null) continue;
      const way = path.length < 2 ? [...path, name] : path;
      if (level < MOST_LEVELS) open.push({ value: member as object, level: level + 1, path: way });
      else {
        // Not by assignment: a member may be called `__proto__`.
        Object.defineProperty(value, name, { value: jsonText(member as JsonValue), writable: true, enumerable: true, configurable: true }); // prettier-ignore
        onCut(way);
      }
    }
  }
}

/** What `JSON.stringify` would write, at any depth. */
function jsonText(root: JsonValue): string {
  const parts: string[] = [];
  const waiting: (JsonValue | Word)[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next instanceof Word) parts.push(next.word);
    else if (typeof next !== 'object' || next === null) parts.push(JSON.stringify(next));
    else {
      const isList = Array.isArray(next);
      const members = Object.entries(next as Record<string, JsonValue>);
      parts.push(isList ? '[' : '{');
      waiting.push(new Word(isList ? ']' : '}'));
      for (let at = members.length - 1; at >= 0; at -= 1) {
        const [name, member] = members[at] as [string, JsonValue];
        waiting.push(member, new Word(`${at > 0 ? ',' : ''}${isList ? '' : `${JSON.stringify(name)}:`}`));
      }
    }
  }
  return parts.join('');
}

/** Punctuation that waits between values. */
class Word {
  constructor(readonly word: string) {}
}
