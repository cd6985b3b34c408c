import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { auditAdapter } from '../../src/prisma/index.js';
import {
  createQuickstart,
  lastPosition,
  PrismaClient,
  readContent,
  SHAPES,
  type AnyAuditedClient,
  type Quickstart,
} from '../support/quickstart.js';
import { naiveAdapter } from './naive-adapter.js';
import { ACTOR_CHANGES, crowd, LIMITS, PROGRAMS, SHARED_CHANGES } from './same-tick.js';

let quickstart: Quickstart;
let start = 0;
beforeAll(async () => {
  quickstart = await createQuickstart();
});
afterAll(() => quickstart.close());
beforeEach(async () => {
  start = await lastPosition(quickstart.pool);
});

/** How many changes the log has, and which of them it gives to somebody else than the one whose mark they bear. */
async function judge(): Promise<{ changes: number; wrong: string[]; actors: number; groups: number }> {
  const content = await readContent(quickstart.pool, start);
  const owners = new Map<string, string>(); // of a transaction, for rows that have no text
  const ownerOf = (text: string): string | undefined => /@(\w+)@/.exec(text)?.[1];
  for (const { xid, text } of content) owners.set(xid, ownerOf(text) ?? owners.get(xid) ?? '?');
  const wrong = content
    .map(({ actor, text, xid, model }) => ({ model, said: actor['id'], is: ownerOf(text) ?? owners.get(xid) }))
    .filter(({ said, is }) => said !== is)
    .map(({ model, said, is }) => `${model} of ${is} given to ${String(said)}`);
  const actors = new Set(content.map(({ actor }) => actor['id'])).size;
  return { changes: content.length, wrong, actors, groups: new Set(content.map(({ group }) => group)).size };
}

describe.each(SHAPES)('who acts, as a client made by %s tells it', (_shape, connect) => {
  let prisma: AnyAuditedClient;
  beforeAll(() => {
    prisma = quickstart.keep(connect(quickstart.url, { transactionOptions: { maxWait: 20_000, timeout: 20_000 } }));
  });

  it.each(PROGRAMS.map((program) => [program.name, program] as const))(
    'is never another request: %s',
    async (_name, { run }) => {
      await run(prisma);
      const { changes, wrong, actors, groups } = await judge();
      expect(changes).toBeGreaterThan(0);
      expect(wrong).toEqual([]);
      expect(groups).toBe(actors);
    },
  );

  it.each(ACTOR_CHANGES.map((program) => [program.name, program] as const))(
    'is the actor of the place where the write is awaited: %s',
    async (_name, { run }) => {
      await run(prisma);
      const { changes, wrong, groups } = await judge();
      expect(changes).toBeGreaterThan(0);
      expect(wrong).toEqual([]);
      expect(groups).toBe(1);
    },
  );

  it.each(SHARED_CHANGES.map((program) => [program.name, program] as const))(
    'is exactly the actor who wrote: %s',
    async (_name, { run }) => {
      await run(prisma);
      const { changes, wrong } = await judge();
      expect(changes).toBeGreaterThan(1);
      expect(wrong).toEqual([]);
    },
  );

  const limits = LIMITS.map((program) => [program.name, program] as const);
  it.each(limits)('is somebody of the same request: %s', async (_name, { run }) => {
    await run(prisma);
    for (const { actor, text } of await readContent(quickstart.pool, start)) {
      expect(String(actor['id']).split('_')[0]).toBe(/@(\w+?)_/.exec(text)?.[1]);
    }
  });
  // Known limits: when one of these passes, it has become a guarantee.
  it.failing.each(limits)('is exactly the actor who wrote: %s', async (_name, { run }) => {
    await run(prisma);
    expect((await judge()).wrong).toEqual([]);
  });

  it('is right for two hundred requests of every kind at once', async () => {
    await crowd(prisma);
    const { changes, wrong, actors, groups } = await judge();
    expect(wrong).toEqual([]);
    // 1 + 5 + 3 + 2 changes of the four kinds, each kind run twice by a quarter of the requests.
    expect(changes).toBe(2 * 50 * (1 + 5 + 3 + 2));
    expect({ actors, groups }).toEqual({ actors: 200, groups: 200 });
  });
});

describe('the same programs', () => {
  const wrongOf = async (prisma: AnyAuditedClient): Promise<string[]> => {
    const found: string[] = [];
    for (const { name, run } of PROGRAMS) {
      start = await lastPosition(quickstart.pool);
      await run(prisma);
      if ((await judge()).wrong.length > 0) found.push(name);
    }
    return found;
  };
  const connect = (adapter: PrismaPg): AnyAuditedClient =>
    quickstart.keep(
      new PrismaClient({ adapter, transactionOptions: { maxWait: 20_000, timeout: 20_000 } }),
    ) as unknown as AnyAuditedClient;

  it('show that a naive adapter gets it wrong, in interactive and array transactions', async () => {
    expect(await wrongOf(connect(naiveAdapter(new PrismaPg({ connectionString: quickstart.url }))))).toEqual([
      'array transactions that start together',
      'array transactions that resume together',
      'an array transaction beside a bare findUnique of another request',
      'an array transaction of one beside a bare findUnique of another request',
      'statements of several interactive transactions that resume together',
      'interactive and array transactions and reads that resume together',
    ]);
  });

  it('show that the adapter alone, without the turn that array transactions get, gets these wrong', async () => {
    expect(await wrongOf(connect(auditAdapter(new PrismaPg({ connectionString: quickstart.url }))))).toEqual([
      'array transactions that start together',
      'array transactions that resume together',
      'an array transaction beside a bare findUnique of another request',
      'an array transaction of one beside a bare findUnique of another request',
      'interactive and array transactions and reads that resume together',
    ]);
  });
});
