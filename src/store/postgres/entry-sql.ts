import { LIMITS } from '../../event/limits.js';
import {
  MOST_WALKED,
  type EntryFilter,
  type EntryPageRequest,
  type FacetsRequest,
  type GroupKey,
  type GroupsRequest,
} from '../entry.port.js';
import { conditionsOf, type Conditions } from './entry-conditions.js';

export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** It passes over what a scope hides: where it stopped, the same with `MOST_PASSED` goes further. */
  readonly passes?: boolean;
}

/** Four times what a body may have; and what sections may have, one of an entry, and those of a page together. */
const BODY_BYTES = 64 * 1024;
export const SECTION_BYTES = 64 * 1024 * 1024;

class Bound {
  readonly values: unknown[] = [];
  readonly bind = (value: unknown): string => `$${this.values.push(value)}`;
}

/**
 * Rows with a rank, and at the end of a walk one without. The page is cut before anything is joined to it. Sizes are known without the
 * values being read.
 * @param passed entries that are gone through at most; more, and the planner may sort all that the index has
 */
export function pageStatement({ filter, order, by, after, limit }: EntryPageRequest, passed = MOST_WALKED): Statement {
  const { values, bind } = new Bound();
  const [compare, direction] = order === 'oldest' ? (['>', 'asc'] as const) : (['<', 'desc'] as const);
  const conditions = conditionsOf(filter, by, bind, after && [compare, after.id]);
  const sorted = by === 'chain' ? `e.seq ${direction}, e.id ${direction}` : byId(conditions, direction);
  const driver = [...conditions.driver];
  if (after !== undefined)
    driver.push(
      after.place === undefined
        ? `e.id ${conditions.lead === undefined ? compare : '<>'} ${bind(after.id)}::uuid` // the range of the lead begins with it
        : `(e.seq, e.id) ${compare} (${bind(after.place)}::bigint, ${bind(after.id)}::uuid)`,
    );
  const wanted = bind(limit);
  const { seen } = conditions;
  const isWalk = conditions.rest.length > 0 || seen !== undefined;
  const read = { ...conditions, driver };
  const page = isWalk
    ? `select * from (${walkSeen(read, sorted, passed)}) e where ${restOf(conditions)} order by ${sorted} limit ${wanted}`
    : walk(read, '*', sorted, wanted);
  const entries = `
select e.*, k.origin, c.pos as content, c.actor, c.data, octet_length(c.actor) as actor_bytes, octet_length(c.data) as data_bytes,
       sum(coalesce(octet_length(c.actor), 0)::bigint + coalesce(octet_length(c.data), 0))
         over (order by ${sorted} rows between unbounded preceding and 1 preceding) as before,
       count(*) over () as count, row_number() over (order by ${sorted}) as rank
  from ${isWalk ? 'page' : `(${page})`} e
  left join "audit".content c on c.pos = e.pos
  left join "audit".chain k on k.chain = e.chain`;
  const columns = `
e.rank, e.chain, e.origin, e.seq, e.id::text, encode(e.hash, 'hex'), trunc(extract(epoch from e.sealed_at) * 1000), e.tenant_key,
case when octet_length(e.body) <= ${BODY_BYTES} then e.body end,
e.actor_bytes, case when e.actor_bytes <= ${SECTION_BYTES} then e.actor end,
e.data_bytes, case when e.data_bytes <= ${SECTION_BYTES} then e.data end,
e.action, e.outcome, e.resource_type, trunc(extract(epoch from e.occurred_at) * 1000000), e.content, e.count`;
  const fits = `coalesce(e.before, 0) < ${SECTION_BYTES}`;
  if (!isWalk) return { text: `select ${columns} from (${entries}) e where ${fits} order by ${sorted}`, values };
  // Where the page is not full the whole walk was made: its last entry is looked up by the same condition, in the same snapshot, by what the
  // index alone has. The rows
  // are in the order of their rank, which is not asked for here: a sort would have all sections in memory.
  const last = (of: string): string =>
    `select ${by === 'chain' ? 's.seq' : '0'} as seq, s.id from (${of}) s where (select count(*) from page) < ${wanted}`;
  const stop = last(walk(read, by === 'chain' ? 'seq, id' : 'id', sorted, '1', passed - 1));
  const stops = seen === undefined ? `stop as materialized (${stop})` : `
shown as materialized (${last(walkSeen(read, sorted, passed, MOST_WALKED - 1))}),
stop as materialized (select * from shown union all ${stop} and not exists (select from shown))`; // prettier-ignore
  return {
    passes: seen !== undefined,
    text: `
with page as materialized (${page}),
${stops}
select ${columns}, s.seq::text, s.id::text from (${entries}) e full join stop s on false where ${fits}`,
    values,
  };
}

