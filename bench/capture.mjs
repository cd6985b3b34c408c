import { checkpoint } from './databases.mjs';
import { withClientEngine, withDatabaseEngine, withoutAudit } from './engines.mjs';
import { measureOperation } from './latency.mjs';
import { OPERATIONS } from './operations.mjs';

const CLIENTS = [1, 10];

/** Latency of Prisma calls without audit and with each engine, on one server. */
export async function measureCapture(server, PrismaClient, { cellMs, warmUpMs, sealer, quick }) {
  const engines = [
    await withoutAudit(server, PrismaClient),
    await withDatabaseEngine(server, PrismaClient, { sealer: sealer === 'on' }),
    await withClientEngine(server, PrismaClient, { sealer: sealer === 'on' }),
  ];
  const cells = CLIENTS.flatMap((clients) =>
    OPERATIONS.filter(({ calls }) => calls[clients]).map((operation) => ({ operation, clients })),
  );
  // Thousands of rows take long, and engine "client" logs them as it logs a hundred.
  const enginesFor = ({ rows }) => (quick && rows ? engines.filter(({ name }) => name !== 'client') : engines);
  const results = [];
  try {
    // The largest warm up with the smallest of their kind.
    for (const { operation, clients } of cells.filter((cell) => !(cell.operation.rows > 1_000)))
      await measureOperation(enginesFor(operation), operation, { clients, budgetMs: warmUpMs });
    for (const { operation, clients } of cells) {
      await checkpoint(server);
      results.push(...(await measureOperation(enginesFor(operation), operation, { clients, budgetMs: cellMs })));
      process.stderr.write('.');
    }
  } finally {
    process.stderr.write('\n');
    await Promise.all(engines.map((engine) => engine.close()));
  }
  return results;
}
