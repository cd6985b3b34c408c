/** One line of a document, or of two that are compared. */
export interface TreeRow {
  readonly depth: number;
  /** Name or place in what it is in; `undefined`: the document itself. */
  readonly key: string | number | undefined;
  /** `inside`: something in it changed; `folded`: so many that did not. */
  readonly is: 'same' | 'changed' | 'added' | 'removed' | 'inside' | 'folded';
  /** Of a value without members, or of how many a list or document has: JSON. */
  readonly old?: string | undefined;
  readonly new?: string | undefined;
  /** What it is, where its members follow. */
  readonly opens?: '[' | '{' | undefined;
  readonly count?: number | undefined;
}

const ABSENT = Symbol('absent');

interface Step {
  readonly depth: number;
  readonly key: string | number | undefined;
  readonly old: unknown;
  readonly new: unknown;
}

/**
 * The lines of what differs between two documents, in the order of the new one; only as many are made as are asked for.
 * @param whole also those of what is the same
 */
export function* treeDiff(old: unknown, after: unknown, whole = false): Generator<TreeRow, undefined> {
  const shapes = new Shapes();
  const steps: Step[] = [{ depth: 0, key: undefined, old, new: after }];
  let same = 0;
  let sameDepth = 0;
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    const is = shapes.compare(step.old, step.new);
    if (is === 'same' && !whole) {
      if (same > 0 && sameDepth !== step.depth) yield folded(sameDepth, same);
      same = sameDepth === step.depth ? same + 1 : 1;
      sameDepth = step.depth;
      continue;
    }
    if (same > 0) yield folded(sameDepth, same);
    same = 0;
    yield rowOf(step, is);
    if (is === 'changed') continue;
    for (const child of membersOf(step, shapes).toReversed()) steps.push(child);
  }
  if (same > 0) yield folded(sameDepth, same);
}

/** The lines of one document. */
export function treeOf(value: unknown): Generator<TreeRow, undefined> {
  return treeDiff(value, value, true);
}

const folded = (depth: number, count: number): TreeRow => ({ depth, key: undefined, is: 'folded', count });

function rowOf({ depth, key, old, new: after }: Step, is: TreeRow['is']): TreeRow {
  const shown = is === 'removed' ? old : after;
  const row = { depth, key, is };
  if (is !== 'changed' && isOpen(shown))
    return { ...row, opens: Array.isArray(shown) ? '[' : '{', count: Object.keys(shown).length };
  return {
    ...row,
    ...(is === 'changed' || is === 'removed' ? { old: textOf(old) } : {}),
    ...(is === 'removed' ? {} : { new: textOf(after) }),
  };
}

const isOpen = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const isNode = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** A whole value on one line, of which as much is shown as there is room for. */
const textOf = (value: unknown): string => JSON.stringify(value) ?? '';

function membersOf({ depth, old, new: after }: Step, shapes: Shapes): Step[] {
  const [a, b] = [isOpen(old) ? old : {}, isOpen(after) ? after : {}];
  const at = (key: string | number, from: unknown, to: unknown): Step => ({
    depth: depth + 1,
    key,
    old: from,
    new: to,
  });
  if (Array.isArray(old) && Array.isArray(after))
    return itemsOf(old, after, shapes).map(([key, from, to]) => at(key, from, to));
  const isList = Array.isArray(isOpen(after) ? after : old);
  const keys = new Set([...Object.keys(b), ...Object.keys(a)]);
  const of = (value: object, key: string): unknown => (Object.hasOwn(value, key) ? Reflect.get(value, key) : ABSENT);
  return [...keys].map((key) => at(isList ? Number(key) : key, of(a, key), of(b, key)));
}

/** What was put in or taken out in the middle of a list moves the rest, and does not change it. */
function itemsOf(old: readonly unknown[], after: readonly unknown[], shapes: Shapes): [number, unknown, unknown][] {
  const shorter = Math.min(old.length, after.length);
  const isSame = (i: number, j: number): boolean => shapes.of(old[i]) === shapes.of(after[j]);
  let head = 0;
  while (head < shorter && isSame(head, head)) head += 1;
  let tail = 0;
  if (old.length !== after.length)
    while (tail < shorter - head && isSame(old.length - 1 - tail, after.length - 1 - tail)) tail += 1;
  const steps: [number, unknown, unknown][] = [];
  for (let i = 0; i < head; i += 1) steps.push([i, old[i], after[i]]);
  const [restOld, restNew] = [old.length - tail, after.length - tail];
  for (let i = head; i < Math.max(restOld, restNew); i += 1)
    steps.push([i, i < restOld ? old[i] : ABSENT, i < restNew ? after[i] : ABSENT]);
  for (let i = tail; i > 0; i -= 1) steps.push([after.length - i, old[old.length - i], after[after.length - i]]);
  return steps;
}

/** A number for each different value, so that a document is gone through once, however often its parts are compared. */
class Shapes {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<object, number>();

  compare(old: unknown, after: unknown): 'same' | 'changed' | 'added' | 'removed' | 'inside' {
    if (old === ABSENT) return 'added';
    if (after === ABSENT) return 'removed';
    if (this.of(old) === this.of(after)) return 'same';
    return isOpen(old) && isOpen(after) && Array.isArray(old) === Array.isArray(after) ? 'inside' : 'changed';
  }

  /** By a list of its own: a document may be nested deeper than a browser's stack is. */
  of(value: unknown): number {
    const open = isNode(value) ? [value] : [];
    for (let node = open.at(-1); node !== undefined; node = open.at(-1)) {
      const before = open.length;
      for (const each of Object.values(node)) if (isNode(each) && !this.#known.has(each)) open.push(each);
      if (open.length > before) continue;
      open.pop();
      this.#known.set(node, this.#number(this.#membersOf(node)));
    }
    return this.#shapeOf(value);
  }

  #membersOf(node: object): string {
    if (Array.isArray(node)) return `[${node.map((each) => this.#shapeOf(each)).join()}`;
    return `{${Object.keys(node).toSorted().map((key) => `${JSON.stringify(key)}${this.#shapeOf(Reflect.get(node, key))}`).join()}`; // prettier-ignore
  }

  #shapeOf(value: unknown): number {
    return (isNode(value) ? this.#known.get(value) : undefined) ?? this.#number(`${typeof value} ${String(value)}`);
  }

  #number(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#numbers.set(key, this.#numbers.size);
    return this.#numbers.size - 1;
  }
}
