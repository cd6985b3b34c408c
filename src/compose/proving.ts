import { prove } from '../checkpoint/prove.js';
import type { Pool } from '../store/postgres/pool.js';
import { withProofSource } from '../store/postgres/proof-store.js';
import type { ViewerSource } from '../viewer/port.js';

/** @param pool of a role that reads the whole log; asked for at the first proof */
export function provingBy(pool: () => Pool, schema: string): NonNullable<ViewerSource['prove']> {
  return async (id, open) => (await withProofSource(pool(), schema, (source) => prove(source, id, { open }))).files;
}
