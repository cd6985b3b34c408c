import type { Statement } from './statement.js';

const table = (name: string, rest = ''): string =>
  `create table ${name} (id integer primary key, v text${rest}); insert into ${name} values (1, 'one'), (2, 'two')`;

/** Statements that Prisma never makes, sent by a plain connection. */
export const STATEMENTS: Statement[] = [
  {
    name: 'plain SQL, as the database user',
    setup: table('s_plain'),
    run: `update s_plain set v = 'psql' where id = 1`,
    sees: 'update s_plain',
    logs: [
      {
        flags: ['no-context'],
        actor: { id: 'db:postgres', type: 'system', application: 'a tool of ours', ip: '127.0.0.1' },
        group: null,
      },
    ],
  },
  {
    name: 'plain SQL of a role that took another: who logged in is named',
    setup: table('s_role'),
    run: `begin; set local role pg_write_all_data; update s_role set v = 'as another'; commit`,
    sees: 'update s_role ×2',
    logs: [1, 2].map(() => ({ flags: ['no-context'], actor: { id: 'db:postgres', ip: '127.0.0.1' } })),
  },
  {
    name: 'CASCADE, SET NULL and SET DEFAULT over two columns, and SET NULL of one of them',
    setup: `create table s_multi (a integer, b integer, primary key (a, b)); insert into s_multi values (0, 0), (1, 1), (2, 2);
      create table s_multi_c (id integer primary key, a integer, b integer, foreign key (a, b) references s_multi on delete cascade on update cascade);
      create table s_multi_n (id integer primary key, a integer, b integer, foreign key (a, b) references s_multi on delete set null on update set null);
      create table s_multi_d (id integer primary key, a integer default 0, b integer default 0,
        foreign key (a, b) references s_multi on delete set default on update set default);
      insert into s_multi_c values (1, 1, 1), (2, 2, 2); insert into s_multi_n select * from s_multi_c; insert into s_multi_d select * from s_multi_c`,
    run: `update s_multi set b = 7 where a = 1; delete from s_multi where a > 0`,
    sees: 'update s_multi, delete s_multi ×2, update s_multi_c, delete s_multi_c ×2, update s_multi_n ×2, update s_multi_d ×2',
  },
  {
    name: 'ON DELETE SET NULL of one column of two',
    setup: `create table s_one (a integer, b integer, primary key (a, b)); insert into s_one values (1, 1);
      create table s_one_n (id integer primary key, a integer not null, b integer, foreign key (a, b) references s_one on delete set null (b));
      insert into s_one_n values (1, 1, 1), (2, 1, 1)`,
    run: 'delete from s_one',
    sees: 'delete s_one, update s_one_n ×2',
    logs: [{}, { data: { old: { a: 1, b: 1 }, new: { a: 1, b: null } } }, { data: { new: { id: 2, b: null } } }],
    since: 15,
  },
  {
    name: 'cascades over three tables in a circle',
    setup: `create table s_c1 (id integer primary key, up integer); create table s_c2 (id integer primary key, up integer references s_c1 on delete cascade);
      create table s_c3 (id integer primary key, up integer references s_c2 on delete cascade); alter table s_c1 add foreign key (up) references s_c3 on delete set null;
      insert into s_c1 values (1, null), (2, null); insert into s_c2 values (1, 1); insert into s_c3 values (1, 1); update s_c1 set up = 1 where id = 2`,
    run: 'delete from s_c1 where id = 1',
    sees: 'delete s_c1, delete s_c2, delete s_c3, update s_c1',
  },
  {
    name: 'MERGE that inserts, updates and deletes',
    setup: `${table('s_merge')}; insert into s_merge values (3, 'three')`,
    run: `merge into s_merge t using (values (1, 'a'), (2, null), (9, 'n')) s (id, v) on t.id = s.id
      when matched and s.v is null then delete when matched then update set v = s.v
      when not matched then insert values (s.id, s.v)`,
    sees: 'insert s_merge, update s_merge, delete s_merge',
    since: 15,
  },
  {
    name: 'a CTE that writes to one table twice, and to another',
    setup: `${table('s_cte')}; ${table('s_cte2')}`,
    run: `with a as (update s_cte set v = 'a' where id = 1 returning id), b as (delete from s_cte where id = 2 returning *)
      insert into s_cte2 select 9, v from b`,
    sees: 'update s_cte, delete s_cte, insert s_cte2',
  },
  {
    name: 'ON CONFLICT: one inserted, one updated, one left alone',
    setup: table('s_conflict'),
    run: `insert into s_conflict values (1, 'x'), (2, 'y'), (3, 'z') on conflict (id) do update set v = excluded.v where s_conflict.id = 1`,
    sees: 'insert s_conflict, update s_conflict',
  },
  {
    name: 'COPY',
    setup: table('s_copy'),
    run: `copy s_copy from program 'printf "8\\ta\\n9\\tb\\n"'`,
    sees: 'insert s_copy ×2',
  },
  {
    name: 'a row that moves between partitions',
    setup: `create table s_part (id integer, v text, primary key (id)) partition by range (id);
      create table s_part_low partition of s_part for values from (0) to (10);
      create table s_part_high partition of s_part default; insert into s_part values (1, 'one'), (2, 'two')`,
    run: `update s_part set id = id + 100 where id = 1; update s_part_low set v = 'direct'; delete from s_part where id = 101`,
    sees: 'delete s_part ×2, insert s_part, update s_part',
  },
  {
    name: 'tables that inherit, by their parent',
    setup: `${table('s_parent')}; create table s_child (extra integer) inherits (s_parent); insert into s_child values (5, 'five', 5)`,
    run: `update s_parent set v = v || '!'; delete from s_parent where id = 5`,
    sees: 'update s_parent ×2, update s_child, delete s_child',
  },
  {
    name: 'a table of another schema, with the name of one in public',
    setup: `${table('s_twice')}; create schema if not exists other; ${table('other.s_twice')}`,
    run: `update other.s_twice set v = 'o'; delete from public.s_twice where id = 1`,
    sees: 'update other.s_twice ×2, delete s_twice',
  },
  {
    name: 'generated and identity columns',
    setup: `create table s_gen (id integer generated always as identity primary key, a integer, twice integer generated always as (a * 2) stored)`,
    run: `insert into s_gen (a) values (1), (2); update s_gen set a = 5 where id = 1`,
    sees: 'insert s_gen ×2, update s_gen',
    logs: [{ data: { new: { id: 1, twice: 2 } } }, { data: { new: { twice: 4 } } }, { data: { new: { twice: 10 } } }],
  },
  {
    name: 'domains, arrays of two dimensions, ranges, citext, ltree, intervals, points, xml',
    setup: `create extension citext; create extension ltree; create domain s_mail as text check (value like '%@%');
      create table s_types (id integer primary key, mail s_mail not null, grid integer[][], span int4range, spans int4multirange,
        ci citext, tree ltree, every interval, at point, bits bit varying, net inet, x xml)`,
    run: `insert into s_types values (1, 'a@b', '{{1,2},{3,4}}', '[1,5)', '{[1,2),[4,6)}', 'CaSe', 'a.b.c', '1 mon 2 days 03:04:05.6', '(1,2)', b'1010', '10.0.0.0/8', '<a>&amp;</a>');
      update s_types set ci = 'case', at = '(2,1)'`,
    sees: 'insert s_types, update s_types',
    logs: [{ data: { new: { ci: 'CaSe', tree: 'a.b.c', span: '[1,5)' } } }, { data: { new: { ci: 'case' } } }],
  },
  {
    name: 'a BEFORE trigger that changes the row: what is stored is logged',
    setup: `${table('s_before')}; create function s_before_up() returns trigger language plpgsql as $$ begin new.v := upper(new.v); return new; end $$;
      create trigger up before insert or update on s_before for each row execute function s_before_up()`,
    run: `insert into s_before values (9, 'low'); update s_before set v = 'again' where id = 9`,
    sees: 'insert s_before, update s_before',
    logs: [{ data: { new: { v: 'LOW' } } }, { data: { old: { v: 'LOW' }, new: { v: 'AGAIN' } } }],
  },
  {
    name: 'a BEFORE trigger that refuses the row',
    setup: `${table('s_refuse')}; create function s_refuse_all() returns trigger language plpgsql as 'begin return null; end';
      create trigger no before insert on s_refuse for each row execute function s_refuse_all()`,
    run: `insert into s_refuse values (9, 'x')`,
    sees: '',
  },
  {
    name: 'an AFTER trigger that changes the same row again: both, in their order',
    setup: `${table('s_after')}; create function s_after_touch() returns trigger language plpgsql as $$ begin
      if new.v not like '%+' then update s_after set v = new.v || '+' where id = new.id; end if; return null; end $$;
      create trigger touch after update on s_after for each row execute function s_after_touch()`,
    run: `update s_after set v = 'x' where id = 1`,
    sees: 'update s_after ×2',
    logs: [{ data: { old: { v: 'one' }, new: { v: 'x' } } }, { data: { old: { v: 'x' }, new: { v: 'x+' } } }],
  },
  {
    name: 'a view that can be updated, a rule, and INSERT of a SELECT',
    setup: `${table('s_view')}; ${table('s_rule')}; create view s_view_v as select id, v from s_view where id < 100;
      create rule also as on update to s_view do also insert into s_rule values (new.id + 10, new.v)`,
    run: `update s_view_v set v = 'seen' where id = 1; insert into s_view_v select id + 50, v from s_rule where id < 3`,
    sees: 'update s_view, insert s_rule, insert s_view ×2',
  },
  {
    name: 'a BEFORE DELETE trigger that updates instead (soft delete)',
    setup: `${table('s_soft')}; create function s_soft_keep() returns trigger language plpgsql as $$ begin
      update s_soft set v = 'gone' where id = old.id; return null; end $$;
      create trigger keep before delete on s_soft for each row execute function s_soft_keep()`,
    run: 'delete from s_soft where id = 1',
    sees: 'update s_soft',
  },
  {
    name: 'UPDATE … FROM, UPDATE of a key in a chain, DELETE … USING',
    setup: `${table('s_from')}; ${table('s_from2')}`,
    run: `update s_from a set v = b.v || '2' from s_from2 b where a.id = b.id; update s_from set id = id + 1 where id = 2;
      update s_from set id = id + 1 where id = 1; delete from s_from a using s_from2 b where b.id = a.id`,
    sees: 'update s_from ×4, delete s_from',
  },
  {
    name: 'TRUNCATE … CASCADE',
    setup: `${table('s_trunc')}; create table s_trunc2 (id integer primary key references s_trunc); insert into s_trunc2 values (1)`,
    run: 'truncate s_trunc cascade',
    sees: 'truncate s_trunc, truncate s_trunc2',
    logs: [{ data: { details: { rows: 2 } } }, { data: { details: { rows: 1 } } }],
  },
  {
    name: 'TRUNCATE of a partitioned table',
    setup: `create table s_tpart (id integer primary key) partition by range (id);
      create table s_tpart_low partition of s_tpart for values from (0) to (10); create table s_tpart_high partition of s_tpart default;
      insert into s_tpart values (1), (2), (30)`,
    run: 'truncate s_tpart',
    sees: 'truncate s_tpart',
    logs: [{ data: { details: { rows: 3 } } }],
  },
  {
    name: 'a statement that runs into statement_timeout',
    setup: table('s_timeout'),
    run: `begin; set local statement_timeout = 50; update s_timeout set v = 'no'; select pg_sleep(20); commit`,
    sees: '',
    fails: '57014',
  },
  {
    name: 'savepoints',
    setup: table('s_save'),
    run: `begin; insert into s_save values (3, 'kept'); savepoint a; delete from s_save; rollback to a; update s_save set v = 'end' where id = 3; commit`,
    sees: 'insert s_save, update s_save',
  },
  {
    name: 'a foreign key that is both cascaded and set to null by one DELETE of two parents',
    setup: `create table s_p1 (id integer primary key); create table s_p2 (id integer primary key);
      create table s_both (id integer primary key, a integer references s_p1 on delete cascade, b integer references s_p2 on delete set null);
      insert into s_p1 values (1); insert into s_p2 values (1); insert into s_both values (1, 1, 1), (2, null, 1)`,
    run: `with a as (delete from s_p1) delete from s_p2`,
    sees: 'delete s_p1, delete s_p2, update s_both ×2, delete s_both',
  },
];
