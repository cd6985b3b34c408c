import { hashPassword } from './auth/password.js';
import { type PrismaClient, Role } from './generated/prisma/client.js';

export const DEMO_PASSWORD = 'correct horse battery staple';

const people = [
  { tenantId: 'acme', email: 'ada@acme.test', name: 'Ada Admin', role: Role.ADMIN },
  { tenantId: 'acme', email: 'carl@acme.test', name: 'Carl Clerk', role: Role.CLERK },
  { tenantId: 'globex', email: 'grace@globex.test', name: 'Grace Admin', role: Role.ADMIN },
  { tenantId: 'globex', email: 'cleo@globex.test', name: 'Cleo Clerk', role: Role.CLERK },
];

/** Two tenants with an admin and a clerk each; safe to run again. */
export async function seed(prisma: Pick<PrismaClient, 'user' | 'tag'>): Promise<void> {
  for (const person of people) {
    const passwordHash = await hashPassword(DEMO_PASSWORD);
    await prisma.user.upsert({
      where: { email: person.email },
      create: { ...person, passwordHash },
      update: {},
    });
  }
  await prisma.tag.createMany({
    data: ['acme', 'globex'].map((tenantId) => ({ tenantId, name: 'monthly' })),
    skipDuplicates: true,
  });
}
