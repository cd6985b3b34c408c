import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { audit, auditAdapter, audited } from '../../../src/prisma/index.js';
import { migrate, reconcileTriggers, type Coverage } from '../../../src/store/postgres/index.js';
import { PrismaClient } from '../schemas/generated/shapes/client.js';
import { lastPosition, readContent } from '../../support/quickstart.js';
import type { Client } from './shape.js';

/** A row change as an engine logged it; `old` and `new` as PostgreSQL prints the row. */
export interface Captured {
  readonly op: string;
  readonly table: string;
  readonly old: string | null;
  readonly new: string | null;
  /** The database transaction that the entry is part of. */
  readonly xid: string;
  readonly context: { readonly actor: unknown; readonly group: string | null };
  readonly flags: readonly string[];
  /** All that was stored for it, in whatever form: no secret may be in it. */
  readonly everything: string;
}

/** What an engine must give to be put through the battery. */
export interface CaptureEngine {
  readonly name: string;
  /** Puts the log into a database that has its tables and the witness. */
  install(pool: pg.Pool): Promise<void>;
  /** The ways to make an audited client, each over the pool given. */
  readonly clients: readonly (readonly [form: string, connect: (pool: pg.Pool) => Client])[];
  mark(pool: pg.Pool): Promise<number>;
  /** What was logged behind `mark`, in the order of the log. */
  captured(pool: pg.Pool, mark: number): Promise<Captured[]>;
}

const COVERAGE: Coverage = {};

class AuditedClient extends audited(PrismaClient) {}

const DATABASE: CaptureEngine = {
  name: 'database',
  async install(pool) {
    await migrate(pool, { schema: 'audit', origin: 'example.com/test' });
    await reconcileTriggers(pool, COVERAGE);
  },
  clients: [
    ['class extends audited(PrismaClient)', (pool) => new AuditedClient({ adapter: new PrismaPg(pool) })],
    [
      '$extends(audit())',
      // It has all that the shapes use; the extension only narrows the type of $transaction's argument.
      (pool) => new PrismaClient({ adapter: auditAdapter(new PrismaPg(pool)) }).$extends(audit()) as unknown as Client,
    ],
  ],
  mark: lastPosition,
  async captured(pool, mark) {
    const content = await readContent(pool, mark);
    const changes: Captured[] = [];
    for (const { op, model, xid, text, data, actor, group, flags, header, resourceId, tenant } of content) {
      const { rows } = await pool.query(
        `select witness.row_of($1, ($2::json) -> 'old') as old, witness.row_of($1, ($2::json) -> 'new') as new`,
        [model, text],
      );
      const old = op === 'truncate' ? String(data.details?.['rows']) : rows[0].old;
      changes.push({
        op: String(op),
        table: String(model),
        old,
        new: rows[0].new,
        xid,
        context: { actor, group },
        flags,
        everything: JSON.stringify([actor, text, header, resourceId, tenant]),
      });
    }
    return changes;
  },
};

export const ENGINES: readonly CaptureEngine[] = [DATABASE];
