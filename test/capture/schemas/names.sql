-- DDL of names.prisma.
create type "by" as enum ('audit', 'select', 'new', '__proto__', 'счёт');
create table "audit" ("id" integer primary key, "audit" text not null, "select" "by" not null default 'audit');
create table "user" ("by" integer primary key, "user" text not null default 'u', "new" integer references "audit" on delete set null on update cascade,
  "constructor" text not null default 'c', "password" text);
create table "select" ("where" integer primary key, "data" jsonb not null default '{}');
create table "_auditToselect" ("A" integer not null references "audit" on delete cascade, "B" integer not null references "select" on delete cascade, primary key ("A", "B"));
create table "__proto__" ("__proto__" text primary key, "constructor" text not null, "toString" text not null default 'p');
create table "Looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooog" ("Looooooooooooooooooooooooooooooooooooooooooooooooooooooooooooog" integer primary key, "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv" text not null);
create table "Счёт-фактура" ("ид" integer primary key, "сумма с НДС" integer not null, "вид" "by" not null default 'счёт');
