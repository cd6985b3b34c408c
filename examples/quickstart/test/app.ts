import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { AuditTestingModule } from 'nestjs-prisma-audit/testing';
import { AppModule } from '../src/app.module.js';
import { hashPassword } from '../src/auth/password.js';
import { ApprovalService } from '../src/invoices/approval.service.js';
import { PrismaService } from '../src/prisma.service.js';

export const PASSWORD = 'a password for tests';

const user = { tenantId: 'acme', passwordHash: await hashPassword(PASSWORD) };
const users = [
  { ...user, id: 1, email: 'ada@acme.test', role: 'ADMIN' },
  { ...user, id: 2, email: 'carl@acme.test', role: 'CLERK' },
];

/** The token of a signed-in user: a session's id, which is a uuid. */
export const tokenOf = (id: number): string => `00000000-0000-4000-8000-00000000000${id}`;

/** As much of Prisma as signing in needs. */
const prisma = {
  user: {
    findUnique: ({ where }: { where: { email: string } }) =>
      Promise.resolve(users.find(({ email }) => email === where.email) ?? null),
  },
  session: {
    create: ({ data }: { data: { userId: number } }) => Promise.resolve({ id: tokenOf(data.userId), ...data }),
    findUnique: ({ where }: { where: { id: string } }) => {
      const found = users.find(({ id }) => tokenOf(id) === where.id);
      return Promise.resolve(found ? { user: found } : null);
    },
  },
};

export interface Client {
  readonly app: INestApplication;
  post(path: string, body?: object, token?: string): Promise<number>;
}

/** The whole application but for its database, listening. `approve` is what becomes of an approval. */
export async function start(approve: (id: number) => Promise<object>): Promise<Client> {
  const builder = Test.createTestingModule({ imports: [AppModule.forDatabase('postgresql://no-database')] });
  const module = await AuditTestingModule.replaceIn(builder)
    .overrideProvider(PrismaService)
    .useValue(prisma)
    .overrideProvider(ApprovalService)
    .useValue({ approve })
    .compile();
  const app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
  const url = (await app.getUrl()).replace(/\/$/, '');
  return {
    app,
    async post(path, body = {}, token = '') {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
      const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
      await response.text();
      return response.status;
    },
  };
}
