import { withoutTimesOfFailures, withPeer } from './compare/peer.mjs';
import { checkpoint } from './databases.mjs';
import { withClientEngine, withDatabaseEngine, withoutAudit } from './engines.mjs';
import { measureOperation } from './latency.mjs';
import { OPERATIONS } from './operations.mjs';

const CLIENTS = [1, 10];

/**
 * Latency of Prisma calls without audit and with each engine, on one server; with each peer as well where the goals compare
 * with one.
 */
export async function measureCapture(server, PrismaClient, peers, { cellMs, warmUpMs, sealer, quick }) {
  const engines = [
    await withoutAudit(server, PrismaClient),
    await withDatabaseEngine(server, PrismaClient, { sealer: sealer === 'on' }),
    await withClientEngine(server, PrismaClient, { sealer: sealer === 'on' }),
  ];
  const cells = CLIENTS.flatMap((clients) =>
    OPERATIONS.filter(({ calls }) => calls[clients]).map((operation) => ({ operation, clients })),
  );
  const own = [...engines];
  const enginesFor = ({ operation, clients }) => {
    if (operation.peers && clients === 1) return engines;
    // Thousands of rows take long, and engine "client" logs them as it logs a hundred.
    return quick && operation.rows ? own.filter(({ name }) => name !== 'client') : own;
  };
  const measure = async (cell, budgetMs) => {
    const inTurn = enginesFor(cell);
    const rows = await measureOperation(inTurn, cell.operation, { clients: cell.clients, budgetMs });
    return withoutTimesOfFailures(rows, inTurn);
  };
  const results = [];
  try {
    for (const peer of peers) engines.push(await withPeer(server, peer));
    // The largest warm up with the smallest of their kind.
    for (const cell of cells.filter(({ operation }) => !(operation.rows > 1_000))) await measure(cell, warmUpMs);
    for (const cell of cells) {
      await checkpoint(server);
      results.push(...(await measure(cell, cellMs)));
      process.stderr.write('.');
    }
  } finally {
    process.stderr.write('\n');
    await Promise.all(engines.map((engine) => engine.close()));
  }
  return results;
}
