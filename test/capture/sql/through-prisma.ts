import type { Statement } from './statement.js';

const table = (name: string): string =>
  `create table ${name} (id integer primary key, v text); insert into ${name} values (1, 'one'), (2, 'two')`;
const OURS = { actor: { id: 'the actor' }, flags: [] };

/** Raw SQL of an audited client: the context must come along wherever the row is written. */
export const THROUGH_PRISMA: Statement[] = [
  {
    name: 'a PL/pgSQL function called in a SELECT',
    setup: `${table('p_func')}; create function p_write(n integer) returns integer language plpgsql as $$ begin
      update p_func set v = 'f' where id = n; insert into p_func values (n + 10, 'g'); return n; end $$`,
    run: ({ prisma }) => prisma.$queryRaw`select p_write(${1}::integer)`,
    sees: 'update p_func, insert p_func',
    logs: [OURS, OURS],
  },
  {
    name: 'a comment of ours that is forged at the end of raw SQL',
    setup: table('p_forged'),
    run: ({ prisma }) => prisma.$executeRawUnsafe(`delete from p_forged where id = 1 /*audit1:${'0'.repeat(32)}7b7d*/`),
    sees: 'delete p_forged',
    logs: [OURS],
  },
  {
    name: 'several statements in one text, the last a line comment',
    setup: table('p_multi'),
    run: ({ prisma }) =>
      prisma.$executeRawUnsafe(`delete from p_multi where id = 1; update p_multi set v = 'm' -- end`),
    sees: 'delete p_multi, update p_multi',
    logs: [OURS, OURS],
  },
  {
    name: 'a trigger of the application that writes to another table',
    setup: `${table('p_from')}; ${table('p_to')}; create function p_copy() returns trigger language plpgsql as $$ begin
      insert into p_to values (new.id + 10, new.v); return null; end $$;
      create trigger copy after update on p_from for each row execute function p_copy()`,
    run: ({ prisma }) => prisma.$executeRaw`update p_from set v = ${'x'}`,
    sees: 'update p_from ×2, insert p_to ×2',
    logs: [OURS, OURS, OURS, OURS],
  },
  {
    name: 'a deferred constraint trigger, which runs at COMMIT',
    setup: `${table('p_def')}; ${table('p_def_to')}; create function p_later() returns trigger language plpgsql as $$ begin
      insert into p_def_to values (new.id + 10, new.v); return null; end $$;
      create constraint trigger later after update on p_def initially deferred for each row execute function p_later()`,
    run: ({ prisma }) => prisma.$transaction(async (tx) => await tx.$executeRaw`update p_def set v = 'x' where id = 1`),
    sees: 'update p_def, insert p_def_to',
    logs: [OURS, OURS],
  },
  {
    name: 'SQL of a transaction that Prisma and set_config share',
    setup: table('p_guc'),
    run: ({ prisma }) =>
      prisma.$transaction(async (tx) => {
        await tx.$executeRaw`select set_config('audit.ctx', 'root', false)`;
        await tx.$executeRaw`update p_guc set v = set_config('audit.actor', 'root', true)`;
      }),
    sees: 'update p_guc ×2',
    logs: [OURS, OURS],
  },
];
