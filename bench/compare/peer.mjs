import { PrismaPg } from '@prisma/adapter-pg';
import { createApplication, withClient } from '../databases.mjs';
import { prepare } from './prepare.mjs';

const POOL = 10;
const schema = new URL('../schema.prisma', import.meta.url);

/** The application of the bench with a peer in it, set up as the peer's README says, to be measured as an engine is. */
export async function withPeer(server, peer) {
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

/** The rows of one operation: how long it takes to fail says nothing of what audit costs. Forgets the failures. */
export function withoutTimesOfFailures(rows, engines) {
  const failures = new Map(engines.map(({ name, failed }) => [name, failed]));
  for (const engine of engines) delete engine.failed;
  return rows.map((row) => {
    const failed = failures.get(row.engine);
    return failed ? { operation: row.operation, engine: row.engine, clients: row.clients, failed } : row;
  });
}
