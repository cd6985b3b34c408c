import type { AuditEntry } from '../query/read-entry.js';
import type { Progress } from './progress.js';

/** How many entries there are nobody knows before the end: it is estimated from how far their times have come. */
export function timeProgress(
  { to, newest }: { readonly to?: Date | undefined; readonly newest?: boolean | undefined },
  bar: Progress,
): (entry: AuditEntry, count: number) => void {
  const end = Math.min(to?.getTime() ?? Date.now(), Date.now());
  let first: number | undefined;
  return (entry, count) => {
    if (count % 1_000 !== 0 && first !== undefined) return;
    const at = Date.parse(entry.occurredAt);
    first ??= at;
    const share = newest === true ? undefined : (at - first) / (end - first);
    const total = share !== undefined && share > 0 && share <= 1 ? Math.round(count / share) : count;
    bar.update(count, Math.max(total, count));
  };
}
