import { formatVkey, type Vkey } from '../../../chain/vkey.js';
import { readVkey } from './proof-steps.js';

/** Keys that this reader pasted, kept in this browser: the server that the page is of never has them. */
const NAME = 'nestjs-prisma-audit.vkeys';
const MOST = 50;

/** Without a place to keep them (a private window may refuse) they hold as long as the page. */
let held: readonly string[] = [];

export function pinnedKeys(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(NAME) ?? '[]');
    // Whatever else of this origin wrote there: what is no key is none.
    return Array.isArray(kept) ? kept.filter((each): each is string => typeof each === 'string' && typeof readVkey(each) !== 'string') : []; // prettier-ignore
  } catch {
    return held;
  }
}

export function pin(vkey: Vkey): readonly string[] {
  const text = formatVkey(vkey);
  return keep([text, ...pinnedKeys().filter((each) => each !== text)].slice(0, MOST));
}

export function unpin(text: string): readonly string[] {
  return keep(pinnedKeys().filter((each) => each !== text));
}

function keep(keys: readonly string[]): readonly string[] {
  held = keys;
  try {
    localStorage.setItem(NAME, JSON.stringify(keys));
  } catch {
    // as long as the page
  }
  return keys;
}
