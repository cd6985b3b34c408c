import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { clearAudited, expectAudited, expectNothingAudited } from 'nestjs-prisma-audit/testing';
import { start, tokenOf, type Client } from './app.js';

const CAMERA = 2;
let client: Client;

beforeAll(async () => {
  client = await start((id) => Promise.resolve({ id }));
});
afterAll(() => client.app.close());
beforeEach(clearAudited);

describe('POST /gate/passages', () => {
  it('opens for a plate that is expected, however it is written', async () => {
    const picture = 'https://cameras.example.test/yard/1.jpg';
    expect(await client.post('/gate/passages', { plate: 'b-ab 1234', direction: 'in', picture }, tokenOf(CAMERA))).toBe(
      204,
    );
    await expectAudited('access.entry', {
      outcome: 'success',
      tenant: 'acme',
      actor: { id: '2' },
      resource: { type: 'AccessPoint', id: 'yard' },
      details: { direction: 'in', method: 'plate', vehicle: { plate: 'b-ab 1234' }, evidenceUrl: picture },
    });
  });

  it('stays down for another, which is in the log as denied', async () => {
    expect(await client.post('/gate/passages', { plate: 'M-UN 1', direction: 'in' }, tokenOf(CAMERA))).toBe(403);
    await expectAudited('access.denied', { outcome: 'denied', details: { vehicle: { plate: 'M-UN 1' } } });
  });

  it('says nothing of a passage that is none', async () => {
    expect(await client.post('/gate/passages', { direction: 'in' }, tokenOf(CAMERA))).toBe(400);
    expect(await client.post('/gate/passages', { plate: 'B-AB 1234', direction: 'up' }, tokenOf(CAMERA))).toBe(400);
    await expectNothingAudited();
  });
});
