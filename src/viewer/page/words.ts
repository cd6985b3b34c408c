/** A run of words that both texts have, or one of them. */
export interface Words {
  readonly is: 'same' | 'old' | 'new';
  readonly text: string;
}

/** UTF-16 units of either text that are compared. */
export const MOST_TEXT = 20_000;

/** Words that may differ: beyond it the texts are different ones, and what they share says nothing. */
const MOST_EDITS = 600;

/** How one text became another, by words; `undefined` where that is too much to be found, or to be read. Bounded work. */
export function wordDiff(old: string, after: string): readonly Words[] | undefined {
  if (old.length > MOST_TEXT || after.length > MOST_TEXT) return undefined;
  const [a, b] = [wordsOf(old), wordsOf(after)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const middle = edits(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  if (middle === undefined) return undefined;
  return runs([
    ...a.slice(0, head).map((text): Words => ({ is: 'same', text })),
    ...middle,
    ...a.slice(a.length - tail).map((text): Words => ({ is: 'same', text })),
  ]);
}

const wordsOf = (text: string): string[] => text.match(/\s+|[\p{L}\p{N}\p{M}_]+|[^\s\p{L}\p{N}\p{M}_]/gu) ?? [];

/** The shortest way from one to the other: Myers, An O(ND) Difference Algorithm, 1986. */
function edits(a: readonly string[], b: readonly string[]): Words[] | undefined {
  const furthest = new Map<number, number>([[1, 0]]);
  const passed: ReadonlyMap<number, number>[] = [];
  const at = (k: number): number => furthest.get(k) ?? -1;
  for (let d = 0; d <= Math.min(a.length + b.length, MOST_EDITS); d += 1) {
    passed.push(new Map(furthest));
    for (let k = -d; k <= d; k += 2) {
      let x = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      furthest.set(k, x);
      if (x >= a.length && x - k >= b.length) return wayBack(passed, a, b);
    }
  }
  return undefined;
}

function wayBack(passed: readonly ReadonlyMap<number, number>[], a: readonly string[], b: readonly string[]): Words[] {
  const way: Words[] = [];
  let [x, y] = [a.length, b.length];
  const step = (is: Words['is'], text: string | undefined): void => void way.push({ is, text: text ?? '' });
  for (let d = passed.length - 1; d >= 0; d -= 1) {
    const k = x - y;
    const at = (on: number): number => passed[d]?.get(on) ?? -1;
    const from = k === -d || (k !== d && at(k - 1) < at(k + 1)) ? k + 1 : k - 1;
    const [fromX, fromY] = [at(from), at(from) - from];
    for (; x > fromX && y > fromY; x -= 1, y -= 1) step('same', a[x - 1]);
    if (d > 0) step(x === fromX ? 'new' : 'old', x === fromX ? b[y - 1] : a[x - 1]);
    [x, y] = [fromX, fromY];
  }
  return way.toReversed();
}

/** Neighbours of one kind are one; between two changes a blank is one of them, so that they read as a whole. */
function runs(words: readonly Words[]): readonly Words[] {
  const all: { is: Words['is']; text: string }[] = [];
  for (const { is, text } of words) {
    const last = all.at(-1);
    if (last?.is === is) last.text += text;
    else all.push({ is, text });
  }
  return all;
}
