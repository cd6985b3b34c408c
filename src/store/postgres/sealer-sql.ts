import { ACCESS_MARK } from '../../chain/access.js';
import { LIMITS, READ_LIMITS } from '../../event/limits.js';

/** What changes the log is a function of the database (0005_seal.sql, 0008_levels.sql): the sealer's role has no right to change a table. */
export const ACQUIRE = `select epoch, origin, incarnation, low, last_sealed_at from "audit".acquire($1::text, $2::integer)`;

export const RENEW = `select "audit".renew($1::text, $2::bigint, $3::integer)`;

export const RELEASE = `select "audit".release($1::text, $2::bigint)`;

/** A restore of the data alone leaves sequences behind: a position must never be handed out twice. */
export const MEND_SEQUENCE = `select "audit".mend_positions()`;

export const FORGET_KEYS = `select "audit".forget_keys($1::integer, $2::integer)`;

/** Ranges above $1 that have no entry, between sealed positions; the third column is the greatest sealed position. */
export const UNSETTLED = `
with sealed as (
  select pos, lag(pos, 1, $1::bigint) over (order by pos) as before from "audit".entry where pos > $1 and pos <= (select "audit".position())
), top as (
  select greatest(max(pos), $1) as high from sealed
)
select gap.lo, gap.hi, top.high
  from top left join (select before + 1 as lo, pos - 1 as hi from sealed where pos > before + 1) gap on true
 order by 1`;

export const OVERLOOKED = `
select c.pos from "audit".content c where c.pos <= $1 and not exists (select from "audit".entry e where e.pos = c.pos) order by 1 limit 10000`;

/** The data section travels where an access may be in it: see `accessKeys`. */
const ACCESS = (row: string): string =>
  `(octet_length(${row}.data) <= ${READ_LIMITS.access} and octet_length(${row}.header) <= ${4 * READ_LIMITS.header} and strpos(${row}.header, '${ACCESS_MARK}') > 0)`;

// Nothing is looked into that could be large before it is known how large it is: size of what is stored, not of what is read.
const SIZES = `
  c.pos, c.xid, c.at, c.source, c.op, c.model, c.resource_id, c.group_id, c.tenant_key, c.header, c.flags, c.actor, c.data, c.salt_actor, c.salt_data,
  1500 + least(coalesce(octet_length(c.actor), 0), ${READ_LIMITS.actor}) + least(coalesce(octet_length(c.header), 0), ${READ_LIMITS.header})
    + case when ${ACCESS('c')} then octet_length(c.data) else 0 end
    + (coalesce(octet_length(c.data), 0)::bigint + coalesce(octet_length(c.actor), 0)) / ${READ_LIMITS.hashedPerByte} as weight`;

const COMMIT = (section: string, bytes: string): string => `
  case when octet_length(r.${section}) <= ${READ_LIMITS.section} then
    encode(sha256(convert_to('audit-section/v1' || chr(10) || '${section}' || chr(10) || replace(r.salt_${section}::text, '-', '') || chr(10), 'UTF8') || ${bytes}), 'hex') end`;

/** One character more than the limit shows that there was more. */
const CUT = (column: string, limit: number): string => `left(r.${column}, ${limit + 1}) as ${column}`;

/** As `projected()`: what is too long for an index stands there as its hash, so it need not travel. */
const PROJECTED = (column: string): string => `
       case when octet_length(r.${column}) > ${LIMITS.projectionBytes} then 'sha256:' || encode(sha256(convert_to(r.${column}, 'UTF8')), 'hex') else r.${column} end as ${column}`;

/**
 * Gaps and tail in ONE snapshot, with the horizon of that same snapshot. Both commitments are made here, so that the data does
 * not travel, and what travels is bounded: each column is cut, and the rows end where they weigh more than $5 together (the first
 * is always there). Nothing beyond what the sequence has handed out: a row there was not written by the log. The last column
 * says how many rows there were before that.
 * LATERAL: as a plain join the planner may walk all of content for a list of gaps that is empty.
 */
export const READ = `
select s.horizon, s.now, r.pos, r.xid::text as xid,
       case when r.at between 'epoch' and '2255-06-05 23:47:34.740991+00' then (extract(epoch from r.at) * 1000000)::bigint end as at,
       ${CUT('source', 100)}, ${CUT('op', READ_LIMITS.text)}, ${CUT('model', READ_LIMITS.text)},${PROJECTED('resource_id')}, r.group_id::text as group_id,
      ${PROJECTED('tenant_key')}, ${CUT('header', READ_LIMITS.header)}, ${CUT('flags', READ_LIMITS.flags)},
       substr(r.actor, 1, ${READ_LIMITS.actor + 1}) as actor,${COMMIT('actor', 'r.actor')} as commit_actor,${COMMIT('data', "convert_to(r.data, 'UTF8')")} as commit_data,
       coalesce(octet_length(r.data) > ${READ_LIMITS.section} or octet_length(r.actor) > ${READ_LIMITS.section}, false) as too_large, r.found, case when ${ACCESS('r')} then r.data end as access
  from (select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, (extract(epoch from clock_timestamp()) * 1000000)::bigint as now) s
  left join (
    select * from (
      select t.*, sum(weight) over (order by pos) - weight as before, count(*) over () as found from (
        select * from (
          (select f.* from unnest($1::bigint[], $2::bigint[]) as g (lo, hi)
             cross join lateral (select ${SIZES} from "audit".content c where c.pos between g.lo and g.hi order by c.pos limit $4) f
            order by f.pos limit $4)
          union all
          (select ${SIZES} from "audit".content c where c.pos > $3 and c.pos <= (select "audit".position()) order by c.pos limit $4)
        ) u order by pos limit $4
      ) t
    ) w where before < $5
  ) r on true
 order by r.pos`;

export const BOUND = `select pg_current_xact_id()::text`;

/**
 * The heads of these tenants' chains. `beyond`: there are entries where the next one belongs. A chain without a row, whose entries
 * say that it was there, comes with the size -1.
 */
export const HEADS = `
select c.chain, left(c.origin, 300), c.tenant_key, c.size, encode(c.hash, 'hex'), encode(substr(c.frontier, 1, 2048), 'hex'),
       exists (select from "audit".entry e where e.chain = c.chain and e.seq >= c.size) as beyond
  from "audit".chain c where c.tenant_key = any ($1::text[])
union all
select (select e.chain from "audit".entry e where e.tenant_key = t.tenant limit 1), '', t.tenant, -1, '', '', true
  from unnest($1::text[]) as t (tenant)
 where not exists (select from "audit".chain c where c.tenant_key = t.tenant) and exists (select from "audit".entry e where e.tenant_key = t.tenant)`;

export const RESERVE = `select pos, chain from "audit".reserve($1::integer)`;

export const SEAL = `select "audit".seal(${Array.from({ length: 40 }, (_, i) => `$${i + 1}`).join(', ')})`;

export const SEAL_REGISTRY = `select "audit".seal_registry(${Array.from({ length: 19 }, (_, i) => `$${i + 1}`).join(', ')})`;

/** As HEADS; what no head of a log can be is left out by its size, so that it does not travel. */
export const UNTOLD = `
select c.chain, left(c.origin, 300), c.tenant_key, c.size, encode(c.hash, 'hex'), encode(substr(c.frontier, 1, 2048), 'hex'), false
  from "audit".chain c left join "audit".head h on h.chain = c.chain
 where c.chain > 0 and c.size > coalesce(h.size, 0) order by c.chain limit $1`;

export const WATCH_COVERAGE = `select "audit".watch_coverage()`;
