import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from '../schemas/generated/shapes/client.js';
import { createDatabase } from '../../support/database.js';
import type { CaptureEngine } from './engine.js';
import type { Client } from './shape.js';
import { installWitness } from './witness.js';

const read = (name: string): string => readFileSync(new URL(`../schemas/${name}`, import.meta.url), 'utf8');

/** One of two databases with the same tables and rows. */
export interface Twin {
  /** Connections of a superuser, beside those of the client under test. */
  readonly pool: pg.Pool;
  reset(): Promise<void>;
  /** A client over one single connection, and how many messages it has sent to the server. */
  connect(make: (pool: pg.Pool) => Client): { client: Client; sent: () => number };
  close(): Promise<void>;
}

/** `through`: another address of the database, for the clients under test. */
export async function openTwin(
  engine?: CaptureEngine,
  server?: string,
  through = (url: string): string => url,
): Promise<Twin> {
  const database = await createDatabase(server ? { server } : {});
  const pool = new pg.Pool({ connectionString: database.url, max: 2 }).on('error', () => undefined); // the database is dropped under it
  await pool.query(read('shapes.sql'));
  if (engine) await installWitness(pool);
  await engine?.install(pool);
  const { rows } = await pool.query<{ empty: string }>(
    `select string_agg(format('delete from %I', relname), '; ') as empty from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  );
  const forget = engine ? '; delete from witness.change' : '';
  // As one text it is one transaction, so that the role of a replica, under which no trigger fires, ends with it.
  const reset = `set local session_replication_role = replica; ${rows[0]!.empty}${forget}; ${read('shapes-seed.sql')}`;
  const opened: [Client, pg.Pool][] = [];
  return {
    pool,
    reset: async () => void (await pool.query(reset)),
    connect(make) {
      const own = new pg.Pool({ connectionString: through(database.url), max: 1 }).on('error', () => undefined);
      let sent = 0;
      own.on('connect', (connection) => {
        const query = connection.query.bind(connection) as (...args: unknown[]) => unknown;
        // Each call of query is one message of the extended protocol and its answer: what it is given does not matter.
        connection.query = ((...args: unknown[]) => {
          // The question to the catalogue that no call waits for, and that comes once in a while.
          if (!String((args[0] as { text?: unknown }).text).includes('with safe as materialized')) sent++;
          return query(...args);
        }) as typeof connection.query;
      });
      const client = make(own);
      opened.push([client, own]);
      return { client, sent: () => sent };
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

/** The client without audit; the shapes use nothing of what only an audited one has. */
export const connectPlain = (pool: pg.Pool): Client =>
  new PrismaClient({ adapter: new PrismaPg(pool) }) as unknown as Client;
