import { READ_LIMITS } from '../../event/limits.js';
import type { ChainRange, Key } from './key-ranges.js';

/** Total: a time that somebody wrote there may be infinite, or have more microseconds than a bigint holds. */
const micros = (time: string): string =>
  `case when isfinite(${time}) then trunc(extract(epoch from ${time}) * 1000000) else -1 end`;

/** As the sealer reads it: no time where no body can hold it. */
const CAPTURED_AT = `case when c.at between 'epoch' and '2255-06-05 23:47:34.740991+00' then (extract(epoch from c.at) * 1000000)::bigint end`;

export const SIZE = `select coalesce(sum(size), 0) from "audit".chain`;

/** Of all chains without a condition: a row without a number is a row like any other. */
export const chains = (range: ChainRange | undefined): string =>
  `select chain, origin, tenant_key, size, encode(hash, 'hex'), encode(frontier, 'hex') from "audit".chain c ${ofChains('c', range)} order by chain`;

const ofChains = (table: 'c' | 'e', range: ChainRange | undefined): string =>
  range === undefined ? '' : `where ${table}.chain between '${range.from}' and '${range.to}'`;

/** Columns of `entries` by their place. */
export const POS = 2;
export const ACTOR_BYTES = 33;
export const DATA_BYTES = 34;

/**
 * No condition but the numbers of chains that are to be read: what has an odd number, or a chain that is none, is a row like any
 * other. @param largest bytes of a section that comes with its row
 */
export const entries = (largest: number, range: ChainRange | undefined): string => `
select e.chain, e.seq, e.pos, ${micros('e.sealed_at')}, ${micros('e.occurred_at')},
       e.id::text, encode(e.hash, 'hex'), e.tenant_key, e.actor_id, e.action, e.resource_type, e.resource_id, e.outcome, e.request_id, e.group_id::text, e.source, e.actor_email, e.address, e.plate, e.subject, e.body,
       c.xid::text, ${CAPTURED_AT}, c.source, c.op, c.model, c.resource_id, c.group_id::text, c.tenant_key, c.header, c.flags,
       replace(c.salt_actor::text, '-', ''), replace(c.salt_data::text, '-', ''), octet_length(c.actor), octet_length(c.data),
       case when octet_length(c.actor) <= ${largest} then c.actor end, case when octet_length(c.data) <= ${largest} then c.data end,
       c.pos is not null
  from "audit".entry e left join "audit".content c on c.pos = e.pos
 ${ofChains('e', range)}
 order by e.chain, e.seq`;

/** Columns of `copied`. */
export const COPIED = { headers: 21, content: 38 } as const;

/** @param from the first is the row with this key, or the first behind it */
export interface CopyAsked {
  readonly from: Key;
  readonly isBehind: boolean;
  readonly toChain: number;
  readonly rows: number;
  readonly content: boolean;
}

/**
 * The same rows for COPY in its binary format, so many of them behind a key. With ties: a second row of a number is never left for a
 * reading that begins behind it. Casts, so that a column has the type that is read, whatever was made of it. COPY takes no
 * parameters: keys are numbers.
 */
export const copied = ({ from, isBehind, toChain, rows, content }: CopyAsked, largest: number): string => `copy (
select e.chain::int8, e.seq::int8, e.pos::int8, e.sealed_at::timestamptz, e.occurred_at::timestamptz,
       e.id::text, e.hash::bytea, e.tenant_key::text, e.actor_id::text, e.action::text, e.resource_type::text, e.resource_id::text, e.outcome::text, e.request_id::text, e.group_id::text, e.source::text, e.actor_email::text, e.address::text, e.plate::text, e.subject::text, e.body::text
       ${content ? COPIED_CONTENT(largest) : ''}
  from "audit".entry e ${content ? 'left join "audit".content c on c.pos = e.pos' : ''}
 where (e.chain, e.seq) ${isBehind ? '>' : '>='} ('${from.chain}'::int4, '${from.seq}'::int8) and e.chain <= '${toChain}'::int4
 order by e.chain, e.seq fetch first ${rows} rows with ties) to stdout (format binary)`;

const COPIED_CONTENT = (largest: number): string => `,
       c.pos is not null, octet_length(c.actor)::int8, octet_length(c.data)::int8, c.xid::text, c.at::timestamptz, c.source::text, c.op::text, c.model::text, c.resource_id::text, c.group_id::text, c.tenant_key::text, c.header::text, c.flags::text,
       c.salt_actor::uuid, c.salt_data::uuid,
       case when octet_length(c.actor) <= ${largest} then c.actor end::bytea, case when octet_length(c.data) <= ${largest} then c.data end::text`;

