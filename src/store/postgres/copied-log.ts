import { EntryReader, type CopiedEntry } from './copied-entry.js';
import { copyOut } from './copy-out.js';
import type { KeyRange } from './key-ranges.js';
import { LARGE_BYTES } from './log-records.js';
import { copied, type CopyAsked } from './log-sql.js';
import type { PoolClient } from './pool.js';
import { inSchema } from './schema.js';

/**
 * What a reading is to hold, as far as the ones before tell; it holds `MOST` rows at the most, each with two sections. Little: what
 * lives while the next rows are made is copied by the garbage collector, again and again.
 */
const BYTES = 400_000;
const FIRST = 100;
const LEAST = 20;
const MOST = 1_000;

interface Reading {
  readonly entries: CopiedEntry[];
  /** What is left, if anything is. */
  readonly next: CopyAsked | undefined;
}

/** All rows of a range in the order of their key, by many short COPYs. The next is on its way while the caller works on this one. */
export async function* copyEntries(
  client: PoolClient,
  schema: string,
  { from, toChain, content }: KeyRange & { readonly content: boolean },
): AsyncGenerator<CopiedEntry[]> {
  let reading = await read(client, schema, { from, isBehind: false, toChain, rows: FIRST, content });
  for (;;) {
    const { entries, next } = reading;
    const coming = next && read(client, schema, next);
    coming?.catch(() => undefined); // seen when it is awaited
    if (entries.length > 0) yield entries;
    if (coming === undefined) return;
    reading = await coming;
  }
}

async function read(client: PoolClient, schema: string, asked: CopyAsked): Promise<Reading> {
  const reader = new EntryReader(asked.content);
  const entries: CopiedEntry[] = [];
  let bytes = 0;
  await copyOut(client, inSchema(schema, copied(asked, LARGE_BYTES)), (message) => {
    bytes += message.length;
    const entry = reader.read(message);
    if (entry !== undefined) entries.push(entry);
  });
  if (entries.length < asked.rows) return { entries, next: undefined };
  const fitting = Math.floor((entries.length * BYTES) / bytes);
  const rows = Math.min(MOST, Math.max(LEAST, fitting));
  return { entries, next: { ...asked, from: reader.key, isBehind: true, rows } };
}
