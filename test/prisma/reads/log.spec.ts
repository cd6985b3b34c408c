import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { runInContext, newContext, withContext } from '../../../src/context/index.js';
import { createAudit, type Audit, type AuditEntry } from '../../../src/index.js';
import { audit, auditAdapter } from '../../../src/prisma/index.js';
import { createLog, type Log } from '../../nest/app.js';
import { catalogue, PrismaClient } from './world.js';

let log: Log;
let running: Audit;
let base: PrismaClient;
beforeAll(async () => {
  log = await createLog();
  await log.pool.query(readFileSync(new URL('reads.sql', import.meta.url), 'utf8'));
  running = createAudit({ databaseUrl: log.url, catalogue });
  running.start();
  base = new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString: log.url, max: 2 })) });
});
afterAll(async () => {
  await base.$disconnect();
  await running.close();
  await log.close();
});

async function entries(actor: string): Promise<readonly AuditEntry[]> {
  await running.flush();
  return (await running.query.find({ actor, order: 'oldest' })).entries;
}

it('the log of one request tells what it read, changed and said, in one group, beside engine "client"', async () => {
  const prisma = base.$extends(audit({ engine: 'client', catalogue }));
  await withContext({ actor: { id: 'dr-dee', type: 'user' } }, async () => {
    for (let i = 0; i < 2; i++)
      await prisma.patient.findUnique({ where: { code: 'p1' }, select: { id: true, name: true } });
    await prisma.patient.update({ where: { id: 2n }, data: { name: 'Bert' }, include: { file: true } });
    await prisma.$audit().record({ action: 'ward.closed' });
    await prisma.$queryRaw`select count(*) from patients where name = ${'Ada'}`;
    await prisma.patient.findUniqueOrThrow({ where: { code: 'p9' } }).catch(() => undefined);
  });
  const found = await entries('dr-dee');
  expect(new Set(found.map(({ group }) => group)).size).toBe(1);
  const told = found.map(({ source, action, outcome, resource, details, error, flags }) => ({ source, action, outcome, id: resource?.id, details, error: error?.code, flags })); // prettier-ignore
  expect(told).toHaveLength(6);
  expect(told).toEqual(
    expect.arrayContaining([
      {
        source: 'read',
        action: 'Patient.read',
        outcome: 'success',
        id: '1',
        details: {
          operation: 'Patient.findUnique',
          count: 1,
          ids: ['1'],
          fields: ['id', 'name'],
          where: { code: '[redacted]' },
          reads: 2,
        },
        error: undefined,
        flags: [],
      },
      expect.objectContaining({ source: 'change.client', action: 'Patient.update', id: '2' }),
      expect.objectContaining({ source: 'record', action: 'ward.closed' }),
      expect.objectContaining({ source: 'read', action: 'File.read', id: '["2","2024-02-04"]' }),
      expect.objectContaining({ action: 'Patient.read', flags: ['gap'], details: { operation: '$queryRaw', gap: 'SQL that names the table', rows: 1 } }), // prettier-ignore
      expect.objectContaining({ action: 'Patient.read', outcome: 'failure', error: 'P2025' }),
    ]),
  );
  expect(JSON.stringify(found.map(({ details, error, resource }) => [details, error, resource]))).not.toMatch(
    /p1|p9|Ada/,
  );
});

it('strict reads have their entry in the log before the caller has his rows', async () => {
  const prisma = base.$extends(audit({ catalogue, reads: 'strict' }));
  const context = newContext({ actor: { id: 'dr-eve', type: 'user' } });
  await runInContext(context, async () => await prisma.visit.findMany({ include: { patient: true } }));
  const { rows } = await log.pool.query(
    `select model from audit.content where convert_from(actor, 'UTF8') like '%dr-eve%'`,
  );
  expect(rows).toEqual([{ model: 'Patient' }]);
});

it('the start warns of a client through which reads leave no entries, and of no other', async () => {
  const checks = await running.probe([base, base.$extends(audit({ catalogue }))]);
  const found = checks
    .filter(({ name }) => name === 'client.reads')
    .map(({ state, message }) => `${state}: ${message}`);
  expect(found.sort()).toEqual([
    expect.stringMatching(/^ok: reads of File, Patient through .* become entries$/),
    expect.stringMatching(/^warn: reads of File, Patient through .* leave no entries: it has no query hooks$/),
  ]);
});
