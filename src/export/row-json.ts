import { showJson } from '../event/visible.js';

/**
 * One value as JSON on one line that no terminal takes for anything but text. What JSON has no word for is text: digits of a bigint,
 * bytes as PostgreSQL writes them, numbers that are none.
 */
export function rowJson(value: unknown): string {
  return showJson(JSON.stringify(value, plain) ?? 'null');
}

function plain(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0)))
    return Object.is(value, -0) ? '-0' : String(value);
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  // `Prisma.JsonNull`, of whichever copy of Prisma.
  if (typeof value === 'object' && value !== null && '_getNamespace' in value) return null;
  return value;
}
