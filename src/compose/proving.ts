import type { PublishedFile } from '../chain/publish.js';
import type { SectionName } from '../chain/commitment.js';
import { KnownBlocks } from '../checkpoint/known-blocks.js';
import { prove } from '../checkpoint/prove.js';
import type { Pool } from '../store/postgres/pool.js';
import { withProofSource } from '../store/postgres/proof-store.js';
import type { ViewerSource } from '../viewer/port.js';

/**
 * Proofs for pages, one after the other: the first reads the hashes of whole chains, and those behind it find what it kept.
 * @param pool of a role that reads the whole log; asked for at the first proof
 */
export function provingBy(pool: () => Pool, schema: string): NonNullable<ViewerSource['prove']> {
  const blocks = new KnownBlocks();
  let before: Promise<unknown> = Promise.resolve();
  const make = async (id: string, open: readonly SectionName[]): Promise<readonly PublishedFile[]> =>
    (await withProofSource(pool(), schema, (source) => prove(source, id, { open, blocks }))).files;
  return async (id, open) => {
    const made = before.then(() => make(id, open));
    before = made.catch(() => undefined); // said to whoever asked for it
    return await made;
  };
}
