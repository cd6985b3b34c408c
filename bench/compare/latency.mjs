import { PrismaPg } from '@prisma/adapter-pg';
import { loadPrismaClient } from '../client.mjs';
import { checkpoint, createApplication, withClient } from '../databases.mjs';
import { withClientEngine, withDatabaseEngine, withoutAudit } from '../engines.mjs';
import { measureOperation } from '../latency.mjs';
import { OPERATIONS } from '../operations.mjs';
import { prepare } from './prepare.mjs';

const POOL = 10;
const MEASURED = OPERATIONS.filter(({ name }) => name !== 'createMany2500').map((operation) =>
  // With six engines in turn, one call of thousands of rows makes a block that is long enough.
  operation.rows ? { ...operation, calls: { 1: 1 } } : operation,
);
const schema = new URL('../schema.prisma', import.meta.url);

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
      for (const engine of engines) delete engine.failed;
      const rows = await measure(operation, cellMs);
      results.push(...rows.map((row) => withoutTimesOfFailures(row, engines)));
      process.stderr.write('.');
    }
  } finally {
    process.stderr.write('\n');
    for (const engine of engines) await engine.close();
  }
  return results;
}

/** How long it takes to fail says nothing of what audit costs. */
function withoutTimesOfFailures(row, engines) {
  const { failed } = engines.find(({ name }) => name === row.engine);
  return failed ? { operation: row.operation, engine: row.engine, clients: row.clients, failed } : row;
}

async function withPeer(server, peer) {
  const connectionString = await createApplication(server, `bench_${peer.id.replaceAll('-', '_')}`, { audited: false });
  const made = await prepare(peer, { name: 'bench', schema, url: server, entry: 'index.js' });
  await withClient(connectionString, (client) => client.query(made.sql));
  const prisma = peer.connect(made, new PrismaPg({ connectionString, max: POOL }));
  const engine = {
    name: peer.id,
    prisma,
    run: (fn) =>
      peer.run('user_01HZX3V7Q8', fn).catch((error) => {
        engine.failed ??= String(error.message).trim();
      }),
    settle: async () => {},
    close: () => prisma.$disconnect(),
  };
  return engine;
}
