import { expect, it } from '@jest/globals';
import { auditedReads, readPlan } from '../../../src/prisma/reads/plan.js';
import { RawTables } from '../../../src/prisma/reads/raw-tables.js';
import { catalogueOf } from '../../../src/prisma/generator/catalogue.js';

const catalogue = catalogueOf([
  {
    path: 'raw.prisma',
    content: `
/// @audit reads
model Patient {
  id Int @id
  @@map("patients")
}
/// @audit reads
model File {
  id Int @id
}
/// @audit reads
model Card {
  id Int @id
  @@map("cards")
  @@schema("vault")
}`,
  },
]);
const plan = readPlan(catalogue, auditedReads(catalogue));
const tables = new RawTables(plan as NonNullable<typeof plan>);

/** SQL, and the models whose rows it may read. */
const TEXTS: [sql: string, ...models: string[]][] = [
  ['select * from patients', 'Patient'],
  ['SELECT * FROM Patients', 'Patient'],
  ['select * from "patients" p', 'Patient'],
  ['select * from "Patients"'],
  ['select * from public.patients', 'Patient'],
  ['select * from "any"."patients"', 'Patient'],
  ['select * from only patients', 'Patient'],
  ['select * from only (patients)', 'Patient'],
  ['select * from File'],
  ['select * from "File"', 'File'],
  ['select * from cards', 'Card'],
  ['select * from vault.cards', 'Card'],
  ['select * from other.cards'],
  ['select 1 from x, patients, y', 'Patient'],
  ['select 1 from x join patients using (id)', 'Patient'],
  ['select 1 from (x cross join patients)', 'Patient'],
  ['select 1 from (patients join x on true)', 'Patient'],
  ['select (select max(id) from patients)', 'Patient'],
  ['select 1 from patients union select 1 from "File" order by 1', 'Patient', 'File'],
  ['with p as (select * from patients) select * from p', 'Patient'],
  ['with p as materialized (table patients) select * from p', 'Patient'],
  ['table patients', 'Patient'],
  ['(select * from patients)', 'Patient'],
  ['explain analyze select * from patients', 'Patient'],
  ['create table c as select * from patients', 'Patient'],
  ['create view v as select * from patients', 'Patient'],
  ['declare c cursor for select * from patients', 'Patient'],
  ['select 1; select * from patients', 'Patient'],
  ['select * from x where exists (select from patients for update of patients)', 'Patient'],
  ['select patients from x'],
  ['select x.patients, patients from x order by patients'],
  ["select 'from patients'"],
  ['select $$ from patients $$'],
  ['select 1 -- from patients'],
  ['select 1 /* from patients /* from patients */ */'],
  ['select 1 as "from patients"'],
  ['select * from patients_old'],
  ['insert into patients (id) values (1)'],
  ['insert into patients select * from x'],
  ['insert into patients (id) values (1) returning id', 'Patient'],
  ['insert into patients (id) values (1) on conflict (id) do update set id = patients.id'],
  ['insert into x select * from patients', 'Patient'],
  ['insert into patients select * from patients', 'Patient'],
  ['update patients set name = lower(patients.name) where patients.id = 1'],
  ['update patients set id = 2 returning *', 'Patient'],
  ['update only patients set id = 2'],
  ['update x set a = 1 from patients p where p.id = x.id', 'Patient'],
  ['update patients set a = (select max(a) from patients)', 'Patient'],
  ['delete from patients where id = 1'],
  ['delete from public.patients'],
  ['delete from patients where id in (select id from "File")', 'File'],
  ['delete from x using patients p where p.id = x.id', 'Patient'],
  ['delete from patients returning id', 'Patient'],
  ['with d as (delete from patients returning *) select count(*) from d', 'Patient'],
  ['with d as (delete from patients) select 1 as returning'],
  ['merge into patients p using x on x.id = p.id when matched then delete'],
  ['merge into x using patients p on x.id = p.id when matched then delete', 'Patient'],
  ['copy patients to stdout', 'Patient'],
  ['copy patients (id) from stdin'],
  ['copy (select * from patients) to stdout', 'Patient'],
  ['truncate patients'],
  ['truncate table patients'],
  ['alter table patients add column a int'],
  ['create index on patients (id)'],
  ['lock table patients in share mode'],
  ['select * from patients where name = \'', 'Patient'],
  [''],
]; // prettier-ignore

it.each(TEXTS.map(([sql, ...models]) => ({ sql, models })))('$sql reads $models', ({ sql, models }) => {
  expect([...tables.readBy(sql)].sort()).toEqual(models.sort());
  // The second time from memory.
  expect([...tables.readBy(sql)].sort()).toEqual(models);
});
