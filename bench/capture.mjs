import { checkpoint } from './databases.mjs';
import { withClientEngine, withDatabaseEngine, withoutAudit } from './engines.mjs';
import { measureOperation } from './latency.mjs';
import { OPERATIONS } from './operations.mjs';

const CLIENTS = [1, 10];

/** Latency of Prisma calls without audit and with each engine, on one server. */
export async function measureCapture(server, PrismaClient, { cellMs, warmUpMs, sealer }) {
  const engines = [
    await withoutAudit(server, PrismaClient),
    await withDatabaseEngine(server, PrismaClient, { sealer: sealer === 'on' }),
    await withClientEngine(server, PrismaClient, { sealer: sealer === 'on' }),
  ];
  const cells = CLIENTS.flatMap((clients) =>
    OPERATIONS.filter(({ calls }) => calls[clients]).map((operation) => ({ operation, clients })),
  );
  const results = [];
  try {
    // The largest warm up with the smallest of their kind.
    for (const { operation, clients } of cells.filter((cell) => !(cell.operation.rows > 1_000)))
      await measureOperation(engines, operation, { clients, budgetMs: warmUpMs });
    for (const { operation, clients } of cells) {
      await checkpoint(server);
      results.push(...(await measureOperation(engines, operation, { clients, budgetMs: cellMs })));
      process.stderr.write('.');
    }
  } finally {
    process.stderr.write('\n');
    await Promise.all(engines.map((engine) => engine.close()));
  }
  return results;
}
