import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { createAudit } from '../dist/esm/compose/index.js';
import { withContext } from '../dist/esm/context/index.js';
import { catalogueOf } from '../dist/esm/prisma/generator/catalogue.js';
import { audit, auditAdapter, audited } from '../dist/esm/prisma/index.js';
import { createApplication, installLog } from './databases.mjs';

const POOL = 10;

/** The floor: the same application without anything of ours. */
export async function withoutAudit(server, PrismaClient) {
  const connectionString = await createApplication(server, 'bench_none', { audited: false });
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString, max: POOL }) });
  return { name: 'none', prisma, run: (fn) => fn(), settle: async () => {}, close: () => prisma.$disconnect() };
}

/** Triggers, the audited client, the context of a request around each call, and a sealer in this process. */
export async function withDatabaseEngine(server, PrismaClient, { sealer }) {
  const connectionString = await createApplication(server, 'bench_audit', { audited: true });
  const AuditedClient = audited(PrismaClient);
  const prisma = new AuditedClient({ adapter: new PrismaPg({ connectionString, max: POOL }) });
  return withRequests('database', prisma, connectionString, sealer);
}

/** The same without triggers: the client logs what it changes. */
export async function withClientEngine(server, PrismaClient, { sealer }) {
  const connectionString = await createApplication(server, 'bench_client', { audited: false });
  await installLog(connectionString);
  const adapter = auditAdapter(new PrismaPg({ connectionString, max: POOL }));
  const prisma = new PrismaClient({ adapter }).$extends(audit({ engine: 'client', catalogue: catalogueOfBench() }));
  return withRequests('client', prisma, connectionString, sealer);
}

/**
 * Triggers and the extended client, for which who reads `model` is recorded. What another model's calls cost beside engine
 * "database" is the price of having the option; a call of the model itself leaves an entry.
 */
export async function withReadsOf(model, server, PrismaClient, { sealer }) {
  const connectionString = await createApplication(server, `bench_reads_${model.toLowerCase()}`, { audited: true });
  const adapter = auditAdapter(new PrismaPg({ connectionString, max: POOL }));
  const config = { catalogue: catalogueOfBench(), models: { [model]: { reads: true } } };
  const prisma = new PrismaClient({ adapter }).$extends(audit({ config }));
  return withRequests(`reads of ${model}`, prisma, connectionString, sealer);
}

/** What `generator audit` would write; the schema stays that of an application without it. */
function catalogueOfBench() {
  const path = new URL('schema.prisma', import.meta.url);
  return catalogueOf([{ path: path.pathname, content: readFileSync(path, 'utf8') }]);
}

/** The context of a request around each call, and a sealer in this process. */
export function withRequests(name, prisma, databaseUrl, sealer) {
  const onError = (error) => console.error(error);
  const own = createAudit({ databaseUrl, onError, seal: sealer });
  own.start();
  let requests = 0;
  return {
    name,
    prisma,
    run: (fn) => withContext(requestOf((requests += 1)), fn),
    // The sealer's last rounds must not run in the time of the other engines.
    settle: () => (sealer ? own.flush({ timeoutMs: 60_000 }) : own.drain()),
    close: async () => {
      await prisma.$disconnect();
      await own.close();
    },
  };
}

/** 234 bytes as a section: what the middleware knows of a usual request. */
function requestOf(n) {
  return {
    actor: { id: 'user_01HZX3V7Q8', type: 'user', email: 'ada.lovelace@example.com' },
    tenant: 'acme',
    requestId: `6f1c2b9e-3d47-4a58-9c0e-${String(n).padStart(12, '0')}`,
    ip: '203.0.113.42',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/126.0',
  };
}
