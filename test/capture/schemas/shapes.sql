-- DDL of shapes.prisma.
create type "role_kind" as enum ('ADMIN', 'staff-member');
create table "Auto" (id serial primary key, code text not null unique, "count" integer not null default 0, "words" text[]);
create table "uuids" (id uuid primary key, code text not null unique, "count" integer not null default 0, "words" text[]);
create table "Cuid" (id text primary key, "the code" text not null unique, "count" integer not null default 0, "words" text[]);
create table "texts" (code text primary key, "count" integer not null default 0, "words" text[]);
create table "Pair" (part integer not null default 7, code text not null unique, "count" integer not null default 0, "words" text[], primary key (part, code));
create table "Keyless" (code text not null unique, "count" integer not null default 0, "words" text[]);
create table "Big" (id bigserial primary key, code text not null unique, "count" integer not null default 0, "words" text[]);

create table "people" (id integer primary key, name text not null unique, role "role_kind" not null default 'staff-member', password text,
  manager_id integer references "people" on delete set null on update cascade);
create table "Profile" (id integer primary key, bio text not null,
  person_id integer unique references "people" on delete cascade on update cascade);
create table "posts" (id integer primary key, title text not null, author_id integer references "people" on delete set null on update cascade);
create table "Label" (id integer primary key, name text not null unique);
create table "_LabelToPost" ("A" integer not null references "Label" on delete cascade on update cascade,
  "B" integer not null references "posts" on delete cascade on update cascade, primary key ("A", "B"));
create table "Club" (id integer primary key, name text not null);
create table "memberships" (person_id integer not null references "people" on delete cascade on update cascade,
  club_id integer not null references "Club" on delete restrict on update cascade, level integer not null default 1, primary key (person_id, club_id));

create table "Owner" (code text primary key);
create table "Cascaded" (id integer primary key, owner text not null references "Owner" on delete cascade on update cascade);
create table "Nulled" (id integer primary key, owner text references "Owner" on delete set null on update set null);
create table "Defaulted" (id integer primary key, owner text not null default 'none' references "Owner" on delete set default on update set default);
create table "Restricted" (id integer primary key, owner text not null unique references "Owner" on delete restrict on update restrict);
create table "typed values" (id integer primary key, role "role_kind", roles "role_kind"[], amount numeric(38, 10), big bigint,
  float double precision, bytes bytea, jsonb jsonb, json json, at timestamptz(6), day date, flag boolean, ints integer[], amounts numeric(65, 30)[], bigs bigint[]);
