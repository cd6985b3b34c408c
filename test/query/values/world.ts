import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { auditAdapter } from '../../../src/prisma/index.js';
import { prismaValues } from '../../../src/query/prisma-values.js';
import { AuditReader, type AuditEntry } from '../../../src/query/index.js';
import { postgresEntryStore, reconcileTriggers } from '../../../src/store/postgres/index.js';
import { emptyLog, sealAll } from '../../support/filled-log.js';
import { PrismaClient } from '../schemas/generated/values/client.js';
import { CATALOGUE } from './catalogue.js';

export { Prisma } from '../schemas/generated/values/client.js';
export type { PrismaClient };

export interface World {
  readonly prisma: PrismaClient;
  readonly pool: pg.Pool;
  /** Without a catalogue. */
  readonly plain: AuditReader;
  readonly reader: AuditReader;
  /** Seals, and reads all that happened to a record. */
  history(id: number, reader?: AuditReader): Promise<readonly AuditEntry[]>;
  close(): Promise<void>;
}

/** The table of values.sql, audited: phones are masked, pets are nobody's business, passwords are secret. */
export async function openWorld(): Promise<World> {
  const log = await emptyLog();
  await log.pool.query(readFileSync(new URL('../schemas/values.sql', import.meta.url), 'utf8'));
  await reconcileTriggers(log.pool, {
    models: { Thing: { table: 'things', mask: { phone: 4 }, ignore: ['pet'] } },
  });
  const prisma = new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString: log.url, max: 2 })) });
  const reader = new AuditReader(postgresEntryStore(log.pool, 'audit'), {
    schema: { catalogue: CATALOGUE, prisma: prismaValues },
  });
  return {
    prisma,
    pool: log.pool,
    plain: new AuditReader(postgresEntryStore(log.pool, 'audit')),
    reader,
    async history(id, by = reader) {
      await sealAll(log.pool);
      return (await by.history({ type: 'Thing', id })).entries;
    },
    async close() {
      await prisma.$disconnect();
      await log.close();
    },
  };
}
