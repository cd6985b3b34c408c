import type { ShownEntry } from '../../answers.js';

/** The list that was looked at last: an entry's page goes on to the next one of it, and the list knows where it was left. */
let list: readonly ShownEntry[] = [];
let chosen: string | undefined;

export function rememberList(entries: readonly ShownEntry[]): void {
  list = entries;
}

export function rememberChosen(id: string | undefined): void {
  chosen = id;
}

export const lastChosen = (): string | undefined => chosen;

/** The entries beside one in that list; neither where it is not in it. */
export function besideInList(id: string): { readonly before?: ShownEntry; readonly after?: ShownEntry } {
  const at = list.findIndex((entry) => entry.id === id);
  if (at < 0) return {};
  const [before, after] = [list[at - 1], list[at + 1]];
  return { ...(before && { before }), ...(after && { after }) };
}
