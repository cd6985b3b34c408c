import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { withContext } from '../../src/context/index.js';
import { audit, auditAdapter } from '../../src/prisma/index.js';
import {
  AuditedClient,
  createQuickstart,
  lastPosition,
  PrismaClient,
  readContent,
  type AnyAuditedClient,
  type Quickstart,
} from '../support/quickstart.js';

let quickstart: Quickstart;
let start = 0;
beforeAll(async () => {
  quickstart = await createQuickstart();
});
afterAll(() => quickstart.close());
beforeEach(async () => {
  start = await lastPosition(quickstart.pool);
});
const factory = (): PrismaPg => new PrismaPg({ connectionString: quickstart.url });
const read = () => readContent(quickstart.pool, start);
const as = <T>(id: string, work: () => PromiseLike<T>): Promise<T> => withContext({ actor: { id } }, work);
let serial = 0;
const counter = () => ({ data: { key: `k${serial++}`, value: 1n } });

describe('other extensions', () => {
  const seen: string[] = [];
  const model = { model: { counter: { double: (n: number) => n * 2 } } };
  const client = { client: { $hello: () => 'hello' } };
  const result = {
    result: { counter: { label: { needs: { key: true }, compute: (c: { key: string }) => `<${c.key}>` } } },
  };
  const query = {
    query: {
      $allModels: {
        $allOperations({
          operation,
          args,
          query: next,
        }: {
          operation: string;
          args: unknown;
          query: (a: never) => Promise<unknown>;
        }) {
          seen.push(operation);
          return next(args as never);
        },
      },
    },
  };
  const base = () => quickstart.keep(new PrismaClient({ adapter: auditAdapter(factory()) }));
  const all = (c: PrismaClient) => c.$extends(model).$extends(client).$extends(result).$extends(query);

  it.each([
    ['before ours', () => all(base()).$extends(audit())],
    ['after ours', () => all(base().$extends(audit()) as unknown as PrismaClient).$extends({})],
    ['after the mixin', () => all(quickstart.keep(new AuditedClient({ adapter: factory() })))],
  ])('%s work in plain calls and inside transactions, and the writes have their actor', async (_where, make) => {
    const prisma = make() as unknown as ReturnType<typeof all> & AnyAuditedClient;
    seen.length = 0;
    await as('ann', async () => {
      expect(await prisma.counter.create(counter())).toHaveProperty('label', expect.stringMatching(/^<k\d+>$/));
      const [made] = await prisma.$transaction([prisma.counter.create(counter())]);
      expect(made).toHaveProperty('label', expect.stringMatching(/^<k\d+>$/));
      await prisma.$transaction(async (given) => {
        const tx = given as unknown as typeof prisma;
        expect([tx.counter.double(2), tx.$hello()]).toEqual([4, 'hello']);
        expect(await tx.counter.create(counter())).toHaveProperty('label', expect.stringMatching(/^<k\d+>$/));
        await tx.$audit().record({ action: 'a' });
      });
    });
    expect(seen).toEqual(['create', 'create', 'create']);
    expect((await read()).map(({ actor }) => actor['id'])).toEqual(['ann', 'ann', 'ann', 'ann']);
  });
});
