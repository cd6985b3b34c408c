import pg from 'pg';
import { auditPool } from '../dist/esm/pg/index.js';
import { checkpoint, createApplication } from './databases.mjs';
import { withRequests } from './engines.mjs';
import { measureOperation } from './latency.mjs';

const INSERT = `insert into "Invoice" ("tenantId", "accountId", "number", "total", "tax", "note", "metadata", "updatedAt")
  values ($1, $2, $3, $4, $5, $6, $7, now()) returning *`;
const UPDATE = `update "Invoice" set "status" = $2, "total" = $3 where "id" = $1`;

let serial = 0;

/** What an application sends without Prisma. */
const OPERATIONS = [
  {
    name: 'select', // not audited: what saying who acts costs
    calls: { 1: 400, 10: 800 },
    call: (pool, _engine, writer, n) =>
      pool.query('select * from "Invoice" where "id" = $1', [1 + writer * 100 + (n % 100)]),
  },
  {
    name: 'insert',
    calls: { 1: 200, 10: 500 },
    call: (pool) =>
      pool.query(INSERT, ['acme', 1, `POOL-${(serial += 1)}`, '1200.50', '228.10', 'In two parts.', { source: 'api' }]),
  },
  {
    name: 'update',
    calls: { 1: 200, 10: 500 },
    call: (pool, _engine, writer, n) =>
      pool.query(UPDATE, [1 + writer * 100 + (n % 100), n % 2 ? 'paid' : 'sent', `${1200 + (n % 700)}.50`]),
  },
];

/** Latency of statements on a pool of `pg`: without audit, on the audited tables, and with `auditPool()` on these. */
export async function measurePool(server, { cellMs, warmUpMs, sealer, quick }) {
  const open = (connectionString) => new pg.Pool({ connectionString, max: 10 });
  const audited = await createApplication(server, 'bench_pool_audit', { audited: true });
  const silent = await createApplication(server, 'bench_pool_silent', { audited: true });
  const none = open(await createApplication(server, 'bench_pool_none', { audited: false }));
  const engines = [
    { name: 'pg', prisma: none, run: (fn) => fn(), settle: async () => {}, close: () => none.end() },
    withRequests('triggers alone', ending(open(silent)), silent, sealer === 'on'),
    withRequests('auditPool', ending(auditPool(open(audited))), audited, sealer === 'on'),
  ];
  const results = [];
  try {
    const cells = (quick ? [1] : [1, 10]).flatMap((clients) => OPERATIONS.map((operation) => ({ operation, clients })));
    for (const { operation, clients } of cells)
      await measureOperation(engines, operation, { clients, budgetMs: warmUpMs });
    for (const { operation, clients } of cells) {
      await checkpoint(server);
      const atLeast = clients === 1 ? 6 : 2;
      results.push(...(await measureOperation(engines, operation, { clients, budgetMs: cellMs, atLeast })));
    }
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
  return results;
}

/** Ended as a Prisma client is. */
const ending = (pool) => Object.assign(pool, { $disconnect: () => pool.end() });
