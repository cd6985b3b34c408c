import { withoutTimesOfFailures, withPeer } from './compare/peer.mjs';
import { checkpoint } from './databases.mjs';
import { withClientEngine, withDatabaseEngine, withoutAudit, withReadsOf } from './engines.mjs';
import { measureOperation } from './latency.mjs';
import { OPERATIONS } from './operations.mjs';

const CLIENTS = [1, 10];

/**
 * Latency of Prisma calls without audit and with each engine, on one server. Where the goals compare with peers, with these as
 * well; where a call reads, with reads of its model audited, and with those of one to which it leads.
 */
export async function measureCapture(server, PrismaClient, peers, { cellMs, warmUpMs, sealer, quick }) {
  const settings = { sealer: sealer === 'on' };
  const engines = [
    await withoutAudit(server, PrismaClient),
    await withDatabaseEngine(server, PrismaClient, settings),
    await withClientEngine(server, PrismaClient, settings),
  ];
  const cells = CLIENTS.flatMap((clients) =>
    OPERATIONS.filter(({ calls }) => calls[clients]).map((operation) => ({ operation, clients })),
  );
  const others = [];
  const readers = [];
  const enginesFor = ({ operation, clients }) => {
    if (clients === 1 && operation.peers) return [...engines, ...others];
    if (clients === 1 && operation.reads) return [...engines, ...readers];
    // Thousands of rows take long, and engine "client" logs them as it logs a hundred.
    return quick && operation.rows ? engines.filter(({ name }) => name !== 'client') : engines;
  };
  const measure = async (cell, budgetMs, atLeast) => {
    const inTurn = enginesFor(cell);
    const rows = await measureOperation(inTurn, cell.operation, { clients: cell.clients, budgetMs, atLeast });
    return withoutTimesOfFailures(rows, inTurn);
  };
  const results = [];
  try {
    for (const model of ['Tag', 'Invoice']) readers.push(await withReadsOf(model, server, PrismaClient, settings));
    for (const peer of peers) others.push(await withPeer(server, peer));
    // The largest warm up with the smallest of their kind.
    for (const cell of cells.filter(({ operation }) => !(operation.rows > 1_000))) await measure(cell, warmUpMs);
    for (const cell of cells) {
      await checkpoint(server);
      // Where there is a goal: two blocks of a busy machine differ by more than what is measured.
      const atLeast = cell.clients === 1 ? 6 : 2;
      results.push(...(await measure(cell, cellMs, atLeast)));
      process.stderr.write('.');
    }
  } finally {
    process.stderr.write('\n');
    await Promise.all([...engines, ...others, ...readers].map((engine) => engine.close()));
  }
  return results;
}