const byId = ({ lead }: Conditions, direction: 'asc' | 'desc'): string =>
  lead === undefined ? `e.id ${direction}` : `${lead} ${direction}, e.id ${direction}`;

/** Entries of the index, in the order of it. */
function walk({ driver, each }: Conditions, columns: string, sorted: string, most: string, offset = 0): string {
  const read = (conditions: readonly string[], order: string): string =>
    `select ${columns.replaceAll(/[a-z*]+/g, 'e.$&')} from "audit".entry e where ${conditions.join(' and ')} order by ${order} ${offset > 0 ? `offset ${offset} ` : ''}limit ${most}`;
  if (each === undefined) return read(driver, sorted);
  const ofOne = read([...driver, each.condition()], `e.action ${sorted.endsWith('desc') ? 'desc' : 'asc'}, ${sorted}`);
  return `select e.* from unnest(${each.of}::text[]) a (action) cross join lateral (${ofOne}) e order by ${sorted} limit ${most}`;
}

/** Those of the index that the scope shows. */
function walkSeen(conditions: Conditions, sorted: string, passed: number, offset?: number): string {
  if (conditions.seen === undefined) return walk(conditions, '*', sorted, String(MOST_WALKED), offset);
  const limit = offset === undefined ? `limit ${MOST_WALKED}` : `offset ${offset} limit 1`;
  return `select e.* from (${walk(conditions, '*', sorted, String(passed))}) e where ${conditions.seen} order by ${sorted} ${limit}`;
}

const restOf = ({ rest }: Conditions): string => rest.join(' and ') || 'true';

/** One more is walked than is counted, so that it is known whether there are more. */
export function countStatement(filter: EntryFilter, passed = MOST_WALKED): Statement {
  const { values, bind } = new Bound();
  const conditions = conditionsOf(filter, 'id', bind);
  const { driver, each, rest, seen } = conditions;
  const all = each === undefined ? driver : [...driver, `e.action = any (${each.of}::text[])`];
  const columns = rest.length === 0 ? '1' : 'e.*';
  const ordered = conditions.lead === undefined ? '' : ` order by ${byId(conditions, 'desc')}`;
  const walked =
    seen === undefined
      ? `select ${columns} from "audit".entry e where ${all.join(' and ')}${ordered} limit ${MOST_WALKED + 1}`
      : `select e.* from (select e.* from "audit".entry e where ${all.join(' and ')}${ordered} limit ${passed}) e where ${seen} limit ${MOST_WALKED + 1}`;
  const isMore =
    seen === undefined ? 'false' : `exists (select from "audit".entry e where ${all.join(' and ')} offset ${passed})`;
  return {
    passes: seen !== undefined,
    text: `
select w.walked, w.found, w.walked > ${MOST_WALKED} or ${isMore}
  from (select count(*)::integer as walked, (count(*) filter (where ${restOf(conditions)}))::integer as found from (${walked}) e) w`,
    values,
  };
}

/** `zone`: parameter with it. An infinite time has no hour. */
const GROUPED: Readonly<Record<GroupKey, (zone: string) => readonly [key: string, action: string]>> = {
  tenant: () => ['e.tenant_key', 'null::text'],
  actor: () => ['e.actor_id', 'null::text'],
  address: () => ['e.address', 'null::text'],
  identity: () => ['e.identity', 'null::text'],
  'hour and action': (zone) => [`extract(hour from case when isfinite(e.occurred_at) then e.occurred_at end at time zone ${zone})::integer::text`, 'e.action'], // prettier-ignore
  hour: () => [`(floor(extract(epoch from case when isfinite(e.occurred_at) then e.occurred_at end) / 3600) * 3600)::bigint::text`, 'null::text'], // prettier-ignore
  action: () => ['e.action', 'null::text'],
  outcome: () => ['e.outcome', 'null::text'],
  source: () => ['e.source', 'null::text'],
  'resource type': () => ['e.resource_type', 'null::text'],
};

/**
 * Whom somebody claimed to be: no column has that, since it stands in a section that can be erased; so it is looked for in the sections of a walk, by
 * the functions of the view, for which whatever stands there is text or nothing. In the form of an index, as `actor_email` and `actor_id` have it.
 */
