import { MAX_LEAF_BYTES } from '../../chain/bundle.js';
import { NO_PREVIOUS } from '../../chain/hashing.js';
import { leafOf } from '../../chain/leaf.js';
import { formatMillis } from '../../event/clock.js';
import type { SealedLeaf, SealedRow, SealedStore } from '../sealed.port.js';
import type { Statement } from './entry-sql.js';

/** A time that somebody wrote there may be infinite. */
const LEAF = `
e.seq::text, case when isfinite(e.sealed_at) then trunc(extract(epoch from e.sealed_at) * 1000) end, encode(e.hash, 'hex'),
case when octet_length(e.body) <= ${MAX_LEAF_BYTES} then e.body end, k.origin, e.action,
(select encode(p.hash, 'hex') from "audit".entry p where p.chain = e.chain and p.seq = e.seq - 1 limit 1)`;

/** Sections are those of the function, which alone has the salts; sizes are known without them. */
const SEALED = `
select ${LEAF}, e.chain, e.id::text, trunc(extract(epoch from e.sealed_at) * 1000), e.tenant_key, e.outcome, e.resource_type,
       trunc(extract(epoch from e.occurred_at) * 1000000), c.pos, s.id is null and c.pos is not null, c.actor is not null, c.data is not null,
       s.salt_actor, s.actor, s.salt_data, s.data
  from "audit".entry e
  left join "audit".chain k on k.chain = e.chain
  left join "audit".content c on c.pos = e.pos
  left join "audit".sealed_sections($2::uuid[]) s on s.id = e.id
 where e.tenant_key = $1 and e.id = any ($2::uuid[]) and e.chain > 0`;

const NEIGHBOURS = `
select ${LEAF} from "audit".entry e left join "audit".chain k on k.chain = e.chain
 where e.tenant_key = $1 and e.chain = $2 and e.chain > 0 and e.seq in ($3::bigint - 1, $3::bigint + 1)`;

type Ask = (tenant: string, statement: Statement) => Promise<unknown[][]>;

/** @param ask in a transaction that names the tenant */
export function postgresSealedStore(ask: Ask): SealedStore {
  return {
    async sealed(tenant, ids) {
      return (await ask(tenant, { text: SEALED, values: [tenant, ids] })).map((row) => sealedRow(row));
    },
    async neighbours(tenant, { chain, place }) {
      const rows = await ask(tenant, { text: NEIGHBOURS, values: [tenant, chain, place] });
      const at = (seq: bigint): SealedLeaf | undefined => {
        const row = rows.find(([found]) => found === String(seq));
        return row && sealedLeaf(row);
      };
      return { before: at(BigInt(place) - 1n), next: at(BigInt(place) + 1n) };
    },
  };
}

/** Total: of what is stored wrongly the bytes are others than those that were hashed. */
function sealedLeaf(row: readonly unknown[]): SealedLeaf {
  const sealedAt = Number(row[1] ?? Number.NaN);
  const header = {
    origin: String(row[4]),
    seq: Number(row[0]),
    sealedAt: Math.abs(sealedAt) <= 8.64e15 ? formatMillis(sealedAt) : String(row[1]),
    prev: (row[6] as string | null) ?? NO_PREVIOUS,
  };
  return { leaf: leafOf(header, (row[3] as string | null) ?? ''), hash: String(row[2]), action: String(row[5]) };
}

function sealedRow(row: readonly unknown[]): SealedRow {
  const isBeyond = row[15] === true;
  const text = (at: number): string | null => row[at] as string | null;
  const salts = { actor: text(18) ?? undefined, data: text(20) ?? undefined };
  return {
    ...sealedLeaf(row),
    salts: {
      ...(salts.actor === undefined ? {} : { actor: salts.actor }),
      ...(salts.data === undefined ? {} : { data: salts.data }),
    },
    entry: {
      chain: Number(row[7]),
      origin: text(4),
      seq: Number(row[0]),
      place: String(row[0]),
      id: String(row[8]),
      hash: String(row[2]),
      sealedAt: Number(row[9]),
      tenant: String(row[10]),
      body: text(3),
      actor: row[19] as Uint8Array | null,
      data: text(21),
      tooLarge: [
        ...(isBeyond && row[16] === true ? (['actor'] as const) : []),
        ...(isBeyond && row[17] === true ? (['data'] as const) : []),
      ],
      columns: {
        action: String(row[5]),
        outcome: String(row[11]),
        resourceType: text(12),
        occurredAt: Number(row[13]),
      },
      content: row[14] === null ? 'missing' : 'there',
    },
  };
}
