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

  // As Prisma 6 names them; prisma-6.spec.ts has its own clients.
  it.each(['LibraryEngine', 'BinaryEngine', 'DataProxyEngine'])('a client of the engine %s', (name) => {
    class Rust extends PrismaClient {
      constructor(options: { adapter: PrismaPg }) {
        super(options);
        Object.assign(this, { _engine: { name } });
      }
    }
    const remedy = /engineType = "client".*AUDIT_ENGINE_UNSUPPORTED/;
    expect(refusal(() => new (audited(Rust))({ adapter: factory() }))).toMatch(remedy);
    expect(refusal(() => new Rust({ adapter: auditAdapter(factory()) }).$extends(audit()))).toMatch(remedy);
  });
});

describe('wrapping', () => {
  it('leaves the adapter factory what it is', async () => {
    const original = factory();
    const wrapped = auditAdapter(original);
    expect(wrapped).toBeInstanceOf(PrismaPg);
    expect(Object.keys(wrapped)).toEqual(Object.keys(original));
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
      get kind(): string {
        return 'service';
      }
      async counted(): Promise<number> {
        await this.counter.count();
        return ++this.#calls;
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
    expect(Service.prototype).toBeInstanceOf(PrismaClient);
    expect([await service.counted(), await service.counted(), service.kind]).toEqual([1, 2, 'service']);
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
