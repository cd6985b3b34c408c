import { expect, it } from '@jest/globals';
import { PrismaPg } from '@prisma/adapter-pg';
import { audit, auditAdapter, audited, type AuditApi } from '../../src/prisma/index.js';
import { AuditedClient, Prisma, PrismaClient } from '../support/quickstart.js';

// Checked by the compiler alone: none of these functions is called.
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const yes = (answer: true): true => answer;
const takesTx = async (tx: Prisma.TransactionClient): Promise<number> => await tx.user.count();
const takesClient = (client: PrismaClient): PrismaClient => client;

async function mixin(prisma: AuditedClient): Promise<void> {
  const names = await prisma.$transaction(async (tx) => {
    await takesTx(tx);
    const api: AuditApi = tx.$audit();
    await api.record({ action: 'a.b' });
    // @ts-expect-error: there is no such model
    void tx.users;
    return (await tx.user.findMany({ select: { name: true } })).map(({ name }) => name);
  });
  yes(true satisfies Same<typeof names, string[]>);
  await prisma.$transaction(takesTx, { isolationLevel: 'Serializable', timeout: 1 });
  // @ts-expect-error: there is no such isolation level
  await prisma.$transaction(takesTx, { isolationLevel: 'Sometimes' });
  const [count, made] = await prisma.$transaction([prisma.user.count(), prisma.tag.findMany()]);
  yes(true satisfies Same<typeof count, number>);
  yes(true satisfies Same<(typeof made)[0]['name'], string>);
  // @ts-expect-error: an array transaction takes Prisma's promises
  await prisma.$transaction([Promise.resolve(1)]);
  // @ts-expect-error: an event needs an action
  await prisma.$audit().record({ resource: { type: 'User' } });
  // @ts-expect-error: a closed set
  await prisma.$audit().record({ action: 'a', outcome: 'maybe' });
  // @ts-expect-error: $audit is a method
  await prisma.$audit.record({ action: 'a' });
  takesClient(prisma);
}

async function extendedMixin(prisma: AuditedClient): Promise<void> {
  const extended = prisma.$extends(audit()).$extends({
    result: { user: { size: { needs: { name: true }, compute: (user) => user.name.length } } },
  });
  const { size } = await extended.user.findFirstOrThrow();
  yes(true satisfies Same<typeof size, number>);
  await extended.$transaction(async (tx) => await tx.$audit().record({ action: 'a' }));
  // @ts-expect-error: there is no such model
  void extended.users;
}

async function extension(plain: PrismaClient): Promise<void> {
  const prisma = plain.$extends(audit({ schema: 'log' }));
  await prisma.$audit().record({ action: 'a' });
  const number = await prisma.$audit().runAs({ id: 'x' }, () => prisma.user.count());
  yes(true satisfies Same<typeof number, number>);
  await prisma.$transaction(async (tx) => {
    await tx.$audit().record({ action: 'a' });
    return (await tx.user.findFirstOrThrow()).email;
  });
  const more = prisma.$extends({
    result: { user: { upper: { needs: { name: true }, compute: (u) => u.name.length } } },
  });
  const { upper } = await more.user.findFirstOrThrow();
  yes(true satisfies Same<typeof upper, number>);
  // @ts-expect-error: there is no such option
  plain.$extends(audit({ schemas: ['log'] }));
}

/** What other extensions have added before ours, and add behind it, stays as they typed it, inside of transactions too. */
async function between(plain: PrismaClient): Promise<void> {
  const prisma = plain
    .$extends({
      result: { user: { initials: { needs: { name: true }, compute: (user) => user.name.slice(0, 1) } } },
      model: { tag: { named: (name: string) => name.length } },
      client: { $hello: () => 'hello' as const },
    })
    .$extends(audit())
    .$extends({ client: { $later: () => 1 as const } });
  yes(true satisfies Same<ReturnType<typeof prisma.$hello>, 'hello'>);
  yes(true satisfies Same<ReturnType<typeof prisma.$later>, 1>);
  yes(true satisfies Same<ReturnType<typeof prisma.tag.named>, number>);
  const initials = await prisma.$transaction(
    async (tx) => {
      await tx.$audit().record({ action: 'a' });
      yes(true satisfies Same<ReturnType<typeof tx.tag.named>, number>);
      // @ts-expect-error: there is no such model
      void tx.users;
      return (await tx.user.findFirstOrThrow()).initials;
    },
    { isolationLevel: 'Serializable', maxWait: 1 },
  );
  yes(true satisfies Same<typeof initials, string>);
  const [users, count] = await prisma.$transaction([prisma.user.findMany(), prisma.tag.count()]);
  yes(true satisfies Same<(typeof users)[0]['initials'], string>);
  yes(true satisfies Same<typeof count, number>);
  // @ts-expect-error: there is no such isolation level
  await prisma.$transaction([prisma.user.count()], { isolationLevel: 'Sometimes' });
  // @ts-expect-error: an array transaction takes Prisma's promises
  await prisma.$transaction([Promise.resolve(1)]);
}

function constructors(): void {
  const adapter = auditAdapter(new PrismaPg({ connectionString: '' }));
  yes(true satisfies Same<typeof adapter, PrismaPg>);
  // @ts-expect-error: a URL is no adapter factory
  auditAdapter('postgresql://localhost');
  // @ts-expect-error: an object is no class of a client
  audited({});
  // The generics of the generated constructor still work.
  const client = new AuditedClient({ adapter, log: [{ emit: 'event', level: 'query' }] });
  const omitting = new (audited(PrismaClient))({ adapter, omit: { user: { passwordHash: true } } });
  void client;
  void omitting;
}

it('the types of audited clients let through what is right and nothing else', () => {
  expect([mixin, extendedMixin, extension, between, constructors].every((check) => typeof check === 'function')).toBe(
    true,
  );
});
