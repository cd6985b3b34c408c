import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import fc from 'fast-check';
import { createAudit, type Audit } from '../../../src/compose/index.js';
import { withContext } from '../../../src/context/index.js';
import { audit as extension, auditAdapter, defineAudit } from '../../../src/prisma/index.js';
import type { AuditEntry } from '../../../src/query/index.js';
import { withLogSource } from '../../../src/store/postgres/index.js';
import { verify } from '../../../src/verify/index.js';
import { Prisma, PrismaClient } from '../../query/schemas/generated/values/client.js';
import { THING } from '../../query/values/arbitrary.js';
import { CATALOGUE } from '../../query/values/catalogue.js';
import { emptyLog, type FilledLog } from '../../support/filled-log.js';
import { full } from '../../support/full.js';

/** The one place: command line, start of the application and client read it. */
const config = defineAudit({
  engine: 'client',
  schema: 'trail',
  catalogue: CATALOGUE,
  models: { Thing: { mask: { phone: 4 }, ignore: ['pet'] } },
});

function connect(connectionString: string): PrismaClient {
  const adapter = auditAdapter(new PrismaPg({ connectionString, max: 2 }));
  return new PrismaClient({ adapter }).$extends(extension({ config })) as unknown as PrismaClient;
}

let log: FilledLog;
let audit: Audit;
let prisma: PrismaClient;
beforeAll(async () => {
  log = await emptyLog('trail');
  await log.pool.query(readFileSync(new URL('../../query/schemas/values.sql', import.meta.url), 'utf8'));
  audit = createAudit({
    databaseUrl: log.url,
    schema: 'trail',
    config,
    flushIntervalMs: 5,
    seal: { minWaitMs: 1 },
    probe: 'error',
  });
  audit.start();
  prisma = connect(log.url);
});
afterAll(async () => {
  await prisma?.$disconnect();
  await audit?.close();
  await log?.close();
});

async function history(id: number, tenant = ''): Promise<readonly AuditEntry[]> {
  await audit.flush();
  return (await audit.query.history({ type: 'Thing', id }, { tenant })).entries;
}

it('an application starts without a complaint: there are no triggers, and none are asked for', async () => {
  await audit.check();
  const checks = await audit.probe([prisma]);
  expect(checks.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual([
    'catalogue ok',
    'client.comment ok',
    'client.engine ok',
    'client.transaction ok',
    'engine ok',
    'guards ok',
    'rights.capture ok',
    'rights.record ok',
  ]);
});

it('what it writes is sealed, read with Prisma’s values and the actor of the request, and verified', async () => {
  const big = 9_007_199_254_740_993n;
  const decimal = new Prisma.Decimal('1234567890123456789012345678.0123456789');
  const first = { big, exact: decimal, jsonb: Prisma.JsonNull, json: { a: [1, null] }, mood: 'SO_SO' as const };
  const bytes = Uint8Array.of(0, 255);
  const at = new Date('1960-01-01T00:00:00.123Z');
  const second = { big: -big, exact: null, jsonb: Prisma.DbNull, at, bytes, bigs: [1n, big], phone: '+49 1234567' };
  const { id } = await withContext({ actor: { id: 'ann', type: 'user' }, requestId: 'r-1' }, async () => {
    const { id: made } = await prisma.thing.create({ data: first });
    await prisma.thing.update({ where: { id: made }, data: { ...second, password: 'hunter2', pet: 'cat' } });
    return await prisma.thing.delete({ where: { id: made }, select: { id: true } });
  });
  const entries = await history(id);
  expect(entries.map(({ source, action, actor, flags }) => [source, action, actor?.['id'], flags])).toEqual([
    ['change.client', 'Thing.create', 'ann', ['redacted']],
    ['change.client', 'Thing.update', 'ann', ['redacted']],
    ['change.client', 'Thing.delete', 'ann', ['redacted']],
  ]);
  expect(new Set(entries.map(({ group }) => group)).size).toBe(1);
  const [create, update] = entries;
  expect(create?.change?.new).toMatchObject(first);
  expect(update?.changes).toEqual(
    expect.arrayContaining([
      { field: 'big', old: big, new: -big },
      { field: 'exact', old: decimal, new: null },
      { field: 'jsonb', old: Prisma.JsonNull, new: null, jsonNull: ['old'] },
      { field: 'at', old: null, new: at },
      { field: 'bytes', old: null, new: bytes },
      { field: 'bigs', old: null, new: [1n, big] },
      { field: 'phone', old: null, new: '****4567', masked: true },
      { field: 'password', redacted: true },
    ]),
  );
  expect(update?.changes.map(({ field }) => field)).not.toContain('pet');
  const report = await withLogSource(log.pool, 'trail', (source) => verify(source));
  expect({ verdict: report.verdict, findings: report.findings }).toEqual({ verdict: 'VERIFIED', findings: [] });
});

it('every type comes back as Prisma gave it, created and updated', async () => {
  await fc.assert(
    fc.asyncProperty(THING, THING, async (first, second) => {
      const hidden = { omit: { phone: true, pet: true, password: true } } as const;
      const { id } = await prisma.thing.create({ data: first, select: { id: true } });
      const before = await prisma.thing.findUniqueOrThrow({ where: { id }, ...hidden });
      await prisma.thing.update({ where: { id }, data: second, select: { id: true } });
      const after = await prisma.thing.findUniqueOrThrow({ where: { id }, ...hidden });
      const [create, update] = (await history(id)).map(({ change }) => change);
      expect(asRead(create?.new)).toEqual(before);
      if (update === undefined) return; // nothing that is logged has changed
      expect(asRead(update.old)).toEqual(before);
      expect(asRead(update.new)).toEqual(after);
    }),
    { numRuns: full ? 100 : 2 },
  );
});

/** Prisma reads both nulls of a document as `null`. */
function asRead(values: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { phone: _, ...read } = values;
  return Object.fromEntries(Object.entries(read).map(([name, value]) => [name, value === Prisma.JsonNull ? null : value])); // prettier-ignore
}