/**
 * Whether the tables are as the package makes them, as far as `copied` stands on it: the server keeps a key unique, so that no reading
 * is longer than it was asked to be; columns have their types; there are no rows of other tables among theirs.
 */
export const IS_COPYABLE = `
with types (relation, columns) as (values
  ('"audit".entry'::regclass, 'action text, actor_email text, actor_id text, address text, body text, chain integer, group_id uuid, hash bytea, id uuid, occurred_at timestamp with time zone, outcome text, plate text, pos bigint, request_id text, resource_id text, resource_type text, sealed_at timestamp with time zone, seq bigint, source text, subject text, tenant_key text'),
  ('"audit".content'::regclass, 'actor bytea, at timestamp with time zone, data text, flags text, group_id uuid, header text, model text, op text, pos bigint, resource_id text, salt_actor uuid, salt_data uuid, source text, tenant_key text, xid xid8'))
select bool_and(t.columns = (select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attname collate "C") from pg_attribute a where a.attrelid = t.relation and a.attnum > 0 and not a.attisdropped)
   and not exists (select from pg_inherits i where i.inhparent = t.relation)
   and exists (select from pg_index i
                where i.indrelid = t.relation and i.indisunique and i.indisvalid and i.indisready and i.indimmediate and i.indpred is null
                  and (select string_agg(coalesce(a.attname, ''), ', ' order by k.at) from unnest(i.indkey::int2[]) with ordinality k (attnum, at) left join pg_attribute a on a.attrelid = t.relation and a.attnum = k.attnum and a.attnotnull)
                      = case t.relation when '"audit".entry'::regclass then 'chain, seq' else 'pos' end))
  from types t`;

/**
 * Short readings in the order of the key want its index and a look for each content, whatever the planner believes of tables that
 * were not analyzed. Of the planner alone: without the index it sorts as before.
 */
export const PLAN = {
  on: ['hashjoin', 'mergejoin', 'sort', 'seqscan', 'bitmapscan']
    .map((way) => `set local enable_${way} = off`)
    .join(';'),
  off: ['hashjoin', 'mergejoin', 'sort', 'seqscan', 'bitmapscan']
    .map((way) => `set local enable_${way} to default`)
    .join(';'),
} as const;

/** Nothing of a section that no process can hold. */
export const SECTIONS = `select case when octet_length(actor) <= ${READ_LIMITS.section} then actor end, case when octet_length(data) <= ${READ_LIMITS.section} then data end from "audit".content where pos = $1`;

/** From which position on entries have all projections (0011_questions.sql). */
export const PROJECTED_FROM = `select min(from_pos) from "audit".projection`;

/** Counts a column that is in no index, so that the table itself is read. */
export const COUNT = `select count(body) from "audit".entry`;

/** Columns of entry that the server keeps unique by themselves, over all rows. */
export const UNIQUE_INDEXES = `
select a.attname
  from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
 where i.indrelid = '"audit".entry'::regclass and i.indisunique and i.indisvalid and i.indisready and i.indimmediate and i.indnkeyatts = 1 and i.indpred is null`;

export const doubles = (column: 'pos' | 'id'): string =>
  `select ${column}::text from "audit".entry group by ${column} having count(*) > 1 order by ${column} limit 10`;

/**
 * Waiting is told by the time of capture. Of one that lies ahead it cannot be: such a row waits if one behind it was sealed that
 * long ago, and one of no time at all is never waited for.
 */
export const UNSEALED = `
select count(*) over (), c.pos
  from "audit".content c,
       (select max(e.pos) as pos from "audit".entry e where e.sealed_at < clock_timestamp() - $1 * interval '1 millisecond') sealed
 where not exists (select from "audit".entry e where e.pos = c.pos)
   and (c.at < clock_timestamp() - $1 * interval '1 millisecond' or not isfinite(c.at) or c.at > clock_timestamp() and c.pos < sealed.pos)
 order by c.pos limit 10`;

export const LATEST_CHANGES = `
select c.xid::text, max(coalesce(${CAPTURED_AT}, 9007199254740991))
  from "audit".content c where c.source = 'change' and c.op is not null and c.xid = any ($1::text[]::xid8[]) group by c.xid`;
