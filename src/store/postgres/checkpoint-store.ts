import { READ_LIMITS } from '../../event/limits.js';
import type { CheckpointStore } from '../checkpoint.port.js';
import type { Pool } from './pool.js';
import { rowsOf } from './sealer-store.js';

const LAST = `select size, note from "audit".checkpoint order by size desc limit 1`;
const SAVE = `select "audit".save_checkpoint($1, $2, $3, $4, $5)`;
const ANCHORED = `select "audit".anchored($1)`;
const HASHES = `select seq, encode(hash, 'hex') from "audit".entry where chain = 0 and seq >= $1 and seq < $2 order by seq limit 10000`;
const ENTRIES = `
select c.data from "audit".entry e join "audit".content c on c.pos = e.pos
 where e.tenant_key = 'audit:registry' and e.action = $1 and e.chain = 0 and octet_length(c.data) <= ${READ_LIMITS.section} order by e.id limit $2`;

/** The registry's own checkpoints, read and written by the one who leads. */
export function postgresCheckpointStore(pool: Pool, schema: string): CheckpointStore {
  const rows = rowsOf(pool, schema);
  return {
    async last() {
      const [row] = await rows(LAST);
      return row && { size: Number(row[0]), note: String(row[1]) };
    },
    async save({ epoch, holder }, { size, note, host }) {
      await rows(SAVE, [epoch, holder, size, note, host]);
    },
    async anchored(size) {
      await rows(ANCHORED, [size]);
    },
    async *hashes(from, to) {
      for (let next = from; next < to;) {
        const page = await rows(HASHES, [next, to]);
        if (page.length === 0) return;
        for (const [seq, hash] of page) {
          if (Number(seq) !== next) return; // a hole: what follows is not at its place
          next += 1;
          yield String(hash);
        }
      }
    },
    async entries(kind, limit) {
      return (await rows(ENTRIES, [kind, limit])).map(([data]) => String(data));
    },
  };
}
