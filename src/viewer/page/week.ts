import { wallTime } from './time.js';

/** How many entries lie in each hour of each day of the week, Monday first; those without a time are in none. */
export function hoursOf(times: readonly string[], zone: string): readonly (readonly number[])[] {
  const week = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
  for (const at of times) {
    const wall = wallTime(at, zone);
    if (wall === undefined) continue;
    const day = week[(new Date(`${wall.date}T00:00:00Z`).getUTCDay() + 6) % 7];
    const hour = Number(wall.time.slice(0, 2));
    if (day?.[hour] !== undefined) day[hour] += 1;
  }
  return week;
}

/** From 0, of nothing, to 4, of the most that there is; by the root, so that one busy hour does not hide the others. */
export function heatOf(count: number, most: number): number {
  return count === 0 ? 0 : Math.min(4, Math.max(1, Math.ceil(Math.sqrt(count / most) * 4)));
}

/** Values by how often they are there, the most first. */
export function tally(values: Iterable<string | undefined>, most: number): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const value of values) if (value !== undefined && value !== '') counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted(([x, a], [y, b]) => b - a || (x < y ? -1 : 1)).slice(0, most);
}
