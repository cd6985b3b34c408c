/** Less is as well a word. */
const FEWEST = 4;

/** How many bytes a value has that is bytes, as PostgreSQL writes them; `undefined` for any other. */
export function bytesOf(value: unknown): number | undefined {
  if (typeof value !== 'string' || !value.startsWith(String.raw`\x`) || value.length % 2 === 1) return undefined;
  const bytes = (value.length - 2) / 2;
  return bytes >= FEWEST && /^[0-9a-f]+$/.test(value.slice(2)) ? bytes : undefined;
}
