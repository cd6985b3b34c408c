import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { isAuditError } from '../../../src/event/errors.js';
import { audit, auditAdapter, audited } from '../../../src/prisma/index.js';
import { probeClient } from '../../../src/prisma/probe.js';
import { createQuickstart, PrismaClient, type Quickstart } from '../../support/quickstart.js';

let world: Quickstart;
beforeAll(async () => {
  world = await createQuickstart();
});
afterAll(async () => await world.close());

/** The engine is loaded at once, and there is none here. */
class Client extends PrismaClient {
  constructor(options: ConstructorParameters<typeof PrismaClient>[0]) {
    super(options);
    const { libraryInstantiationPromise } = Reflect.get(this, '_engine') as {
      libraryInstantiationPromise?: Promise<void>;
    };
    libraryInstantiationPromise?.catch(() => undefined);
  }
}

const pg = (): PrismaPg => new PrismaPg({ connectionString: world.url, max: 1 });

describe('a client of the Rust query engine of Prisma 6', () => {
  it.each<[string, () => unknown]>([
    ['audited(PrismaClient)', () => new (audited(Client))({ adapter: pg() })],
    ['$extends(audit())', () => new Client({ adapter: auditAdapter(pg()) }).$extends(audit())],
    [
      '$extends(audit()) of an extended one',
      () => new Client({ adapter: auditAdapter(pg()) }).$extends({}).$extends(audit()),
    ],
    ['$extends(audit()) without an adapter', () => new Client({} as never).$extends(audit())],
  ])('is refused, with what to do: %s', (_, make) => {
    let error: unknown;
    try {
      make();
    } catch (caught) {
      error = caught;
    }
    expect(isAuditError(error, 'AUDIT_ENGINE_UNSUPPORTED')).toBe(true);
    expect((error as Error).message).toMatch(/engineType = "client".*Prisma 6\.16.*prisma generate.*adapter.*Prisma 7/);
  });

  it('is told by the probe, though the comment of its adapter arrives', async () => {
    const checks = await probeClient(new Client({ adapter: auditAdapter(pg()) }), 'audit');
    expect(checks[0]).toMatchObject({
      name: 'client.comment',
      state: 'fail',
      message: expect.stringMatching(/Rust query engine/),
      remedy: expect.stringMatching(/engineType = "client"/),
    });
  });
});
