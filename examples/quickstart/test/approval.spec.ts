import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ConflictException } from '@nestjs/common';
import { audited, clearAudited, expectAudited, expectNothingAudited } from 'nestjs-prisma-audit/testing';
import { start, tokenOf, type Client } from './app.js';

const ADA = 1;
const CARL = 2;
let client: Client;

beforeAll(async () => {
  client = await start((id) =>
    id === 7 ? Promise.resolve({ id }) : Promise.reject(new ConflictException('Only a draft can be approved.')),
  );
});
afterAll(() => client.app.close());
beforeEach(clearAudited);

describe('POST /invoices/:id/approve', () => {
  it('is audited as done by the admin who did it', async () => {
    expect(await client.post('/invoices/7/approve', {}, tokenOf(ADA))).toBe(200);
    await expectAudited('invoice.approve', {
      outcome: 'success',
      actor: { id: '1', email: 'ada@acme.test', role: 'ADMIN' },
      tenant: 'acme',
      resource: { type: 'Invoice', id: 7 },
    });
    expect(audited()).toHaveLength(1);
  });

  it('is audited as denied to a clerk, by his name', async () => {
    expect(await client.post('/invoices/7/approve', {}, tokenOf(CARL))).toBe(403);
    await expectAudited('invoice.approve', {
      outcome: 'denied',
      actor: { email: 'carl@acme.test', role: 'CLERK' },
      resource: { type: 'Invoice', id: 7 },
    });
  });

  it('is audited as denied to nobody in particular without a session', async () => {
    expect(await client.post('/invoices/7/approve')).toBe(401);
    const { actor } = await expectAudited('invoice.approve', { outcome: 'denied' });
    expect(actor).not.toHaveProperty('email');
  });

  it('is audited as a failure, with the reason, where the invoice is not a draft', async () => {
    expect(await client.post('/invoices/8/approve', {}, tokenOf(ADA))).toBe(409);
    await expectAudited('invoice.approve', {
      outcome: 'failure',
      resource: { type: 'Invoice', id: 8 },
      error: { message: 'Only a draft can be approved.' },
    });
  });
});

it('a request for nothing that there is leaves no entry', async () => {
  expect(await client.post('/admin.php', {}, tokenOf(ADA))).toBe(404);
  await expectNothingAudited();
});
