import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { captureCell } from '../../../src/prisma/adapter.js';
import { ClientEngine } from '../../../src/prisma/client-engine/engine.js';
import { CapturePlan } from '../../../src/prisma/client-engine/plan.js';
import { audit, auditAdapter, audited } from '../../../src/prisma/index.js';
import { migrate, reconcileTriggers } from '../../../src/store/postgres/index.js';
import { catalogueByTable } from '../../support/catalogue.js';
import { lastPosition } from '../../support/quickstart.js';
import type { AnyClientClass } from './client.js';
import { readSchema, type Schema } from './model.js';
import { openSide, type Side } from './side.js';
import {
  captured,
  installWitness,
  lastSeen,
  secretsOf,
  witnessed,
  type Captured,
  type Secrets,
  type Witnessed,
} from './witness.js';

/** Twin databases with the tables of a schema, one of them audited and watched by a witness. */
export interface World {
  readonly schema: Schema;
  /** What an entry may be flagged with here; never that its context is not known. */
  readonly flags: readonly string[];
  /** Audit may send statements of its own. */
  readonly sendsMore: boolean;
  /** The class that `prisma generate` made, without audit. */
  readonly Client: AnyClientClass;
  readonly plain: Side;
  readonly audited: Side;
  /** A point in the log and in the witness's, to ask from. */
  mark(): Promise<Mark>;
  /** The number of the last change that the witness has seen, committed or not. */
  seen(): Promise<number>;
  since(mark: Mark): Promise<{ witnessed: Witnessed[]; captured: Captured[] }>;
  /** The rows of the audited side, without the columns that no entry may hold. */
  readableRows(): Promise<ReadonlyMap<string, readonly string[]>>;
  close(): Promise<void>;
}

/** How an audited client is made: `class extends audited(PrismaClient)`, `$extends(audit())`, or engine `client`. */
export type Form = 'mixin' | 'extension' | ClientForm;
/** Engine `client`, with what PostgreSQL 18 offers or without. */
export type ClientForm = 'client' | 'client without RETURNING old';

export interface Mark {
  readonly change: number;
  readonly position: number;
}

/** A busy machine is no difference between the twins. */
const PATIENT = { maxWait: 60_000, timeout: 60_000 };

const PREPARE = fileURLToPath(new URL('prepare.mjs', import.meta.url));

/**
 * @param path of a schema.prisma for PostgreSQL, any; what it has no word for (triggers) may stand in a file beside it, of
 *   the same name with `.sql`
 */
export async function openWorld(path: string, form: Form = 'mixin'): Promise<World> {
  const folder = execFileSync(process.execPath, [PREPARE, path], { encoding: 'utf8' });
  const byClient = form === 'client' || form === 'client without RETURNING old';
  const raw = form === 'client' ? 'plain' : byClient ? 'plain, without keys' : undefined;
  const schema: Schema = { ...readSchema(folder), raw };
  const beside = path.replace(/\.prisma$/, '.sql');
  const more = existsSync(beside) ? readFileSync(beside, 'utf8') : '';
  const tables = `${readFileSync(join(folder, 'tables.sql'), 'utf8')};\n${more}`;
  // Generated: the path is known at run time only.
  const { PrismaClient } = (await import(join(folder, 'client/client.ts'))) as { PrismaClient: AnyClientClass };
  class AuditedClient extends audited(PrismaClient) {}

  const plain = await openSide({
    tables,
    connect: (pool) => new PrismaClient({ adapter: new PrismaPg(pool), transactionOptions: PATIENT }),
  });
  let schemas: readonly string[] = ['public'];
  const log = await openSide({
    tables,
    connect: (pool) => {
      const adapter = new PrismaPg(pool);
      if (form === 'mixin') return new AuditedClient({ adapter, transactionOptions: PATIENT });
      const auditedAdapter = auditAdapter(adapter);
      const client = new PrismaClient({ adapter: auditedAdapter, transactionOptions: PATIENT });
      if (byClient) captureCell(auditedAdapter)!.capture = engineOf(path, schemas, form === 'client');
      return client.$extends(audit());
    },
    async install(pool) {
      schemas = await schemasOf(pool);
      await installWitness(pool);
      await migrate(pool, { schema: 'audit', origin: 'example.com/test' });
      if (!byClient) await reconcileTriggers(pool, { schemas });
    },
  });
  const secrets = await secretsOf(log.pool);
  return {
    schema,
    Client: PrismaClient,
    flags: more.includes('initially deferred') ? ['redacted', 'deferred'] : ['redacted'],
    sendsMore: byClient,
    plain,
    audited: log,
    mark: async () => ({ change: await lastSeen(log.pool), position: await lastPosition(log.pool) }),
    seen: () => lastSeen(log.pool),
    since: async ({ change, position }) => ({
      witnessed: await witnessed(log.pool, change, secrets),
      captured: await captured(log.pool, position, schemas[0]!),
    }),
    readableRows: () => withoutSecrets(log, secrets),
    close: async () => void (await Promise.all([plain.close(), log.close()])),
  };
}

function engineOf(path: string, schemas: readonly string[], returnsOld: boolean): ClientEngine {
  const plan = new CapturePlan({ catalogue: catalogueByTable(path, schemas[0]), schemas });
  return new ClientEngine({ plan, schema: 'audit', maxRows: 10_000, onTooManyRows: 'refuse', returnsOld });
}

async function withoutSecrets(side: Side, secrets: Secrets): Promise<ReadonlyMap<string, readonly string[]>> {
  const readable = new Map(await side.rows());
  for (const [table, columns] of secrets) {
    const { rows: texts } = await side.pool.query<{ row: string }>(
      `select witness.without($1::text::regclass, row, $2) as row from unnest($3::text[]) row`,
      [table, columns, readable.get(table) ?? []],
    );
    readable.set(table, texts.map(({ row }) => row).sort());
  }
  return readable;
}

async function schemasOf(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select distinct n.nspname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'r' and n.nspname !~ '^(pg_|information_schema$)' order by 1`,
  );
  return rows.map(({ name }) => name);
}
