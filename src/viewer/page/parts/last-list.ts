import { useEffect, useState } from 'preact/hooks';
import type { ShownEntry } from '../../answers.js';

/** How a list is loaded on while it is not on the screen. */
export interface GoOn {
  /** One page more. @returns all that it shows then */
  load(): Promise<{ readonly entries: readonly ShownEntry[]; readonly hasMore: boolean }>;
  /** What is loaded of it is not let go. @returns what ends that */
  keep(): () => void;
}

/** The list that was looked at last: an entry's page goes on to the next one of it, and the list knows where it was left. */
let list: readonly ShownEntry[] = [];
let goOn: GoOn | undefined;
let release: (() => void) | undefined;
let chosen: string | undefined;

/** @param more absent: all of it is there */
export function rememberList(entries: readonly ShownEntry[], more?: GoOn): void {
  list = entries;
  goOn = more;
  const before = release;
  release = more?.keep();
  before?.();
}

export function rememberChosen(id: string | undefined): void {
  chosen = id;
}

export const lastChosen = (): string | undefined => chosen;

export interface Beside {
  readonly before?: ShownEntry;
  readonly after?: ShownEntry;
  /** It is the last of the list, and there is no more. */
  readonly isLast: boolean;
}

/** The entries beside one in that list; neither where it is not in it. */
export function besideInList(id: string): Beside {
  const at = list.findIndex((entry) => entry.id === id);
  if (at < 0) return { isLast: false };
  const [before, after] = [list[at - 1], list[at + 1]];
  return { ...(before && { before }), ...(after && { after }), isLast: after === undefined && goOn === undefined };
}

/** Entries before the end of what is loaded at which more is. */
const NEAR = 5;
/** Pages that are loaded for one entry more, where the list shows few of each. */
const PAGES = 5;

/** Loads the list on where this entry is near to its end. @returns whether there is more of it than before */
export async function goOnBehind(id: string): Promise<boolean> {
  const length = list.length;
  const at = list.findIndex((entry) => entry.id === id);
  if (at < 0 || at < length - NEAR) return false;
  for (let page = 0; page < PAGES && goOn !== undefined && list.length === length; page += 1) {
    const more = goOn;
    const all = await more.load();
    // Another list is looked at meanwhile.
    if (goOn !== more) return false;
    if (all.entries.length >= length) list = all.entries;
    if (!all.hasMore || all.entries.length < length) goOn = undefined;
  }
  return list.length > length;
}

/** The same, of a list that is loaded on as its end comes near. */
export function useBeside(id: string): Beside {
  const [, changed] = useState(0);
  useEffect(() => {
    let isOver = false;
    void goOnBehind(id).then(() => isOver || changed((n) => n + 1));
    return () => void (isOver = true);
  }, [id]);
  return besideInList(id);
}
