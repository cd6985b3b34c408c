/** Fields by the names of their columns, of those that are called otherwise: the server's word, which no seal covers. */
export type Columns = Readonly<Record<string, string>> | undefined;

export const fieldOf = (columns: Columns, column: string): string =>
  columns !== undefined && Object.hasOwn(columns, column) ? (columns[column] ?? column) : column;

/** What columns are called, where it is something else, and nothing else there is called so: else a column has its own name alone. */
export function labelsOf(columns: Columns, of: Iterable<string>): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  if (columns === undefined) return labels;
  const all = new Set(of);
  const times = new Map<string, number>();
  for (const column of all) {
    const label = fieldOf(columns, column);
    times.set(label, (times.get(label) ?? 0) + 1);
    if (label !== column && !all.has(label)) labels.set(column, label);
  }
  for (const [column, label] of labels) if (times.get(label) !== 1) labels.delete(column);
  return labels;
}
