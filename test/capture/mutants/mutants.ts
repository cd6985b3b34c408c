/** A way to break capture: what a BEFORE INSERT trigger does to a row of the log (`new`; `return null` loses it). */
export interface Mutant {
  readonly name: string;
  readonly plpgsql: string;
}

/** A hundredth of the positions, spread evenly but not by a rhythm that the shapes could have. */
const ONE_PERCENT = `hashint8(new.pos) % 100 = 0`;
const OTHER = `(select %s from audit.content c where c.pos < new.pos and c.actor is distinct from new.actor order by c.pos desc limit 1)`;
const swap = (side: 'old' | 'new', value: string): string =>
  `new.data := jsonb_set(new.data::jsonb, '{${side}}', ${value})::text;`;

export const MUTANTS: readonly Mutant[] = [
  { name: 'loses 1 % of the changes', plpgsql: `if ${ONE_PERCENT} then return null; end if;` },
  {
    name: 'logs 1 % of the changes twice',
    plpgsql: `if ${ONE_PERCENT} then
      insert into audit.content (source, op, model, resource_id, group_id, actor, data, flags)
      select new.source, new.op, new.model, new.resource_id, new.group_id, new.actor, new.data, new.flags
       where not exists (select from audit.content c where c.xid = new.xid and c.data = new.data and c.pos <> new.pos);
    end if;`,
  },
  {
    name: 'swaps old and new',
    plpgsql: `if new.op = 'update' then new.data := (new.data::jsonb || jsonb_build_object('old', new.data::jsonb -> 'new', 'new', new.data::jsonb -> 'old'))::text; end if;`,
  },
  {
    name: 'logs the new values as the old ones too',
    plpgsql: `if new.op = 'update' then ${swap('old', `new.data::jsonb -> 'new'`)} end if;`,
  },
  {
    name: 'loses the values of rows that were deleted',
    plpgsql: `if new.op = 'delete' then new.data := ((new.data::jsonb) - 'old')::text; end if;`,
  },
  {
    name: 'takes an update for an insert',
    plpgsql: `if new.op = 'update' then new.op := 'insert'; end if;`,
  },
  {
    name: 'rounds 64-bit integers as a double does',
    plpgsql: `if new.model = 'Big' then new.data := regexp_replace(new.data, '"id":(\\d{16,})', '"id":9007199254740992', 'g'); end if;`,
  },
  {
    name: 'loses the context',
    plpgsql: `new.actor := '{"id":"db:postgres","type":"system"}'; new.flags := 'no-context';`,
  },
  { name: 'loses the unit of work', plpgsql: `new.group_id := null;` },
  {
    name: 'swaps the context of 1 % with that of another request',
    plpgsql: `if ${ONE_PERCENT} then new.actor := coalesce(${OTHER.replace('%s', 'c.actor')}, new.actor); end if;`,
  },
  {
    name: 'swaps the unit of work with that of another request',
    plpgsql: `new.group_id := coalesce(${OTHER.replace('%s', 'c.group_id')}, new.group_id);`,
  },
  {
    name: 'leaks a redacted value in its own place',
    plpgsql: `if new.model = 'people' and new.op <> 'delete' then
      ${swap('new', `coalesce((select new.data::jsonb -> 'new' || jsonb_build_object('password', p.password) from people p where p.id::text = new.resource_id), new.data::jsonb -> 'new')`)} end if;`,
  },
  {
    name: 'leaks a redacted value somewhere else in the entry',
    plpgsql: `if new.model = 'people' and new.op <> 'truncate' then
      new.data := (new.data::jsonb || jsonb_build_object('masked', (select jsonb_build_object('new', p.password) from people p where p.id::text = new.resource_id)))::text; end if;`,
  },
  { name: 'does not say that a value was redacted', plpgsql: `new.flags := nullif(new.flags, 'redacted');` },
  {
    name: 'logs the changes of a transaction in the wrong order',
    plpgsql: `select (new.pos - count(*)) * 100 + 50 - count(*) into new.pos from audit.content c where c.xid = new.xid;`,
  },
  {
    name: 'turns round what one text of several statements does to a row',
    plpgsql: `if current_query() like '%; %' then
      select (new.pos - count(*)) * 100 + 50 - count(*) into new.pos from audit.content c where c.xid = new.xid;
    end if;`,
  },
  {
    name: 'logs changes of the transaction before',
    plpgsql: `new.xid := (new.xid::text::bigint - 1)::text::xid8;`,
  },
  {
    name: 'fails 1 % of the writes',
    plpgsql: `if ${ONE_PERCENT} then raise exception 'the log is full'; end if;`,
  },
  {
    name: 'changes the row that is written',
    plpgsql: `if new.model = 'people' and new.op = 'insert' then update people set name = name || '' where false; update people set role = 'ADMIN' where id::text = new.resource_id; end if;`,
  },
];
