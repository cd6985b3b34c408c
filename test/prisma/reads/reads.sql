create table "Practice" (id int primary key, name text not null);
create table patients (
  id bigint primary key,
  code text not null unique,
  name text not null,
  "bornAt" timestamp(3),
  secret text not null default '',
  weight numeric(65, 30),
  "practiceId" int references "Practice" (id)
);
create table "File" (
  patient_id bigint not null unique references patients (id),
  day date not null,
  text text not null,
  scan bytea,
  primary key (patient_id, day)
);
create table "Doctor" (id int primary key, name text not null);
create table "Visit" (
  id int primary key,
  "patientId" bigint references patients (id),
  "doctorId" int references "Doctor" (id)
);
create table "Label" (name text primary key);
create table "_LabelToPatient" (
  "A" text not null references "Label" (name) on delete cascade,
  "B" bigint not null references patients (id) on delete cascade,
  primary key ("A", "B")
);
create table "Country" (code text primary key, name text not null);

insert into "Practice" values (1, 'North'), (2, 'South');
insert into patients (id, code, name, "bornAt", secret, weight, "practiceId") values
  (1, 'p1', 'Ada', '1990-01-02', 's1', 60.5, 1),
  (2, 'p2', 'Ben', null, 's2', null, 1),
  (3, 'p3', 'Cem', null, 's3', 80, 2);
insert into "File" values (1, '2024-02-03', 'one', '\x0102'), (2, '2024-02-04', 'two', null);
insert into "Doctor" values (1, 'Dee'), (2, 'Eve');
insert into "Visit" values (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, null, 1);
insert into "Label" values ('hot'), ('cold');
insert into "_LabelToPatient" values ('hot', 1), ('hot', 2), ('cold', 3);
insert into "Country" values ('NL', 'Netherlands'), ('ES', 'Spain');
