import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit, type AuditEntry } from '../../src/index.js';
import { createLog, everythingStored, type Log } from '../nest/app.js';
import { send, type Told } from './outcomes/client.js';
import { ENDINGS, type Ending } from './outcomes/endings.js';
import { serveExpress } from './outcomes/express.js';
import { serveFastify } from './outcomes/fastify.js';
import { serveNest } from './outcomes/nest.js';
import { PLATFORMS, type Platform, type Server, type ServerOptions } from './outcomes/platform.js';
import { SECRET } from './outcomes/secret.js';

const SERVE: Record<Platform, (options: ServerOptions) => Promise<Server>> = {
  'Nest on Express': (options) => serveNest('express', options),
  'Nest on Fastify': (options) => serveNest('fastify', options),
  Express: serveExpress,
  Fastify: serveFastify,
};
const all = Object.entries(ENDINGS).flatMap(([name, ending]) =>
  (ending.on ?? PLATFORMS).map((platform): [Platform, string, Ending] => [platform, name, ending]),
);

let log: Log;
let reader: Audit;
let sentAt: number;
const key = (platform: string, name: string): string => `${platform} | ${name}`;
/** What a client of each platform was told, of the application and of its twin that nobody watches. */
const watched = new Map<string, Told>();
const unwatched = new Map<string, Told>();
const entries = new Map<string, readonly AuditEntry[]>();

beforeAll(async () => {
  log = await createLog();
  reader = createAudit({ databaseUrl: log.url, seal: false });
  sentAt = Date.now();
  for (const platform of PLATFORMS) {
    const endings = all.filter(([of]) => of === platform);
    const server = await SERVE[platform]({ databaseUrl: log.url });
    const twin = await SERVE[platform]({});
    await Promise.all(
      endings.map(async ([, name, ending]) => {
        watched.set(key(platform, name), await send(server.url, ending));
        unwatched.set(key(platform, name), await send(twin.url, ending));
      }),
    );
    await twin.close();
    // Only now has every response been closed.
    await server.close();
  }
  await reader.flush();
  for (const [name, { id }] of watched)
    entries.set(name, (await reader.query.find({ requestId: id, order: 'oldest' })).entries);
}, 60_000);
afterAll(async () => {
  console.log(table());
  await reader.close();
  await log.close();
});

function table(): string {
  const rows = all.map(([platform, name]) => {
    const found = entries.get(key(platform, name)) ?? [];
    const who = JSON.stringify([found[0]?.actor?.['type'], found[0]?.actor?.['id']]);
    const actor = who.replaceAll(/null|\W+/g, ' ').trim();
    const status = String(watched.get(key(platform, name))?.status ?? 'none');
    return [platform, name, status, actor, found[0]?.outcome ?? '', String(found.length)];
  });
  const head = ['platform', 'ending', 'status', 'actor', 'outcome', 'entries'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows].map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')).join('\n');
}

describe('a request that ends with', () => {
  it.each(all)('(%s) %s is answered as if nobody watched', (platform, name, { status }) => {
    const told = watched.get(key(platform, name));
    expect({ ...told, id: '' }).toEqual({ ...unwatched.get(key(platform, name)), id: '' });
    expect(told?.status).toBe(status);
  });

  it.each(all.filter(([, , { entry }]) => entry))('(%s) %s leaves exactly one entry', (platform, name, ending) => {
    const { request, user, status } = ending;
    const entry = { ...ending.entry, ...ending.entry?.but?.[platform] };
    const found = entries.get(key(platform, name)) ?? [];
    expect(found.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([`${entry.action} ${entry.outcome}`]);
    const [only] = found as [AuditEntry];
    expect({ source: only.source, flags: only.flags }).toEqual({ source: 'request', flags: [] });
    expect(only.actor).toMatchObject(
      user ? { id: user, type: 'user', email: `${user}@example.test`, role: 'clerk' } : { type: 'anonymous' },
    );
    expect(only.actor?.['id']).toBe(user);
    expect(only.resource).toEqual(entry.resource);
    expect(only.error?.name).toBe(entry.error);
    expect(only.severity).toBe(entry.severity);
    const { http, ...details } = only.details ?? {};
    expect(details).toEqual(entry.details ?? {});
    const { bytes, ...rest } = http as { bytes?: number };
    expect(rest).toEqual({
      method: request.split(' ')[0],
      route: entry.route,
      ...(status === undefined ? {} : { status }),
      ...entry.http,
    });
    const read = watched.get(key(platform, name))?.text.length ?? 0;
    if (entry.bytes === 'some') expect(bytes).toBeGreaterThanOrEqual(read);
    else expect(bytes).toBe(entry.bytes === 'none' ? undefined : (entry.bytes ?? read));
    expect(Number.isInteger(only.durationMs) && Number(only.durationMs) >= 0).toBe(true);
    expect(Date.parse(only.occurredAt)).toBeGreaterThanOrEqual(sentAt - 1);
    expect(Date.parse(only.occurredAt)).toBeLessThanOrEqual(Date.now());
  });

  it.each(all.filter(([, , { entry }]) => !entry))('(%s) %s leaves no entry', (platform, name) => {
    expect(entries.get(key(platform, name))).toEqual([]);
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
