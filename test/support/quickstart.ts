import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { Prisma, PrismaClient } from '../../examples/quickstart/src/generated/prisma/client.js';
import { audit, auditAdapter, audited } from '../../src/prisma/index.js';
import { createPool, migrate, reconcileTriggers, type Coverage } from '../../src/store/postgres/index.js';
import { createDatabase } from './database.js';

export { Prisma, PrismaClient };

/** What the quickstart's audit.config.ts says, but that sessions are audited too. */
export const COVERAGE: Coverage = { tenantColumn: 'tenantId', models: { InvoiceLine: { table: 'invoice_lines' } } };

const MIGRATION = '../../examples/quickstart/prisma/migrations/20260101000000_init/migration.sql';

export interface QuickstartOptions {
  /** `false`: a plain database, without the log. @defaultValue COVERAGE */
  coverage?: Coverage | false;
  /** SQL that runs before the triggers are installed: more tables. */
  sql?: string;
  /** Address of another server. @defaultValue the one of this test run */
  server?: string;
}

export interface Quickstart {
  readonly url: string;
  /** A superuser's connections beside those of the clients under test. */
  readonly pool: pg.Pool;
  /** Remembers a client, to be disconnected at the end. */
  keep: <C extends { $disconnect(): Promise<void> }>(client: C) => C;
  close: () => Promise<void>;
}

/** A database of its own with the tables of the quickstart, the log and the capture triggers. */
export async function createQuickstart(options: QuickstartOptions = {}): Promise<Quickstart> {
  const database = await createDatabase(options.server === undefined ? {} : { server: options.server });
  const pool = createPool(database.url, { max: 4, applicationName: 'test' });
  const clients: { $disconnect(): Promise<void> }[] = [];
  await pool.query(readFileSync(new URL(MIGRATION, import.meta.url), 'utf8'));
  if (options.sql) await pool.query(options.sql);
  if (options.coverage !== false) {
    await migrate(pool, { schema: 'audit', origin: 'example.com/test' });
    await reconcileTriggers(pool, options.coverage ?? COVERAGE);
  }
  return {
    url: database.url,
    pool,
    keep(client) {
      clients.push(client);
      return client;
    },
    async close() {
      await Promise.all(clients.map((client) => client.$disconnect()));
      await pool.end();
      await database.drop();
    },
  };
}

export class AuditedClient extends audited(PrismaClient) {}

/** What both shapes of an audited client are, for a test that runs over both. */
export type AnyAuditedClient = InstanceType<typeof AuditedClient>;

export interface ClientOptions extends Omit<Prisma.PrismaClientOptions, 'adapter' | 'accelerateUrl'> {
  /** Connections of the pool. @defaultValue 10 */
  max?: number;
}

export const SHAPES: [string, (url: string, options?: ClientOptions) => AnyAuditedClient][] = [
  [
    'class extends audited(PrismaClient)',
    (url, { max = 10, ...options } = {}) =>
      new AuditedClient({ ...options, adapter: new PrismaPg({ connectionString: url, max }) }),
  ],
  [
    '$extends(audit())',
    (url, { max = 10, ...options } = {}) => {
      const adapter = auditAdapter(new PrismaPg({ connectionString: url, max }));
      return new PrismaClient({ ...options, adapter }).$extends(audit()) as unknown as AnyAuditedClient;
    },
  ],
];

/** A row of `audit.content`, with its JSON parsed. */
export interface Content {
  readonly pos: number;
  readonly source: string;
  readonly op: string | null;
  readonly model: string | null;
  readonly resourceId: string | null;
  readonly group: string | null;
  readonly tenant: string | null;
  readonly xid: string;
  readonly flags: string[];
  readonly header: Record<string, unknown> | null;
  readonly actor: Record<string, unknown>;
  /** The section as it was stored. */
  readonly text: string;
  readonly data: {
    readonly id?: string;
    readonly old?: Record<string, unknown>;
    readonly new?: Record<string, unknown>;
    readonly redacted?: string[];
    readonly redactedChanged?: string[];
    readonly details?: Record<string, unknown>;
  };
}

/** What was captured behind position `after`, in order. */
export async function readContent(pool: pg.Pool, after = 0): Promise<Content[]> {
  const { rows } = await pool.query(
    `select pos::int, source, op, model, resource_id as "resourceId", group_id as "group", tenant_key as tenant, xid::text,
            coalesce(string_to_array(flags, ','), '{}') as flags, header, convert_from(actor, 'UTF8') as actor, data as text
       from audit.content where pos > $1 order by pos`,
    [after],
  );
  const parsed = (text: string | null): unknown => (text === null ? null : JSON.parse(text));
  return rows.map((row) => {
    let actor: unknown;
    try {
      actor = parsed(row.actor);
    } catch {
      actor = { unparsed: row.actor };
    }
    return { ...row, header: parsed(row.header), actor, data: parsed(row.text) };
  });
}

/** The last position handed out so far. */
export async function lastPosition(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query('select coalesce(max(pos), 0)::int as pos from audit.content');
  return rows[0].pos;
}
