import { EntryReader, type CopiedEntry } from './copied-entry.js';
import { copyOut } from './copy-out.js';
import { LARGE_BYTES } from './log-records.js';
import { copied, type Key } from './log-sql.js';
import type { PoolClient } from './pool.js';
import { inSchema } from './schema.js';

/**
 * What a reading is to hold, as far as the ones before tell; it holds `MOST` rows at the most, each with two sections. Little: what
 * lives while the next rows are made is copied by the garbage collector, again and again.
 */
const BYTES = 400_000;
const LEAST = 50;
const MOST = 1_000;

interface Reading {
  readonly entries: CopiedEntry[];
  readonly next: { readonly after: Key; readonly rows: number } | undefined;
}

/** All rows in the order of their key, by many short COPYs. The next is on its way while the caller works on this one. */
export async function* copyEntries(
  client: PoolClient,
  schema: string,
  content: boolean,
): AsyncGenerator<CopiedEntry[]> {
  const read = async (after: Key | undefined, rows: number): Promise<Reading> => {
    const reader = new EntryReader(content);
    const entries: CopiedEntry[] = [];
    let bytes = 0;
    await copyOut(client, inSchema(schema, copied(after, rows, LARGE_BYTES, content)), (message) => {
      bytes += message.length;
      const entry = reader.read(message);
      if (entry !== undefined) entries.push(entry);
    });
    if (entries.length < rows) return { entries, next: undefined };
    const fitting = Math.floor((entries.length * BYTES) / bytes);
    return { entries, next: { after: reader.key, rows: Math.min(MOST, Math.max(LEAST, fitting)) } };
  };
  let reading = await read(undefined, LEAST);
  for (;;) {
    const { entries, next } = reading;
    const coming = next === undefined ? undefined : read(next.after, next.rows);
    coming?.catch(() => undefined); // seen when it is awaited
    if (entries.length > 0) yield entries;
    if (coming === undefined) return;
    reading = await coming;
  }
}
