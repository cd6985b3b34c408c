import { showJson } from '../event/visible.js';

/**
 * One value as JSON on one line that no terminal takes for anything but text. What JSON has no word for is text: digits of a bigint,
 * bytes as PostgreSQL writes them, numbers that are none.
 */
export function rowJson(value: unknown): string {
  // A function that is asked about each member takes longer than all else: most entries have nothing to ask it for.
  return showJson((isJson(value) ? JSON.stringify(value) : JSON.stringify(value, plain)) ?? 'null');
}

/** Whether `plain` would give all of it as it is. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  if (Array.isArray(value)) return value.every(isJson);
  if (value instanceof Date) return true;
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const member of Object.values(value)) if (!isJson(member)) return false;
  return true;
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  // `Prisma.JsonNull`, of whichever copy of Prisma; in JSON a member of that name is no function.
  if (typeof value === 'object' && value !== null && '_getNamespace' in value && typeof value._getNamespace === 'function') return null; // prettier-ignore
  return value;
}
