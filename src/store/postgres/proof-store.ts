import { READ_LIMITS } from '../../event/limits.js';
import { MAX_LEAF_BYTES } from '../../chain/bundle.js';
import { REGISTRY_SECTION_BYTES } from '../../chain/registry.js';
import type { Digest } from '../../chain/hashing.js';
import { NOTE_LIMITS } from '../../chain/note.js';
import type { LeafWithSections, ProofSource, ProvableChain, StoredHeads, StoredSection } from '../proof.port.js';
import { LARGE_BYTES, type Row } from './log-records.js';
import { inSnapshot } from './log-snapshot.js';
import type { Pool } from './pool.js';
import { inSchema } from './schema.js';

/** Rows of a page, chains of a page, hashes of a page. */
const LEAVES = 500;
const CHAINS = 5_000;
const HASHES = 8_192;
/** Data sections of a page of `heads` together. Bytes. */
const TOLD_BYTES = 8 * 1024 * 1024;

const CHAIN = `select c.chain, c.origin, c.size, coalesce(h.size, 0) from "audit".chain c left join "audit".head h on h.chain = c.chain`;
/** A time that somebody wrote there may be infinite. */
const LEAF = `e.seq, e.id::text, case when isfinite(e.sealed_at) then trunc(extract(epoch from e.sealed_at) * 1000) else -1 end, encode(e.hash, 'hex'),
       case when octet_length(e.body) <= ${MAX_LEAF_BYTES} then e.body end`;
const PREV = `(select encode(p.hash, 'hex') from "audit".entry p where p.chain = e.chain and p.seq = e.seq - 1 limit 1)`;
const ENTRY = `select ${LEAF}, ${PREV}, e.chain, e.pos from "audit".entry e where e.id = $1::uuid and e.chain >= 0 limit 1`;
const PAGE = `select ${LEAF} from "audit".entry e where e.chain = $1 and e.seq >= $2 and e.seq < $3 order by e.seq limit ${LEAVES}`;
const section = (name: 'actor' | 'data', largest: string): string =>
  `replace(c.salt_${name}::text, '-', ''), octet_length(c.${name}), case when octet_length(c.${name}) <= ${largest} then c.${name} end`;
const PAGE_WITH_SECTIONS = `
select ${LEAF}, e.pos, ${section('actor', `$4`)}, ${section('data', `$5`)}
  from "audit".entry e left join "audit".content c on c.pos = e.pos
 where e.chain = $1 and e.seq >= $2 and e.seq < $3 order by e.seq limit ${LEAVES}`;
const SECTIONS = `select ${section('actor', `$2`)}, ${section('data', `$3`)} from "audit".content c where c.pos = $1`;
const SOME_HASHES = `select encode(string_agg(e.hash, '' order by e.seq), 'hex') from "audit".entry e where e.chain = $1 and e.seq >= $2 and e.seq < $3`;
const heads = (where: string, direction: 'asc' | 'desc'): string => `
select * from (
  select ${LEAF}, ${PREV}, case when octet_length(c.data) <= ${REGISTRY_SECTION_BYTES} then c.data end,
         sum(least(coalesce(octet_length(c.data), 0), ${REGISTRY_SECTION_BYTES})) over (order by e.seq ${direction} rows between unbounded preceding and 1 preceding) as before
    from "audit".entry e left join "audit".content c on c.pos = e.pos
   where e.chain = 0 and e.action = 'heads' and ${where} order by e.seq ${direction} limit ${LEAVES}) page
 where coalesce(before, 0) < ${TOLD_BYTES}`;
const HEADS_FROM = heads(`e.seq > $1 and e.sealed_at >= to_timestamp($2::double precision / 1000)`, 'asc');
const HEADS_BELOW = heads(`e.seq < $1`, 'desc');
/** What is longer than a note is none. */
const NOTE = `case when octet_length(note) <= ${NOTE_LIMITS.bytes} then note else '' end`;
const OVER = `select size, ${NOTE} from "audit".checkpoint where size > $1 order by size limit 1`;
const NEWEST = `select size, ${NOTE} from "audit".checkpoint order by size desc limit 1`;

/**
 * Reads what proofs are made of, in one snapshot.
 * @throws AuditError `AUDIT_PRIVILEGE_MISSING` if this role cannot see all of the log, `AUDIT_SCHEMA_MISSING`
 */
export async function withProofSource<T>(
  pool: Pool,
  schema: string,
  work: (source: ProofSource) => Promise<T>,
): Promise<T> {
  return await inSnapshot(pool, schema, async (client) => {
    const rows = async (text: string, values: unknown[] = []): Promise<Row[]> =>
      (await client.query<unknown[]>({ text: inSchema(schema, text), values, rowMode: 'array' })).rows;
    return await work(proofSource(rows));
  });
}

