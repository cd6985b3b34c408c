import { PrismaPg } from '@prisma/adapter-pg';
import { loadPrismaClient } from '../client.mjs';
import { checkpoint, createApplication, withClient } from '../databases.mjs';
import { withDatabaseEngine, withoutAudit } from '../engines.mjs';
import { measureOperation } from '../latency.mjs';
import { OPERATIONS } from '../operations.mjs';
import { prepare } from './prepare.mjs';

const POOL = 10;
const schema = new URL('../schema.prisma', import.meta.url);

/** Latency of Prisma calls without audit, with ours and with each peer, in turn on one server; one client. */
export async function measureLatency(server, peers, { cellMs, warmUpMs }) {
  const PrismaClient = loadPrismaClient();
  const engines = [
    await withoutAudit(server, PrismaClient),
    { ...(await withDatabaseEngine(server, PrismaClient, { sealer: true })), name: 'nestjs-prisma-audit' },
  ];
  const results = [];
  try {
    for (const peer of peers) engines.push(await withPeer(server, peer));
    const measure = (operation, budgetMs) => measureOperation(engines, operation, { clients: 1, budgetMs });
    for (const operation of OPERATIONS) await measure(operation, warmUpMs);
    for (const operation of OPERATIONS) {
      await checkpoint(server);
      results.push(...(await measure(operation, cellMs)));
      process.stderr.write('.');
    }
  } finally {
    process.stderr.write('\n');
    for (const engine of engines) await engine.close();
  }
  return results;
}

async function withPeer(server, peer) {
  const connectionString = await createApplication(server, `bench_${peer.id.replaceAll('-', '_')}`, { audited: false });
  const made = await prepare(peer, { name: 'bench', schema, url: server, entry: 'index.js' });
  await withClient(connectionString, (client) => client.query(made.sql));
  const prisma = peer.connect(made, new PrismaPg({ connectionString, max: POOL }));
  return {
    name: peer.id,
    prisma,
    run: (fn) => peer.run('user_01HZX3V7Q8', fn),
    settle: async () => {},
    close: () => prisma.$disconnect(),
  };
}
