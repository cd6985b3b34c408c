import { MAX_LEAF_BYTES } from '../../chain/bundle.js';
import { NOTE_LIMITS } from '../../chain/note.js';
import { REGISTRY_SECTION_BYTES } from '../../chain/registry.js';
import type { CheckpointStore } from '../checkpoint.port.js';
import type { Pool } from './pool.js';
import { rowsOf } from './sealer-store.js';

/** Data sections of a page together. Bytes. */
const PAGE_BYTES = 8 * 1024 * 1024;

const LAST = `select size, case when octet_length(note) <= ${NOTE_LIMITS.bytes} then note else '' end from "audit".checkpoint order by size desc limit 1`;
const SAVE = `select "audit".save_checkpoint($1, $2, $3, $4, $5)`;
const ANCHORED = `select "audit".anchored($1)`;
const HASHES = `select seq, encode(hash, 'hex') from "audit".entry where chain = 0 and seq >= $1 and seq < $2 order by seq limit 10000`;
/** Few, found by their index, and put in order then: in the order of the chain all of it would be looked at. */
const CONTROLS = `
with found as materialized (
  select e.seq, e.pos from "audit".entry e
   where e.tenant_key = 'audit:registry' and e.action = $1 and e.chain = 0 and e.seq > $2::bigint and e.seq < coalesce($3::bigint, 9223372036854775807))
select seq, sealed_at, body, salt, data from (
  select f.seq, case when isfinite(e.sealed_at) then trunc(extract(epoch from e.sealed_at) * 1000) else -1 end as sealed_at,
         case when octet_length(e.body) <= ${MAX_LEAF_BYTES} then e.body end as body, replace(c.salt_data::text, '-', '') as salt,
         case when octet_length(c.data) <= ${REGISTRY_SECTION_BYTES} then c.data end as data,
         sum(least(coalesce(octet_length(c.data), 0), ${REGISTRY_SECTION_BYTES})) over (order by f.seq rows between unbounded preceding and 1 preceding) as before
    from (select seq, pos from found order by seq limit 500) f
         join "audit".entry e on e.chain = 0 and e.seq = f.seq and e.pos = f.pos left join "audit".content c on c.pos = f.pos) page
 where coalesce(before, 0) < ${PAGE_BYTES} order by seq`;

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
    async *controls(kind, below) {
      for (let last: unknown = -1; ;) {
        const page = await rows(CONTROLS, [kind, last, below ?? null]);
        if (page.length === 0) return;
        for (const [seq, sealedAt, body, salt, data] of page) {
          if (typeof data !== 'string') continue; // gone, or longer than a sealer writes
          yield {
            seq: Number(seq),
            sealedAt: Number(sealedAt),
            body: (body as string | null) ?? undefined,
            data,
            salt: (salt as string | null) ?? undefined,
          };
        }
        last = page.at(-1)?.[0];
      }
    },
  };
}