function proofSource(rows: (text: string, values?: unknown[]) => Promise<Row[]>): ProofSource {
  return {
    async *chains() {
      for (let after = -1; ;) {
        const page = (await rows(`${CHAIN} where c.chain > $1 order by c.chain limit ${CHAINS}`, [after])).map(chainOf);
        const last = page.at(-1);
        if (last === undefined) return;
        yield page;
        after = last.chain;
      }
    },
    async chain(chain) {
      const [row] = await rows(`${CHAIN} where c.chain = $1`, [chain]);
      return row && chainOf(row);
    },
    async entry(id) {
      const [row] = await rows(ENTRY, [id]);
      if (row === undefined) return undefined;
      const [sections] = await rows(SECTIONS, [row[7], READ_LIMITS.section, READ_LIMITS.section]);
      const leaf = leafOf(row, row[5] as string | null);
      return { ...leaf, chain: Number(row[6]), sections: { actor: sectionOf(sections, 0), data: sectionOf(sections, 3) } }; // prettier-ignore
    },
    async *leaves(chain, from, to, names = []) {
      let prev = from === 0 ? null : ((await hashesOf(rows, chain, from - 1, from))[0] ?? null);
      const limits = (['actor', 'data'] as const).map((name) => (names.includes(name) ? LARGE_BYTES : -1));
      for (let next = from; next < to;) {
        const bounds = [chain, next, to];
        const page = await (names.length === 0 ? rows(PAGE, bounds) : rows(PAGE_WITH_SECTIONS, [...bounds, ...limits]));
        if (page.length === 0) return;
        const leaves: LeafWithSections[] = [];
        for (const row of page) {
          const sections: { actor?: StoredSection; data?: StoredSection } = {};
          for (const name of names) {
            const at = name === 'actor' ? 6 : 9;
            const isLarge = Number(row[at + 1] ?? 0) > LARGE_BYTES;
            sections[name] = isLarge ? await largeSection(rows, Number(row[5]), name) : sectionOf(row, at);
          }
          leaves.push({ ...leafOf(row, prev), sections });
          prev = String(row[3]);
        }
        yield leaves;
        next = Number(page.at(-1)?.[0]) + 1;
      }
    },
    async *hashes(chain, from, to) {
      for (let next = from; next < to; next += HASHES) {
        const page = await hashesOf(rows, chain, next, Math.min(next + HASHES, to));
        if (page.length === 0) return;
        yield page;
      }
    },
    async *heads(where) {
      let page: StoredHeads[];
      let last = 'below' in where ? where.below : -1;
      do {
        const found = await ('below' in where ? rows(HEADS_BELOW, [last]) : rows(HEADS_FROM, [last, where.sealedFrom]));
        page = found.map((row) => ({
          ...leafOf(row, row[5] as string | null),
          told: (row[6] as string | null) ?? undefined,
        }));
        if (page.length > 0) yield page;
        last = page.at(-1)?.seq ?? last;
      } while (page.length > 0);
    },
    async checkpointOver(seq) {
      return checkpointOf(await rows(OVER, [seq]));
    },
    async newestCheckpoint() {
      return checkpointOf(await rows(NEWEST));
    },
  };
}

type Rows = (text: string, values?: unknown[]) => Promise<Row[]>;

async function hashesOf(rows: Rows, chain: number, from: number, to: number): Promise<Digest[]> {
  const [row] = await rows(SOME_HASHES, [chain, from, to]);
  return typeof row?.[0] === 'string' ? (row[0].match(/.{64}/g) ?? []) : [];
}

/** One of these by itself, so that a page of large sections is no larger than others. */
async function largeSection(rows: Rows, pos: number, name: 'actor' | 'data'): Promise<StoredSection> {
  const isActor = name === 'actor';
  const limits = isActor ? [READ_LIMITS.section, -1] : [-1, READ_LIMITS.section];
  return sectionOf((await rows(SECTIONS, [pos, ...limits]))[0], isActor ? 0 : 3);
}

function chainOf(row: Row): ProvableChain {
  return { chain: Number(row[0]), origin: String(row[1]), size: Number(row[2]), told: Number(row[3]) };
}

function leafOf(row: Row, prev: string | null) {
  return {
    seq: Number(row[0]),
    id: String(row[1]),
    sealedAt: Number(row[2]),
    hash: String(row[3]),
    body: (row[4] as string | null) ?? undefined,
    prev: prev ?? undefined,
  };
}

/** Salt, size and bytes from that column on. */
function sectionOf(row: Row | undefined, at: number): StoredSection {
  const bytes = row?.[at + 2] as string | Uint8Array | null | undefined;
  return {
    salt: (row?.[at] as string | null | undefined) ?? undefined,
    bytes: typeof bytes === 'string' ? Buffer.from(bytes) : (bytes ?? undefined),
  };
}

function checkpointOf(rows: readonly Row[]): { size: number; note: string } | undefined {
  const [row] = rows;
  return row && { size: Number(row[0]), note: String(row[1]) };
}
