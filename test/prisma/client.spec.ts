import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { withContext } from '../../src/context/index.js';
import { isAuditError } from '../../src/event/errors.js';
import { audit, auditAdapter, audited } from '../../src/prisma/index.js';
import {
  AuditedClient,
  createQuickstart,
  lastPosition,
  PrismaClient,
  readContent,
  SHAPES,
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

/** What a call that must be refused throws. */
function refusal(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    expect(isAuditError(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('a client that cannot be audited is refused, with what to write instead:', () => {
  it('audited() without an adapter', () => {
    for (const options of [undefined, {}, { adapter: undefined }, { log: [] }]) {
      expect(refusal(() => new AuditedClient(options as never))).toMatch(/new PrismaPg.*AUDIT_ADAPTER_MISSING/);
    }
  });

  it('audited() with accelerateUrl', () => {
    const accelerateUrl = 'prisma://accelerate.example.com/?api_key=x';
    expect(refusal(() => new AuditedClient({ accelerateUrl }))).toMatch(
      /accelerateUrl.*PrismaPg.*AUDIT_ADAPTER_MISSING/,
    );
  });

  it('an adapter factory of another database, or none', () => {
    for (const other of [{ provider: 'sqlite', connect: async () => ({}) }, {}, undefined, null, 'postgres']) {
      expect(refusal(() => auditAdapter(other as PrismaPg))).toMatch(/PostgreSQL.*AUDIT_ADAPTER_UNSUPPORTED/);
    }
    const mysql = { provider: 'mysql', adapterName: 'x', connect: async () => ({}) };
    expect(refusal(() => new AuditedClient({ adapter: mysql as never }))).toMatch(/"mysql".*AUDIT_ADAPTER_UNSUPPORTED/);
  });

  it('audit() on a client without auditAdapter()', () => {
    const client = quickstart.keep(new PrismaClient({ adapter: factory() }));
    expect(refusal(() => client.$extends(audit()))).toMatch(/adapter: auditAdapter\(.*AUDIT_ADAPTER_MISSING/);
    expect(refusal(() => client.$extends({}).$extends(audit()))).toMatch(/AUDIT_ADAPTER_MISSING/);
  });
});

describe('wrapping', () => {
  it('leaves the adapter factory what it is', async () => {
    const original = factory();
    const wrapped = auditAdapter(original);
    expect(wrapped).toBeInstanceOf(PrismaPg);
    expect({ ...wrapped }).toEqual({ ...original });
    const [one, two] = await Promise.all([wrapped.connect(), original.connect()]);
    expect([one.adapterName, one.provider, one.constructor]).toEqual([two.adapterName, two.provider, two.constructor]);
    expect(one.getConnectionInfo?.()).toEqual(two.getConnectionInfo?.());
    await Promise.all([one.dispose(), two.dispose()]);
  });

  it('twice, in every way, adds one comment and one entry', async () => {
    const once = auditAdapter(factory());
    expect(auditAdapter(once)).toBe(once);
    class Twice extends audited(AuditedClient) {}
    const twice = quickstart.keep(new Twice({ adapter: once }));
    const extended = twice.$extends(audit()).$extends(audit());
    await as('ann', () => twice.counter.create(counter()));
    await as('bob', () => extended.$transaction([extended.counter.create(counter())]));
    expect((await read()).map(({ actor }) => actor['id'])).toEqual(['ann', 'bob']);
    const { rows } = await quickstart.pool.query(
      `select query from pg_stat_activity where query ~ 'audit1:' and datname = current_database() and pid <> pg_backend_pid()`,
    );
    for (const { query } of rows) expect(query.split('/*audit1:').length).toBe(2);
  });

  it('keeps the class: instanceof, members, getters and private fields', async () => {
    class Service extends audited(PrismaClient) {
      #calls = 0;
      constructor(url: string) {
        super({ adapter: new PrismaPg({ connectionString: url }) });
      }
      get calls(): number {
        return this.#calls;
      }
      count(): Promise<number> {
        this.#calls++;
        return this.counter.count();
      }
    }
    const service = quickstart.keep(new Service(quickstart.url));
    expect(service.constructor).toBe(Service);
    // Prisma's clients hide their prototype, so that `instanceof` is false for them; nothing else happens here.
    class Plain extends PrismaClient {}
    const plain = quickstart.keep(new Plain({ adapter: factory() }));
    expect([service instanceof Service, service instanceof PrismaClient]).toEqual([
      plain instanceof Plain,
      plain instanceof PrismaClient,
    ]);
    expect(Object.getPrototypeOf(Service.prototype).constructor.prototype).toBeInstanceOf(PrismaClient as never);
    expect(await service.count()).toBeGreaterThanOrEqual(0);
    expect(service.calls).toBe(1);
  });

  it('does not hang an array transaction when timers are faked', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
    try {
      const prisma = quickstart.keep(new AuditedClient({ adapter: factory() }));
      expect(await prisma.$transaction([prisma.counter.create(counter())])).toHaveLength(1);
    } finally {
      jest.useRealTimers();
    }
  });

  it('sends the array as it was when $transaction was called', async () => {
    const prisma = quickstart.keep(new AuditedClient({ adapter: factory() }));
    const operations = [prisma.counter.create(counter())];
    const result = prisma.$transaction(operations);
    operations.push(prisma.counter.create(counter()));
    expect(await result).toHaveLength(1);
  });
});

describe.each(SHAPES)('$audit() of a client made by %s', (_shape, connect) => {
  let prisma: AnyAuditedClient;
  beforeAll(() => {
    prisma = quickstart.keep(connect(quickstart.url));
  });
  const event = { action: 'invoice.approve', resource: { type: 'Invoice', id: 7 } };
  const summary = async () =>
    (await read()).map(({ source, header, op, actor }) => [source, header?.['action'] ?? op, actor['id']]);

  it('records an event that commits with the transaction, in its order', async () => {
    await as('ann', () =>
      prisma.$transaction(async (tx) => {
        await tx.counter.create(counter());
        await tx.$audit().record(event);
        await tx.$audit().runAs({ id: 'bob' }, () => tx.counter.create(counter()));
      }),
    );
    expect(await summary()).toEqual([
      ['change', 'insert', 'ann'],
      ['record', 'invoice.approve', 'ann'],
      ['change', 'insert', 'bob'],
    ]);
    const changes = await read();
    expect(new Set(changes.map(({ xid }) => xid)).size).toBe(1);
    expect(new Set(changes.map(({ group }) => group)).size).toBe(1);
  });

  it('records nothing when the transaction is rolled back', async () => {
    const work = prisma.$transaction(async (tx) => {
      await tx.$audit().record(event);
      throw new Error('undo');
    });
    await expect(work).rejects.toThrow('undo');
    expect(await read()).toEqual([]);
  });

  it('records an event outside of a transaction, and within a savepoint that is undone', async () => {
    await as('ann', () => prisma.$audit().record({ ...event, reason: 'kept' }));
    await prisma.$transaction(async (tx) => {
      const inner = tx.$transaction(async (nested) => {
        await (nested as typeof tx).$audit().record({ ...event, reason: 'undone' });
        throw new Error('undo');
      });
      await expect(inner).rejects.toThrow('undo');
    });
    expect((await read()).map(({ data }) => (data as { reason?: string }).reason)).toEqual(['kept']);
  });

  it.each([
    ['AUDIT_EVENT_INVALID', { action: '' }],
    ['AUDIT_EVENT_INVALID', { action: 'a', outcome: 'maybe' }],
    ['AUDIT_NOT_PLAIN_JSON', { action: 'a', details: { at: new Map() } }],
  ])('refuses a wrong event with %s, and the transaction goes on', async (code, wrong) => {
    const key = await prisma.$transaction(async (tx) => {
      await expect(tx.$audit().record(wrong as never)).rejects.toMatchObject({ code });
      return (await tx.counter.create(counter())).key;
    });
    expect(await prisma.counter.findUnique({ where: { key } })).not.toBeNull();
    expect((await read()).map(({ op }) => op)).toEqual(['insert']);
  });
});

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
  const all = <C extends PrismaClient>(c: C) =>
    c
      .$extends(model)
      .$extends(client)
      .$extends(result)
      .$extends(query as never);

  it.each([
    ['before ours', () => all(base()).$extends(audit())],
    ['after ours', () => all(base().$extends(audit()) as unknown as PrismaClient).$extends({})],
    ['after the mixin', () => all(quickstart.keep(new AuditedClient({ adapter: factory() })))],
  ])('%s work in plain calls and inside transactions, and the writes have their actor', async (_where, make) => {
    const prisma = make() as unknown as ReturnType<typeof all<PrismaClient>> & AnyAuditedClient;
    seen.length = 0;
    await as('ann', async () => {
      expect((await prisma.counter.create(counter())).label).toMatch(/^<k\d+>$/);
      const [made] = await prisma.$transaction([prisma.counter.create(counter())]);
      expect(made.label).toMatch(/^<k\d+>$/);
      await prisma.$transaction(async (given) => {
        const tx = given as unknown as typeof prisma;
        expect([tx.counter.double(2), tx.$hello()]).toEqual([4, 'hello']);
        expect((await tx.counter.create(counter())).label).toMatch(/^<k\d+>$/);
        await tx.$audit().record({ action: 'a' });
      });
    });
    expect(seen).toEqual(['create', 'create', 'create']);
    expect((await read()).map(({ actor }) => actor['id'])).toEqual(['ann', 'ann', 'ann', 'ann']);
  });
});
