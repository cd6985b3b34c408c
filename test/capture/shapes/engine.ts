import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { captureCell } from '../../../src/prisma/adapter.js';
import { ClientEngine } from '../../../src/prisma/client-engine/engine.js';
import { CapturePlan } from '../../../src/prisma/client-engine/plan.js';
import { audit, auditAdapter, audited, type Catalogue } from '../../../src/prisma/index.js';
import { migrate, reconcileTriggers, type Coverage } from '../../../src/store/postgres/index.js';
import { PrismaClient } from '../schemas/generated/shapes/client.js';
import { catalogueByTable } from '../../support/catalogue.js';
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
  readonly clients: readonly (readonly [
    form: string,
    connect: (pool: pg.Pool) => Client,
    /** By name of the shape: what it says that it does not see. */
    gaps?: (newest: boolean) => Gaps,
  ])[];
  mark(pool: pg.Pool): Promise<number>;
  /** What was logged behind `mark`, in the order of the log. */
  captured(pool: pg.Pool, mark: number): Promise<Captured[]>;
  /** Statements and transactions of its own are no interference. */
  readonly sendsMore?: true;
}

/** Of shapes that are not seen whole, by name. */
export type Gaps = Readonly<Record<string, GapOf>>;
/** An entry that says what was not seen: in the transaction of the change, or before it. */
export type GapOf = 'inside' | 'before';

const COVERAGE: Coverage = {};

async function captured(pool: pg.Pool, mark: number): Promise<Captured[]> {
  const content = await readContent(pool, mark);
  const changes: Captured[] = [];
  for (const { op, model, xid, text, data, actor, group, flags, header, resourceId, tenant } of content) {
    const images = `select witness.row_of($1, ($2::json) -> 'old') as old, witness.row_of($1, ($2::json) -> 'new') as new`;
    const { rows } = op === null ? { rows: [{ old: null, new: null }] } : await pool.query(images, [model, text]);
    changes.push({
      op: String(op),
      table: String(model),
      old: op === 'truncate' ? String(data.details?.['rows']) : rows[0].old,
      new: rows[0].new,
      xid,
      context: { actor, group },
      flags,
      everything: JSON.stringify([actor, text, header, resourceId, tenant]),
    });
  }
  return changes;
}

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
  captured,
};

const catalogue = (): Catalogue => catalogueByTable(new URL('../schemas/shapes.prisma', import.meta.url));

/** Raw SQL that is not one plain INSERT, UPDATE or DELETE. */
const GAPS: Gaps = {
  '$queryRawUnsafe with a CTE that writes twice': 'inside',
  'raw, several statements in one text': 'inside',
  'raw, the same row three times in one text': 'inside',
  'raw, a DO block with dynamic SQL': 'before',
  'raw, TRUNCATE … CASCADE': 'inside',
};

/** An old image that only PostgreSQL 18 gives back. */
const OLDER_GAPS: Gaps = { ...GAPS, 'raw, ON CONFLICT DO UPDATE of one and insert of another': 'inside' };

const CLIENT: CaptureEngine = {
  name: 'client',
  async install(pool) {
    await migrate(pool, { schema: 'audit', origin: 'example.com/test' });
  },
  clients: [
    [
      `$extends(audit({ engine: 'client' }))`,
      (pool) =>
        new PrismaClient({ adapter: auditAdapter(new PrismaPg(pool)) }).$extends(
          audit({ engine: 'client', catalogue: catalogue() }),
        ) as unknown as Client,
      (newest) => (newest ? GAPS : OLDER_GAPS),
    ],
    [
      'the same, as before PostgreSQL 18',
      (pool) => {
        const adapter = auditAdapter(new PrismaPg(pool));
        const client = new PrismaClient({ adapter }).$extends(audit());
        const plan = new CapturePlan({ catalogue: catalogue() });
        const settings = { plan, schema: 'audit', maxRows: 100, onTooManyRows: 'refuse', returnsOld: false } as const;
        captureCell(adapter)!.capture = new ClientEngine(settings);
        return client as unknown as Client;
      },
      () => OLDER_GAPS,
    ],
  ],
  mark: lastPosition,
  captured,
  sendsMore: true,
};

export const ENGINES: readonly CaptureEngine[] = [DATABASE, CLIENT];

/** What is said in docs/coverage.md of a shape that went through. */
export function wordOf(engine: string, shape: string): string {
  const clients = ENGINES.find(({ name }) => name === engine)?.clients ?? [];
  const gaps = clients.map(([, , of]) => of?.(true)[shape]);
  if (gaps.every((gap) => gap === undefined)) return 'captured';
  return gaps.includes(undefined) ? 'captured; before PostgreSQL 18 an entry flagged `gap`' : 'an entry flagged `gap`';
}
