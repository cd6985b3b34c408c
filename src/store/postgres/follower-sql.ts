import { SECTION_BYTES } from './entry-sql.js';

/** What changes a follower is a function of the database (0016_follow.sql): its role has no right to change a table. */
export const ACQUIRE = `select epoch, chain, seq, sealed_at, trouble from "audit".follower_acquire($1::text, $2::text, $3::integer, $4::text)`;
export const RENEW = `select "audit".follower_renew($1::text, $2::text, $3::bigint, $4::integer)`;
export const RELEASE = `select "audit".follower_release($1::text, $2::text, $3::bigint)`;
export const MOVE = `
select "audit".follower_move($1::text, $2::text, $3::bigint, $4::integer, $5::integer, $6::bigint, $7::integer, $8::bigint, $9::integer, $10::integer[], $11::bigint[], $12::integer[], $13::text[])`;
export const FAILED = `select "audit".follower_failed($1::text, $2::text, $3::bigint, $4::text)`;
export const REPLAYED = `select "audit".follower_replayed($1::text, $2::text, $3::bigint, $4::integer, $5::bigint, $6::text)`;
export const STATES = `
select name, alive, failures, failing_ms, moved_ms, dead, replay, lag, at_least, lag_ms, keep_ms, trouble from "audit".followers($1::integer)`;

const BODY_BYTES = 64 * 1024;

/** An entry as the reader's store has it, the one before it in its chain, and how many rows there were before the cut. */
const COLUMNS = `
(extract(epoch from w.sealed_at) * 1000000)::bigint, w.chain, w.seq, w.id::text, encode(w.hash, 'hex'), w.tenant_key,
case when octet_length(w.body) <= ${BODY_BYTES} then w.body end,
w.actor_bytes, case when w.actor_bytes <= ${SECTION_BYTES} then w.actor end,
w.data_bytes, case when w.data_bytes <= ${SECTION_BYTES} then w.data end,
w.action, w.outcome, w.resource_type, trunc(extract(epoch from w.occurred_at) * 1000000), w.content, k.origin, p.id::text, encode(p.hash, 'hex'), w.weight, w.found`;

const WEIGHED = `
e.chain, e.seq, e.sealed_at, e.occurred_at, e.id, e.hash, e.tenant_key, e.action, e.outcome, e.resource_type, e.body,
c.pos as content, c.actor, c.data, octet_length(c.actor) as actor_bytes, octet_length(c.data) as data_bytes,
500 + octet_length(e.body) + coalesce(octet_length(c.actor), 0)::bigint + coalesce(octet_length(c.data), 0) as weight`;

const cut = (rows: string, bytes: string): string => `
select * from (
  select t.*, sum(weight) over (order by sealed_at, chain, seq) - weight as before, count(*) over () as found from (${rows}) t
) b where before < ${bytes}`;

const JOINED = `
  left join "audit".chain k on k.chain = w.chain
  left join "audit".entry p on p.chain = w.chain and p.seq = w.seq - 1`;

/**
 * Behind the place ($1 microseconds, $2 chain, $3 seq), $4 entries and $5 bytes at most, though the first is always there. Sizes are known without
 * the values being read. Nothing is sealed behind what the row of the sealer says; an entry that seems to be was changed since, and would end the
 * order for all that come. The last column says that the entry at the place is another one ($6: its chain, null at the beginning).
 */
export const READ = `
select ${COLUMNS}, s.lost
  from (select $6::integer is not null and not exists (
          select from "audit".entry e where e.chain = $2::integer and e.seq = $3::bigint and e.sealed_at = timestamptz 'epoch' + $1::bigint * interval '1 microsecond') as lost) s
  left join (${cut(
    `
    select ${WEIGHED}
      from "audit".entry e left join "audit".content c on c.pos = e.pos
     where (e.sealed_at, e.chain, e.seq) > (timestamptz 'epoch' + $1::bigint * interval '1 microsecond', $2::integer, $3::bigint)
       and e.sealed_at <= (select last_sealed_at from "audit".sealer)
     order by e.sealed_at, e.chain, e.seq limit $4`,
    '$5',
  )}) w on true${JOINED}
 order by w.sealed_at, w.chain, w.seq`;

export const TO_REPLAY = `
select ${COLUMNS}
  from (${cut(
    `
    select ${WEIGHED}
      from "audit".follower_dead d join "audit".entry e on e.chain = d.chain and e.seq = d.seq left join "audit".content c on c.pos = e.pos
     where d.name = $1 and d.state = 'replay'
     order by e.sealed_at, e.chain, e.seq limit $2`,
    '$3',
  )}) w${JOINED}
 order by w.sealed_at, w.chain, w.seq`;
