/** PostgreSQL cuts longer names without an error (manual, 4.1.1: NAMEDATALEN), and Prisma writes them in full. */
const LONGEST = 63;

/** The name as the database has it: its first 63 bytes, without half a letter at the end. */
export function identifier(name: string): string {
  const bytes = Buffer.from(name);
  if (bytes.length <= LONGEST) return name;
  let end = LONGEST;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}
