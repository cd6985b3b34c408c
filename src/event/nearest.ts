/** The name that was probably meant, if one is near enough: at most one edit for each four characters. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const bound = Math.max(1, Math.floor(given.length / 4));
  let best: string | undefined;
  let least = bound + 1;
  for (const name of names) {
    if (Math.abs(name.length - given.length) >= least) continue;
    const edits = distance(given, name);
    if (edits < least) [best, least] = [name, edits];
  }
  return best;
}

/** Levenshtein's, with one row of the table at a time. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const replaced = (row[j - 1] as number) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
