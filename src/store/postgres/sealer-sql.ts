/** What changes the log is a function of the database (0005_seal.sql, 0008_levels.sql): the sealer's role has no right to change a table. */
export const ACQUIRE = `select epoch, origin, incarnation, low, last_sealed_at from "audit".acquire($1::text, $2::integer)`;

export const RENEW = `select "audit".renew($1::text, $2::bigint, $3::integer)`;

export const RELEASE = `select "audit".release($1::text, $2::bigint)`;

/** A logical restore leaves sequences behind: a position must never be handed out twice. */
export const MEND_SEQUENCE = `
select setval('"audit".content_pos_seq', m.pos)
  from (select greatest((select max(pos) from "audit".content), (select max(pos) from "audit".entry), (select low from "audit".sealer)) as pos) m
 where m.pos > "audit".position()`;

/** Ranges above $1 that have no entry, between sealed positions; the third column is the greatest sealed position. */
export const UNSETTLED = `
with sealed as (
  select pos, lag(pos, 1, $1::bigint) over (order by pos) as before from "audit".entry where pos > $1
), top as (
  select greatest(max(pos), $1) as high from sealed
)
select gap.lo, gap.hi, top.high
  from top left join (select before + 1 as lo, pos - 1 as hi from sealed where pos > before + 1) gap on true
 order by 1`;

export const OVERLOOKED = `
select c.pos from "audit".content c where c.pos <= $1 and not exists (select from "audit".entry e where e.pos = c.pos) order by 1 limit 10000`;

const COLUMNS = `
  c.pos, c.xid::text as xid,
  case when c.at between 'epoch' and '2255-06-05 23:47:34.740991+00' then (extract(epoch from c.at) * 1000000)::bigint end as at,
  c.source, c.op, c.model, c.resource_id, c.group_id::text as group_id, c.tenant_key, c.header, c.flags, c.actor,
  encode(sha256(convert_to('audit-section/v1' || chr(10) || 'actor' || chr(10) || replace(c.salt_actor::text, '-', '') || chr(10), 'UTF8') || c.actor), 'hex') as commit_actor,
  encode(sha256(convert_to('audit-section/v1' || chr(10) || 'data' || chr(10) || replace(c.salt_data::text, '-', '') || chr(10) || c.data, 'UTF8')), 'hex') as commit_data`;

/** Gaps and tail in ONE snapshot, with the horizon of that same snapshot. Both commitments are made here, so that the data does not travel. LATERAL: as a plain join the planner may walk all of content for a list of gaps that is empty. */
export const READ = `
select s.horizon, s.now, r.*
  from (select pg_snapshot_xmin(pg_current_snapshot())::text as horizon, (extract(epoch from clock_timestamp()) * 1000000)::bigint as now) s
  left join (
    select * from (
      (select f.* from unnest($1::bigint[], $2::bigint[]) as g (lo, hi)
         cross join lateral (select ${COLUMNS} from "audit".content c where c.pos between g.lo and g.hi order by c.pos limit $4) f
        order by f.pos limit $4)
      union all
      (select ${COLUMNS} from "audit".content c where c.pos > $3 order by c.pos limit $4)
    ) t order by pos limit $4
  ) r on true
 order by r.pos`;

export const BOUND = `select pg_current_xact_id()::text`;

export const HEADS = `
select chain, origin, tenant_key, size, encode(hash, 'hex'), encode(frontier, 'hex') from "audit".chain where tenant_key = any ($1::text[])`;

export const RESERVE = `select pos, chain from "audit".reserve($1::integer)`;

export const SEAL = `select "audit".seal(${Array.from({ length: 35 }, (_, i) => `$${i + 1}`).join(', ')})`;

export const WATCH_COVERAGE = `select "audit".watch_coverage()`;
