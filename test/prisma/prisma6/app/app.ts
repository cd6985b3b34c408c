// An application of Prisma 6 with the built package: compiled, then run by prisma-6.spec.ts. Its last line tells what it saw.
import { PrismaPg } from '@prisma/adapter-pg';
import { createAudit, withContext } from 'nestjs-prisma-audit/core';
import { audit, auditAdapter, audited, changeOf, defineAudit, type AuditedChange } from 'nestjs-prisma-audit/prisma';
import config from './audit.config.js';
import { Prisma, PrismaClient } from './client/client.js';

const connectionString = process.env['AUDIT_DATABASE_URL'] ?? '';
const connection = () => ({
  adapter: new PrismaPg({ connectionString, max: 10 }),
  transactionOptions: { maxWait: 60_000, timeout: 60_000 }, // sixty wait for ten connections
});

class PrismaService extends audited(PrismaClient) {
  constructor() {
    super(connection());
  }
}

type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Invoice = NonNullable<AuditedChange<PrismaClient, 'Invoice'>['new']>;

export async function types(prisma: PrismaService, extended: typeof extension): Promise<true[]> {
  const names = await prisma.$transaction(async (tx) => {
    await tx.$audit().record({ action: 'a.b' });
    return (await tx.user.findMany({ select: { name: true } })).map(({ name }) => name);
  });
  const [count] = await prisma.$transaction([prisma.user.count(), prisma.tag.findMany()]);
  const found = await extended.$transaction(async (tx) => {
    await tx.$audit().record({ action: 'a.b' });
    return await tx.counter.findFirstOrThrow();
  });
  // @ts-expect-error: there is no such model
  void prisma.users;
  // @ts-expect-error: an event needs an action
  await prisma.$audit().record({ resource: { type: 'User' } });
  // @ts-expect-error: there is no such model
  defineAudit<PrismaClient>({ models: { Users: false } });
  // @ts-expect-error: there is no such field
  defineAudit<PrismaClient>({ models: { User: { redact: ['mail'] } } });
  return [
    true satisfies Same<typeof names, string[]>,
    true satisfies Same<typeof count, number>,
    true satisfies Same<typeof found.value, bigint>,
    true satisfies Same<Invoice['total'], Prisma.Decimal | undefined>,
    true satisfies Same<Invoice['createdAt'], Date | undefined>,
  ];
}

const service = new PrismaService();
const wrapped = { ...connection(), adapter: auditAdapter(connection().adapter) };
const extension = new PrismaClient(wrapped).$extends(audit({ config }));

/** Sixty requests whose writes are sent in one tick; each row has the name of its actor in it. */
async function crowd(way: string, prisma: PrismaService): Promise<void> {
  const gate = new Promise<void>((resolve) => setTimeout(resolve, 20));
  const requests = Array.from({ length: 60 }, (_, i) => {
    const id = `${way}-${i}`;
    const counter = (n: number) => ({ data: { key: `${id}@${n}`, value: 1n } });
    const user = {
      email: `${id}@u`,
      tenantId: 'acme',
      name: `${id}@u`,
      passwordHash: 'secret-hash',
      sessions: { create: { id: crypto.randomUUID(), expiresAt: new Date() } },
    };
    return withContext({ actor: { id } }, async () => {
      await gate;
      if (i % 4 === 0) return void (await prisma.counter.create(counter(0)));
      if (i % 4 === 1) return void (await prisma.user.create({ data: user, include: { sessions: true } }));
      if (i % 4 === 2) return void (await prisma.$transaction([prisma.counter.create(counter(0)), prisma.counter.create(counter(1))])); // prettier-ignore
      await prisma.$transaction(async (tx) => {
        await tx.counter.create(counter(0));
        await tx.user.findUnique({ where: { id: 0 } });
        await tx.counter.create(counter(1));
      });
    });
  });
  await Promise.all(requests);
}

interface Row {
  actor: string;
  data: string;
}

async function main(): Promise<void> {
  await crowd('mixin', service);
  // It has all that is used here; the extension only narrows the type of $transaction's argument.
  await crowd('extension', extension as unknown as PrismaService);
  const rows = await service.$queryRawUnsafe<Row[]>(
    `select convert_from(actor, 'UTF8') as actor, data from audit.content where model in ('Counter', 'User')`,
  );
  const wrong = rows.filter(({ actor, data }) => {
    const { id } = JSON.parse(actor) as { id: string };
    return !data.includes(`"${id}@`);
  });

  const log = createAudit({ databaseUrl: connectionString, config });
  const values = await withContext({ actor: { id: 'ann' } }, async () => {
    const ann = await service.user.findFirstOrThrow();
    const data = { tenantId: 'acme', number: 'A-1', total: '12.50', metadata: Prisma.JsonNull, createdById: ann.id };
    const { id } = await service.invoice.create({ data });
    await log.flush();
    const { entries } = await log.query.history({ type: 'Invoice', id }, { tenant: 'acme' });
    const entry = entries[0];
    if (entry === undefined) throw new Error('no entry');
    const change = changeOf<PrismaClient, 'Invoice'>(entry, 'Invoice');
    const total = change?.new?.total;
    return {
      actor: entry.actor?.id,
      total: Prisma.Decimal.isDecimal(total) ? total.toFixed(2) : total,
      // Whether the classes are those of the client too: not where it has a copy of Prisma's runtime (docs/prisma-6.md).
      sameClasses: [total instanceof Prisma.Decimal, (change?.new?.metadata as unknown) === Prisma.JsonNull],
    };
  });
  const probed = [...(await service.$audit().probe()), ...(await extension.$audit().probe())];
  const inside = await service.$transaction(async (tx) => await tx.$audit().probe());
  await log.close();
  await Promise.all([service.$disconnect(), extension.$disconnect()]);
  const probe = [...probed, ...inside].map(({ name, state }) => `${name} ${state}`);
  console.log(JSON.stringify({ changes: rows.length, wrong: wrong.length, values, probe }));
}

void main();
