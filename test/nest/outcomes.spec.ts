import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { APP_GUARD } from '@nestjs/core';
import type { AuditEntry } from '../../src/index.js';
import { createLog, everythingStored, serve, type Answer, type Log, type Served } from './app.js';
import { ENDINGS, SECRET, Shutter } from './endings.js';
import { Items, KnowsUser, Shelf } from './outcomes-app.js';

let log: Log;
let served: Served;
let sentAt: number;
const answers = new Map<string, Answer>();
const entries = new Map<string, readonly AuditEntry[]>();

beforeAll(async () => {
  log = await createLog();
  const guard = { provide: APP_GUARD, useClass: KnowsUser };
  served = await serve(log.url, { imports: [Shutter], controllers: [Items, Shelf], providers: [guard] });
  sentAt = Date.now();
  await Promise.all(
    Object.entries(ENDINGS).map(async ([name, { request, user }]) => {
      const [method = '', path = ''] = request.split(' ');
      const body = method === 'GET' ? undefined : JSON.stringify({ note: SECRET.body });
      answers.set(name, await served.send(method, `${path}?q=${SECRET.query}`, user ? { 'x-user': user } : {}, body));
    }),
  );
  for (const [name, { id }] of answers) entries.set(name, await served.entries({ requestId: id }));
});
afterAll(async () => {
  const rows = Object.keys(ENDINGS).map((name) => {
    const found = entries.get(name) ?? [];
    const [first] = found;
    const actor = JSON.stringify([first?.actor?.['type'], first?.actor?.['id']])
      .replaceAll(/\W+|null/g, ' ')
      .trim();
    return [name.padEnd(28), actor.padEnd(12), (first?.outcome ?? '').padEnd(8), found.length].join(' | ');
  });
  console.log(['ending | actor | outcome | entries', ...rows].join('\n'));
  await served.close();
  await log.close();
});

describe('a request that ends with', () => {
  const all = Object.entries(ENDINGS);

  it.each(all)('%s is answered as if nobody watched', (name, { status }) => {
    expect(answers.get(name)?.status).toBe(status);
  });

  it.each(all.filter(([, { entry }]) => entry))(
    '%s leaves exactly one entry',
    (name, { request, user, status, entry }) => {
      const found = entries.get(name) ?? [];
      expect(found).toHaveLength(1);
      const [only] = found as [AuditEntry];
      expect({ action: only.action, outcome: only.outcome, source: only.source, flags: only.flags }).toEqual({
        action: entry?.action,
        outcome: entry?.outcome,
        source: 'request',
        flags: [],
      });
      expect(only.actor).toMatchObject(
        user ? { id: user, type: 'user', email: `${user}@example.test`, role: 'clerk' } : { type: 'anonymous' },
      );
      expect(only.actor?.['id']).toBe(user);
      expect(only.resource).toEqual(entry?.resource);
      expect(only.error?.name).toBe(entry?.error);
      expect(only.severity).toBe(entry?.severity);
      expect(only.details).toEqual({
        ...entry?.details,
        http: { method: request.split(' ')[0], route: entry?.route, status },
      });
      expect(
        Number.isInteger(only.durationMs) && Number(only.durationMs) >= 0 && Number(only.durationMs) < 10_000,
      ).toBe(true);
      expect(Date.parse(only.occurredAt)).toBeGreaterThanOrEqual(sentAt - 1);
      expect(Date.parse(only.occurredAt)).toBeLessThanOrEqual(Date.now());
    },
  );

  it.each(all.filter(([, { entry }]) => !entry))('%s leaves no entry', (name) => {
    expect(entries.get(name)).toEqual([]);
  });

  it('any of these leaves nothing of its raw path, its query or its body', async () => {
    const stored = await everythingStored(log.pool);
    expect(stored).toContain('item.nothing');
    expect(stored).not.toContain(SECRET.query);
    expect(stored).not.toContain(SECRET.body);
    // Of a parameter only what the application asked for; an error's message is the application's own.
    expect(stored).not.toContain(SECRET.path);
    expect(stored).not.toContain('%2F');
  });
});
