create type "Mood" as enum ('HAPPY', 'so-so', 'HAPPY!');
create table things (
  id serial primary key,
  "the text" text, varchar varchar(50), char char(6), uuid uuid, xml xml, inet inet, bit bit(5), varbit varbit(9),
  bool boolean, int_column integer, small smallint, oid oid, big bigint, real real, double double precision,
  "decimal" decimal(65, 30), exact decimal(38, 10), money money,
  happened_at timestamp(3), at6 timestamp(6), zoned timestamptz(6), date date, time time(6), timetz timetz(6),
  bytes bytea, jsonb jsonb, json_text json, mood "Mood",
  texts text[], uuids uuid[], bools boolean[], ints integer[], big_ones bigint[], doubles double precision[],
  decimals decimal(38, 10)[], ats timestamp(3)[], dates date[], blobs bytea[], jsons jsonb[], moods "Mood"[],
  phone text, pet text, password text
);
