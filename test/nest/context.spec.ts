import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_GUARD } from '@nestjs/core';
import { LIMITS } from '../../src/event/limits.js';
import { closeAll, createLog, serve, type Log, type Served } from './app.js';
import { Items, KnowsUser } from './items-app.js';

let log: Log;
beforeAll(async () => {
  log = await createLog();
});
afterAll(async () => {
  await closeAll();
  await log.close();
});

describe('where a request came from', () => {
  let served: Served;
  beforeAll(async () => {
    served = await serve(log.url, { controllers: [Items], providers: [{ provide: APP_GUARD, useClass: KnowsUser }] });
  });
  afterAll(() => served.close());
  const actorOf = async (headers: Record<string, string>) => {
    const { id } = await served.send('GET', '/items/sync', headers);
    return (await served.entries({ requestId: id }))[0]?.actor;
  };

  it.each([
    ['is the socket, whatever a header says, when no proxy is trusted', false, '127.0.0.1'],
    ['is what the one trusted proxy saw', 1, '198.51.100.7'],
    ['is what the first of all trusted proxies was told', true, '203.0.113.9'],
  ])('%s', async (_name, trust, ip) => {
    served.app.set('trust proxy', trust);
    const headers = {
      'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      forwarded: 'for=192.0.2.1',
      'x-real-ip': '192.0.2.2',
    };
    expect((await actorOf(headers))?.['ip']).toBe(ip);
    served.app.set('trust proxy', false);
  });

  it('has a user agent, cut to its limit and said to be so', async () => {
    expect(await actorOf({ 'user-agent': 'curl/8' })).toMatchObject({ userAgent: 'curl/8' });
    const cut = await actorOf({ 'user-agent': 'Mozilla/5.0 '.padEnd(8_000, 'x') });
    expect(cut?.['userAgent']).toHaveLength(LIMITS.userAgentLength);
    expect(cut?.['truncated']).toEqual(['userAgent']);
  });
});

describe('actor and tenant', () => {
  it('are asked for after the guards, so the chain is that of whom the guard let in', async () => {
    let asked = 0;
    const tenant = ({ user }: { user?: { id: string } }): string | undefined => {
      asked += 1;
      return user && `org-of-${user.id}`;
    };
    const served = await serve(
      log.url,
      { controllers: [Items], providers: [{ provide: APP_GUARD, useClass: KnowsUser }] },
      { audit: { tenant, actor: ({ user }) => user && { id: `u:${user.id}`, type: 'user' } } },
    );
    const ann = await served.send('GET', '/items/sync', { 'x-user': 'ann' });
    const denied = await served.send('POST', '/items/7/closed', { 'x-user': 'ann' });
    const nobody = await served.send('GET', '/items/7/secure');
    for (const { id } of [ann, denied]) {
      const [entry, ...more] = await served.entries({ requestId: id, tenant: 'org-of-ann' });
      expect(entry).toMatchObject({ tenant: 'org-of-ann', actor: { id: 'u:ann', tenant: 'org-of-ann' } });
      expect(more).toEqual([]);
      expect(await served.entries({ requestId: id })).toEqual([]);
    }
    const [anonymous] = await served.entries({ requestId: nobody.id });
    expect(anonymous).toMatchObject({ tenant: '', actor: { type: 'anonymous' }, outcome: 'denied' });
    expect(asked).toBeGreaterThanOrEqual(3);
    await served.close();
  });

  it.each<[string, object, object]>([
    ['null', { actor: () => null }, { type: 'anonymous' }],
    ['false', { actor: () => false as const }, { type: 'anonymous' }],
    ['an actor that throws', { actor: () => JSON.parse('{') as never }, { type: 'anonymous', malformed: ['actor'] }],
    ['a tenant that throws', { tenant: () => JSON.parse('{') as never }, { id: 'ann', malformed: ['tenant'] }],
    ['a session that throws', { session: () => JSON.parse('{') as never }, { id: 'ann' }],
    [
      'a promise',
      { actor: async () => await Promise.resolve({ id: 'late' }) },
      { type: 'anonymous', malformed: ['actor'] },
    ],
  ])('may be %s: the request is answered, and its entry is there', async (_name, audit, expected) => {
    const guard = { provide: APP_GUARD, useClass: KnowsUser };
    const served = await serve(log.url, { controllers: [Items], providers: [guard] }, { audit });
    const { id, status } = await served.send('GET', '/items/sync', { 'x-user': 'ann' });
    expect(status).toBe(200);
    const entries = await served.entries({ requestId: id });
    expect(entries.map(({ actor }) => actor)).toEqual([expect.objectContaining(expected)]);
    await served.close();
  });
});
