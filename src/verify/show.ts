import { visible } from '../event/visible.js';

/** A stored value inside a message: as JSON, so that it stays in its quotes, and not at length. */
export function show(value: unknown): string {
  const json = JSON.stringify(value) ?? 'nothing';
  return json.length > 80 ? `${json.slice(0, 80)}…` : json;
}

/** To be copied: a line that was checked, or made here, is quoted and never cut. */
export function whole(line: string): string {
  return JSON.stringify(line);
}

/** What somebody else's place says of itself, on one line: long enough that the cause is in it. */
export function said(text: string): string {
  return visible(text, 1_000);
}
