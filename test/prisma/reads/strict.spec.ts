import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditError } from '../../../src/event/errors.js';
import { catalogue, createReadsWorld, hear, lineOf, type Heard, type PrismaClient, type Reader, type ReadsWorld } from './world.js'; // prettier-ignore

let world: ReadsWorld;
let heard: Heard;
let strict: Reader;
beforeAll(async () => {
  world = await createReadsWorld();
  strict = world.connect({ catalogue, reads: 'strict' });
});
afterAll(() => world.close());
beforeEach(() => {
  heard = hear(world);
  strict.statements.length = 0;
});
afterEach(() => heard.stop());
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Every way to audited rows. */
const READS: [string, (p: PrismaClient) => Promise<unknown>][] = [
  ['a read', async (p) => await p.patient.findUnique({ where: { id: 1n } })],
  ['one by way of a relation', async (p) => await p.practice.findMany({ include: { patients: true } })],
  ['a fluent call', async (p) => await p.visit.findUnique({ where: { id: 1 } }).patient()],
  ['SQL', async (p) => await p.$queryRaw`select * from patients`],
  ['an array transaction', (p) => p.$transaction([p.country.count(), p.patient.findMany(), p.patient.count()])],
  ['an interactive transaction', (p) => p.$transaction(async (tx) => await tx.patient.findMany())],
];

describe('strict reads', () => {
  it.each(READS)('wait until the entry is durable: %s', async (_name, read) => {
    let reached = (): void => undefined;
    const wait = new Promise<'committed'>((resolve) => (reached = () => resolve('committed')));
    heard.durable = () => wait;
    let rows: unknown;
    const reading = read(strict.prisma).then((value) => (rows = value));
    while (heard.facts.length === 0) await turn();
    for (let i = 0; i < 20; i++) await turn();
    expect(rows).toBeUndefined();
    reached();
    await reading;
    expect(rows).toBeDefined();
  });

  it.each(READS)('hand nothing out when it cannot be: %s', async (_name, read) => {
    const lost = new AuditError('AUDIT_NOT_DURABLE', 'the database is away');
    heard.durable = () => Promise.reject(lost);
    await expect(read(strict.prisma)).rejects.toBe(lost);
  });

  it.each(READS)('are not sent where no audit runs: %s', async (_name, read) => {
    heard.stop();
    await expect(read(strict.prisma)).rejects.toMatchObject({
      code: 'AUDIT_NOT_DURABLE',
      message: expect.stringMatching(/needs a running audit.*nothing was read: start the module/),
    });
    expect(strict.statements.filter((text) => /patients/.test(text))).toEqual([]);
  });

  it('of others, and their writes, wait for nothing', async () => {
    heard.stop();
    expect(await strict.prisma.country.count()).toBe(2);
    expect(await strict.prisma.visit.count({ where: { doctorId: 1 } })).toBe(3);
    expect(await strict.prisma.$queryRaw`select 1 as one from "Country" limit 1`).toEqual([{ one: 1 }]);
    await strict.prisma.patient.update({ where: { id: 2n }, data: { name: 'Ben' } });
  });

  it('that fail have their own error, whatever becomes of the entry', async () => {
    heard.durable = () => Promise.reject(new AuditError('AUDIT_NOT_DURABLE', 'the database is away'));
    await expect(strict.prisma.patient.findUniqueOrThrow({ where: { id: 9n } })).rejects.toMatchObject({
      code: 'P2025',
    });
    await expect(strict.prisma.$queryRaw`select nothing from patients`).rejects.toMatchObject({ code: 'P2010' });
    expect(heard.facts.map((fact) => lineOf(fact))).toEqual([expect.stringContaining('failed P2025'), expect.stringContaining('failed P2010')]); // prettier-ignore
  });
});
