import { createPool, migrate, type Pool } from '../../src/store/postgres/index.js';
import { createDatabase } from '../support/database.js';
import { openEngine } from '../migrations/engine.js';
import { HEAD, type TestSchema } from './schemas.js';

export interface SchemaWorld {
  readonly pool: Pool;
  readonly close: () => Promise<void>;
}

/** A database with the log, and the tables that Prisma's own engine makes of a schema. */
export async function createWorld({ files, schemas }: TestSchema): Promise<SchemaWorld> {
  const database = await createDatabase();
  const pool = createPool(database.url, { max: 3, applicationName: 'test' });
  const text = [HEAD(schemas), ...Object.values(files)].join('\n');
  const engine = await openEngine(database.url, text);
  const { sql } = await engine.liveDrift(text);
  await engine.close();
  await pool.query(sql);
  await migrate(pool, { schema: 'audit', origin: 'example.com/generator' });
  return {
    pool,
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}
