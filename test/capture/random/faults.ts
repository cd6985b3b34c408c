import type pg from 'pg';

/** Ways in which a capture could be wrong: how the battery must say it, and what it would do to a row on its way into the log. */
export const FAULTS: readonly (readonly [name: string, found: RegExp, body: string])[] = [
  ['loses one change of a hundred', /happened, but not logged/, `if new.pos % 100 = 0 then return null; end if;`],
  ['loses one change of ten', /happened, but not logged/, `if new.pos % 10 = 0 then return null; end if;`],
  [
    'loses what is deleted by a cascade',
    /happened, but not logged here: delete/,
    `if new.op = 'delete' and new.pos % 2 = 0 then return null; end if;`,
  ],
  [
    'swaps old and new',
    /out of order in the log/,
    `if new.op = 'update' then
       new.data := json_build_object('id', new.data::json -> 'id', 'old', new.data::json -> 'new', 'new', new.data::json -> 'old');
     end if;`,
  ],
  [
    'tells of nothing but the key',
    /logged here, but did not happen: \w+ \S+ - => - /,
    `new.data := json_build_object('id', new.data::json -> 'id');`,
  ],
  ['loses the context', / by undefined of /, `new.actor := '{"type":"system"}';`],
  [
    'takes the context of somebody else',
    /logged here, but did not happen: .* by (?!undefined)/,
    `new.actor := convert_to(json_build_object('id', 'u9.' || new.pos)::text, 'UTF8');`,
  ],
  ['loses the unit of work', /happened, but not logged here/, `new.group_id := gen_random_uuid();`],
  [
    'leaks a redacted value',
    /logged here, but did not happen: \w+ "Customer"/,
    `if new.model = 'Customer' and new.op <> 'delete' then
       new.data := jsonb_set(new.data::jsonb, '{new,password}', '"x"')::text;
     end if;`,
  ],
  [
    'writes in another transaction',
    /happened, but not logged here/,
    `new.xid := (new.xid::text::bigint + 1)::text::xid8;`,
  ],
  [
    'fails a write that goes well without',
    /ends otherwise:\n  plain   \{[^]*audit is full/,
    `if new.model = 'Order' then raise exception 'audit is full'; end if;`,
  ],
  [
    'changes a row',
    /rows of "Tag" differ/,
    `if new.op = 'insert' then update public."Tag" set label = label || '!'; end if;`,
  ],
];

/** Builds the fault in, until what is returned is called. */
export async function withFault(pool: pg.Pool, body: string): Promise<() => Promise<void>> {
  await pool.query(`
    create or replace function witness.fault() returns trigger language plpgsql security definer as $$
    begin
      if new.source = 'change' then ${body} end if;
      return new;
    end $$;
    create trigger "zz_fault" before insert on audit.content for each row execute function witness.fault()`);
  return async () => void (await pool.query(`drop trigger "zz_fault" on audit.content`));
}
