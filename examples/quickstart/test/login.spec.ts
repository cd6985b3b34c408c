import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { auditMatchers, audited, clearAudited, type AuditMatchers } from 'nestjs-prisma-audit/testing';
import { PASSWORD, start, type Client } from './app.js';

declare module 'expect' {
  interface Matchers<R> extends AuditMatchers<R> {}
}
expect.extend(auditMatchers);

let client: Client;

beforeAll(async () => {
  client = await start(() => Promise.reject(new Error('not in these tests')));
});
afterAll(() => client.app.close());
beforeEach(clearAudited);

describe('POST /auth/login', () => {
  it('is audited with who it was', async () => {
    expect(await client.post('/auth/login', { email: 'ada@acme.test', password: PASSWORD })).toBe(200);
    await expect(audited).toHaveAudited('auth.login', { outcome: 'success', actor: { id: '1', role: 'ADMIN' } });
  });

  it('with a wrong password is audited in the chain of the tenant whose account was tried', async () => {
    expect(await client.post('/auth/login', { email: 'ada@acme.test', password: 'letmein' })).toBe(401);
    await expect(audited).toHaveAudited('auth.login', {
      outcome: 'failure',
      tenant: 'acme',
      actor: { id: 'ada@acme.test', type: 'anonymous' },
    });
    await expect(audited).not.toHaveAudited('auth.login', { outcome: 'success' });
    expect(JSON.stringify(audited())).not.toContain('letmein');
  });

  it('of somebody unknown is audited with the name that was tried', async () => {
    expect(await client.post('/auth/login', { email: 'eve@example.test', password: 'letmein' })).toBe(401);
    await expect(audited).toHaveAudited('auth.login', { outcome: 'failure', actor: { id: 'eve@example.test' } });
  });
});
