import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { withContext } from '../../../src/context/index.js';
import type { Actor } from '../../../src/event/types.js';
import { audit } from '../../../src/prisma/index.js';
import { takeReads, type ReadFact } from '../../../src/recorder/read.port.js';
import { catalogue, createReadsWorld, hear, lineOf, schemaOf, type Heard, type Prisma, type PrismaClient, type Reader, type ReadsWorld } from './world.js'; // prettier-ignore

let world: ReadsWorld;
let heard: Heard;
let reader: Reader;
beforeAll(async () => {
  world = await createReadsWorld();
  heard = hear(world);
  reader = world.connect({ catalogue });
});
afterAll(async () => {
  heard.stop();
  await world.close();
});
beforeEach(() => {
  heard.facts.length = 0;
  reader.statements.length = 0;
});
const lines = (): string[] => heard.facts.map((fact) => lineOf(fact));
const actorOf = ({ context }: ReadFact): string | undefined => (context?.actor as Actor | undefined)?.id;
const idsOf = ({ event }: ReadFact): string[] => (event.details?.['ids'] ?? []) as string[];
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('many reads in one tick', () => {
  it('of single rows become one statement, as without, and an entry each', async () => {
    const { prisma, statements } = reader;
    const found = await Promise.all([1n, 2n, 9n].map((id) => prisma.patient.findUnique({ where: { id } })));
    await turn();
    expect(found.map((row) => row?.id)).toEqual([1n, 2n, undefined]);
    expect(statements).toHaveLength(1);
    expect(lines().map((line) => /count.*?(?= \()/.exec(line)?.[0])).toEqual(['count 1 ids 1 [1]', 'count 1 ids 2 [2]', 'count 0']); // prettier-ignore
  });

  it('of 200 requests have each the actor of its own, though statements are shared', async () => {
    const { prisma } = reader;
    const data = Array.from({ length: 200 }, (_, i) => ({ id: 5000 + i, code: `code-${i}`, name: 'x' }));
    await prisma.patient.createMany({ data });
    const request = (i: number): Promise<unknown> =>
      withContext({ actor: { id: String(5000 + i) } }, async () => {
        const where = { code: `code-${i}` };
        const call = (): Prisma.PrismaPromise<unknown> =>
          i % 2 ? prisma.patient.findUnique({ where }) : prisma.patient.findMany({ where });
        if (i % 4 < 2) return await call();
        if (i % 20 === 2) return await prisma.$transaction(async (tx) => await tx.patient.findUnique({ where }), { maxWait: 30_000 }); // prettier-ignore
        return await prisma.$transaction([call(), prisma.country.count()], { maxWait: 30_000 });
      });
    await Promise.all(data.map((_, i) => request(i)));
    await prisma.patient.deleteMany({ where: { id: { gte: 5000 } } });
    // The row that was found says whose request it was.
    const pairs = heard.facts.map((fact) => [actorOf(fact), ...idsOf(fact)]);
    expect(pairs.filter(([actor, id]) => actor !== id)).toEqual([]);
    expect(new Set(pairs.map(([actor]) => actor)).size).toBe(200);
    expect(pairs).toHaveLength(200);
  });
});

describe('a promise that nobody has awaited', () => {
  it('is no read, and one that somebody awaits is his', async () => {
    const { prisma, statements } = reader;
    const calls = await withContext({ actor: { id: 'maker' } }, () => Promise.resolve([prisma.patient.count(), prisma.$queryRaw`select 1 from patients`])); // prettier-ignore
    await turn();
    expect([statements, lines()]).toEqual([[], []]);
    for (const call of calls) await withContext({ actor: { id: 'reader' } }, async () => await call);
    expect(heard.facts.map((fact) => actorOf(fact))).toEqual(['reader', 'reader']);
  });

  it('runs once, however often it is awaited', async () => {
    const call = reader.prisma.patient.findFirst({ where: { id: 1n } });
    expect(await call).toBe(await call);
    expect(lines()).toHaveLength(1);
  });
});

describe('what other extensions do', () => {
  const result = { result: { patient: { label: { needs: { name: true as const }, compute: ({ name }: { name: string }) => `<${name}>` } } } }; // prettier-ignore
  const narrow = { query: { patient: { findMany: ({ args, query }: { args: object; query: (args: object) => Promise<unknown> }) => query({ ...args, where: { id: 1n } }) } } }; // prettier-ignore
  const ours = () => audit({ catalogue, schema: schemaOf(world) });

  it.each<[string, (p: PrismaClient) => unknown]>([
    ['before ours', (p) => p.$extends(result).$extends(ours())],
    ['after ours', (p) => p.$extends(ours()).$extends(result)],
  ])('to rows is as without, and is not logged: %s', async (_where, extend) => {
    const prisma = extend(world.base().prisma) as PrismaClient;
    const rows = await prisma.patient.findMany({ select: { label: true } as never, where: { id: 1n } });
    expect(JSON.parse(JSON.stringify(rows))).toEqual([{ label: '<Ada>' }]);
    expect(lines()).toEqual(['Patient.read Patient.findMany count 1 (name) where {"id":"[redacted]"}']);
  });

  it.each<[string, (p: PrismaClient) => unknown, string]>([
    ['before ours', (p) => p.$extends(narrow).$extends(ours()), 'count 1 ids 1 [1] (id) where {"id":"[redacted]"}'],
    ['after ours', (p) => p.$extends(ours()).$extends(narrow), 'count 1 ids 1 [1] (id)'],
  ])('to a query is logged as far as it comes first: %s', async (_where, extend, entry) => {
    const prisma = extend(world.base().prisma) as PrismaClient;
    expect(await prisma.patient.findMany({ select: { id: true } })).toEqual([{ id: 1n }]);
    expect(lines()).toEqual([`Patient.read Patient.findMany ${entry}`]);
  });

  it('rows whose members throw are handed out, and the read is an entry', async () => {
    const row = Object.defineProperty({}, 'id', { enumerable: true, get: () => { throw new Error('mine'); } }); // prettier-ignore
    const strange = { query: { patient: { findMany: () => Promise.resolve([row]) } } };
    const prisma = world.base().prisma.$extends(ours()).$extends(strange) as unknown as PrismaClient;
    const rows = await prisma.patient.findMany();
    expect(rows[0]).toBe(row);
    expect(lines()[0]).toMatch(/^Patient\.read Patient\.findMany \(id/);
  });

  it.each<[string, () => unknown, RegExp]>([
    ['answers without a promise', () => [{ id: 7n }], /^Patient\.read Patient\.findMany count 1 ids 7 \[7\]/],
    ['throws at once', () => { throw new RangeError('theirs'); }, /^Patient\.read Patient\.findMany failed RangeError/], // prettier-ignore
  ])('one behind ours that %s has its way', async (_what, findMany, entry) => {
    const prisma = world
      .base()
      .prisma.$extends(ours())
      .$extends({ query: { patient: { findMany } } } as object) as unknown as PrismaClient;
    const found = await prisma.patient.findMany().catch((error: unknown) => error);
    expect(found).toEqual(found instanceof RangeError ? new RangeError('theirs') : [{ id: 7n }]);
    expect(lines()).toEqual([expect.stringMatching(entry)]);
  });

  it('a global omit is seen in what was handed out', async () => {
    const { prisma } = world.connect({ catalogue }, { omit: { patient: { secret: true, weight: true } } });
    await prisma.patient.findMany({ where: { id: 1n } });
    await prisma.patient.findMany({ where: { id: 1n }, omit: { secret: false } });
    expect(lines().map((line) => /\(.*?\)/.exec(line)?.[0])).toEqual(['(id code name bornAt practiceId)', '(id code name bornAt secret practiceId)']); // prettier-ignore
  });
});

describe('nothing of ours', () => {
  it("is in the way when arguments throw: the caller has Prisma's error", async () => {
    const where = Object.defineProperty({}, 'id', { enumerable: true, get: () => { throw new Error('mine'); } }); // prettier-ignore
    await expect(reader.prisma.patient.findMany({ where })).rejects.toThrow('mine');
    await expect(reader.prisma.visit.findMany({ where: { patient: where } })).rejects.toThrow('mine');
    // Whoever asked with an argument that throws has read nothing; that he tried is told where the model itself was asked.
    expect(lines()).toEqual(['Patient.read Patient.findMany failed Error']);
  });

  it('is in the way when the recorder breaks its word', async () => {
    const stop = takeReads(schemaOf(world), { read: () => { throw new Error('full'); } }); // prettier-ignore
    expect(await reader.prisma.patient.count()).toBe(3);
    await expect(reader.prisma.patient.findUniqueOrThrow({ where: { id: 9n } })).rejects.toMatchObject({
      code: 'P2025',
    });
    stop();
  });

  it('changes what runs in the context of the caller', async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const spy = { query: { patient: { $allOperations: async ({ args, query }: { args: unknown; query: (args: unknown) => Promise<unknown> }) => { seen.push(storage.getStore()); const rows = await query(args); seen.push(storage.getStore()); return rows; } } } }; // prettier-ignore
    const prisma = reader.prisma.$extends(spy) as unknown as PrismaClient;
    await storage.run('mine', async () => await prisma.patient.count());
    expect(seen).toEqual(['mine', 'mine']);
  });

  it("ends an entry's keys beyond a hundred, and its count not", async () => {
    const { prisma } = reader;
    await prisma.patient.createMany({ data: Array.from({ length: 150 }, (_, i) => ({ id: 1000 + i, code: `c${i}`, name: 'x'.repeat(600) })) }); // prettier-ignore
    expect(lines()).toEqual([]);
    await prisma.patient.findMany();
    await prisma.patient.deleteMany({ where: { id: { gte: 1000 } } });
    expect(heard.facts.map((fact) => [fact.event.details?.['count'], idsOf(fact).length])).toEqual([[153, 100]]); // prettier-ignore
  });
});
