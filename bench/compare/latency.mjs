import { loadPrismaClient } from '../client.mjs';
import { checkpoint } from '../databases.mjs';
import { withClientEngine, withDatabaseEngine, withoutAudit } from '../engines.mjs';
import { measureOperation } from '../latency.mjs';
import { OPERATIONS } from '../operations.mjs';
import { withoutTimesOfFailures, withPeer } from './peer.mjs';

const MEASURED = OPERATIONS.filter(({ name }) => name !== 'createMany2500').map((operation) =>
  // With six engines in turn, one call of thousands of rows makes a block that is long enough.
  operation.rows ? { ...operation, calls: { 1: 1 } } : operation,
);

/** Latency of Prisma calls without audit, with both of our engines and with each peer, in turn on one server; one client. */
export async function measureLatency(server, peers, { cellMs, warmUpMs }) {
  const PrismaClient = loadPrismaClient();
  const engines = [
    await withoutAudit(server, PrismaClient),
    { ...(await withDatabaseEngine(server, PrismaClient, { sealer: true })), name: 'nestjs-prisma-audit' },
    await withClientEngine(server, PrismaClient, { sealer: true }),
  ];
  const results = [];
  try {
    for (const peer of peers) engines.push(await withPeer(server, peer));
    const measure = (operation, budgetMs) => measureOperation(engines, operation, { clients: 1, budgetMs });
    for (const operation of MEASURED) if (!operation.rows) await measure(operation, warmUpMs);
    for (const operation of MEASURED) {
      await checkpoint(server);
      const rows = await measure(operation, cellMs);
      results.push(...withoutTimesOfFailures(rows, engines));
      process.stderr.write('.');
    }
  } finally {
    process.stderr.write('\n');
    for (const engine of engines) await engine.close();
  }
  return results;
}
