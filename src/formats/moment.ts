/** A moment, exactly: as text with all its digits, and the milliseconds that are whole since 1970. */
export interface Moment {
  readonly text: string;
  readonly ms: number;
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})\d{0,6}Z$/;

/** `undefined` for what is no moment, as a 30th of February. */
export function momentOf(value: unknown): Moment | undefined {
  try {
    const text = value instanceof Date ? value.toISOString() : value;
    if (typeof text !== 'string') return undefined;
    const toMs = TIME.exec(text)?.[1];
    if (toMs === undefined) return undefined;
    const ms = Date.parse(`${toMs}Z`);
    return new Date(ms).toISOString() === `${toMs}Z` ? { text, ms } : undefined;
  } catch {
    return undefined; // an invalid Date
  }
}