const IDENTITY = `
left join lateral (
  select case when octet_length(i.named) <= ${LIMITS.projectionBytes} then i.named else 'sha256:' || encode(sha256(convert_to(i.named, 'UTF8')), 'hex') end as identity
    from (select coalesce(lower("audit".member_text(d.claimed, 'email') collate "C"), "audit".member_text(d.claimed, 'id')) as named
            from (select "audit".member("audit".member(c.data, 'details')::text, 'claimed')::text as claimed
                    from "audit".content c where c.pos = e.pos and octet_length(c.data) <= 65536 offset 0) d offset 0) i
) i on true`;

/** Groups of a walk from the newest entry on, those with most entries first; in each row how far the walk went, and where it stopped. */
export function groupsStatement({ by, zone, ...request }: GroupsRequest, passed?: number): Statement {
  return grouped(request, [by], zone, 'min(e.id::text) as first_id, max(e.id::text) as last_id', passed);
}

/** The same by several keys, whose number in their list is in each row. */
export function facetsStatement({ by, ...request }: FacetsRequest, passed?: number): Statement {
  // As text, which is what half of the time would go into.
  return grouped({ ...request, atLeast: 1 }, by, 'UTC', 'null::text as first_id, null::text as last_id', passed);
}

function grouped(
  { filter, atLeast, limit }: Omit<GroupsRequest, 'by' | 'zone'>,
  by: readonly GroupKey[],
  zone: string,
  ends: string,
  passed = MOST_WALKED,
): Statement {
  const { values, bind } = new Bound();
  const conditions = conditionsOf(filter, 'id', bind);
  const zoned = by.includes('hour and action') ? `${bind(zone)}::text` : '';
  const [least, most] = [bind(atLeast), bind(limit)];
  const groups = by.map((each, at) => {
    const [key, action] = GROUPED[each](zoned);
    return `(
  select ${at} as facet, ${key} as key, ${action} as action, count(*)::integer as count, (count(*) filter (where e.outcome <> 'success'))::integer as failed, ${ends}
    from ${each === 'identity' ? `(select e.*, i.identity from walked e ${IDENTITY} where e.fits)` : 'walked'} e where e.fits
   group by 2, 3 having count(*) >= ${least}::integer order by 4 desc, 2, 3 limit ${most}
)`;
  });
  const sorted = byId(conditions, 'desc');
  const further = conditions.seen === undefined ? '' : `else (select s.id::text from (${walk(conditions, 'id', sorted, '1', passed - 1)}) s) `; // prettier-ignore
  return {
    passes: conditions.seen !== undefined,
    text: `
with walked as materialized (
  select e.id, e.pos, e.tenant_key, e.actor_id, e.address, e.action, e.occurred_at, e.outcome, e.source, e.resource_type, ${restOf(conditions)} as fits
    from (${walkSeen(conditions, sorted, passed)}) e
), grouped as (${groups.join(' union all ')})
select g.key, g.action, g.count, g.first_id, g.last_id, w.walked, w.last, g.facet, g.failed
  from (select count(*)::integer as walked, case when count(*) >= ${MOST_WALKED} then min(id::text) ${further}end as last from walked) w left join grouped g on true
 order by g.facet, g.count desc, g.key, g.action`,
    values,
  };
}

/** A tenant has one chain; of several that somebody made, the first. */
export function endStatement(tenant: string): Statement {
  return {
    text: `
select k.chain, e.seq::text from "audit".chain k
 cross join lateral (select e.seq from "audit".entry e where e.chain = k.chain order by e.seq desc limit 1) e
 where k.tenant_key = $1 and k.chain > 0 order by k.chain limit 1`,
    values: [tenant],
  };
}

/** The next name is looked up behind the last: as many steps in the index as there are names. */
export function actionsStatement(tenant: string, prefix: string, limit: number): Statement {
  return {
    text: `
with recursive names (action) as (
  (select e.action from "audit".entry e where e.tenant_key = $1 and e.action >= $2 and e.action < $3 order by e.action limit 1)
  union all
  select (select e.action from "audit".entry e where e.tenant_key = $1 and e.action > n.action and e.action < $3 order by e.action limit 1)
    from names n where n.action is not null
)
select action from names where action is not null limit $4`,
    values: [tenant, prefix, `${prefix}\u{10ffff}`, limit],
  };
}
