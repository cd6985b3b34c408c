import pg from 'pg';
import { createDatabase } from '../../support/database.js';
import type { AnyClient } from './client.js';

/** One of the twin databases: the same tables, the same rows. */
export interface Side {
  readonly url: string;
  /** A superuser's connections, beside those of the client under test. */
  readonly pool: pg.Pool;
  /** Has one connection: a call that would need a second one waits for ever. */
  readonly client: AnyClient;
  /** How many messages that client has sent to the server. */
  sent(): number;
  /** Remembers the rows there are as those that `reset` goes back to. */
  keep(): Promise<void>;
  reset(): Promise<void>;
  /** Each table's rows as PostgreSQL prints them, sorted. */
  rows(): Promise<ReadonlyMap<string, readonly string[]>>;
  connect(max: number): AnyClient;
  close(): Promise<void>;
}

export interface SideOptions {
  readonly tables: string;
  readonly connect: (pool: pg.Pool) => AnyClient;
  /** Runs when the tables are there. */
  readonly install?: (pool: pg.Pool) => Promise<void>;
}

const TABLES = `
select c.oid::regclass::text as name,
       (select string_agg(quote_ident(attname), ',' order by attnum) from pg_attribute
         where attrelid = c.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where n.nspname !~ '^(pg_|information_schema$|witness$|audit$|seed$)' and c.relkind = 'r' order by 1`;

export async function openSide({ tables, connect, install }: SideOptions): Promise<Side> {
  const database = await createDatabase();
  // What the server says to an idle connection when the database is dropped is no error of a test.
  const pool = new pg.Pool({ connectionString: database.url, max: 2 }).on('error', () => undefined);
  await pool.query(`create extension if not exists citext; ${tables}`);
  // So that workers who wait for each other do not wait long.
  await pool.query(`alter database ${database.name} set deadlock_timeout = '20ms'`);
  await install?.(pool);
  const { rows: all } = await pool.query<{ name: string; columns: string }>(TABLES);
  const opened: [AnyClient, pg.Pool][] = [];
  let sent = 0;
  const open = (max: number, watch: (connection: pg.PoolClient) => void = () => undefined): AnyClient => {
    const own = new pg.Pool({ connectionString: database.url, max }).on('error', () => undefined);
    own.on('connect', watch);
    const client = connect(own);
    opened.push([client, own]);
    return client;
  };
  const everyRow = all.map(({ name }, i) => `select ${i} as i, t::text as row from ${name} t`).join(' union all ');
  let reset = '';
  return {
    url: database.url,
    pool,
    client: open(1, (connection) => {
      const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
      // Each call is one message of the extended protocol and its answer: what it is given does not matter.
      // Not counted is the question to the catalogue that is asked now and then behind a statement (prisma/plain-read): nobody waits for it.
      connection.query = ((...args: unknown[]) => {
        if (!String((args[0] as { text?: unknown }).text).includes('with safe as materialized')) sent++;
        return query(...args);
      }) as typeof connection.query;
    }),
    sent: () => sent,
    connect: (max) => open(max),
    async keep() {
      const copies = all.map(({ name }, i) => `create table seed.t${i} as select * from ${name}`);
      await pool.query(`create schema seed; ${copies.join('; ')}`);
      const { rows: sequences } = await pool.query<{ name: string; at: string | null }>(
        `select format('%I.%I', schemaname, sequencename) as name, last_value::text as at from pg_sequences
          where schemaname !~ '^(witness|audit)$'`,
      );
      const back = [
        ...all.map(({ name }) => `delete from ${name}`),
        ...all.map(
          ({ name, columns }, i) =>
            `insert into ${name} (${columns}) overriding system value select ${columns} from seed.t${i}`,
        ),
        ...sequences.map(
          ({ name, at }) => `select setval('${name.replaceAll("'", "''")}', ${at ?? 1}, ${at !== null})`,
        ),
      ];
      // No trigger fires for a replica, no foreign key is checked; as one text it is one transaction.
      reset = `set local session_replication_role = replica; ${back.join('; ')}`;
    },
    reset: async () => void (await pool.query(reset)),
    async rows() {
      const { rows } = await pool.query<{ i: number; row: string }>(everyRow);
      const found = new Map<string, string[]>(all.map(({ name }) => [name, []]));
      for (const { i, row } of rows) found.get(all[i]!.name)!.push(row);
      for (const texts of found.values()) texts.sort();
      return found;
    },
    async close() {
      for (const [client, own] of opened) {
        await client.$disconnect();
        await own.end();
      }
      await pool.end();
      await database.drop();
    },
  };
}
