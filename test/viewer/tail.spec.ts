import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { ReaderScope } from '../../src/query/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { VIEWERS, type ServedViewer } from './served.js';

/** `bob:acme` is bob, of acme. */
const READER = (user: string): ReaderScope => {
  const [tenant = '', id = 'ann'] = user.split(':').toReversed();
  return { tenants: [tenant], actor: { id } };
};

let log: FilledLog;
let audit: Audit;
let served: ServedViewer;
beforeAll(async () => {
  log = await emptyLog();
  audit = createAudit({ databaseUrl: log.url, flushIntervalMs: 1, seal: { minWaitMs: 1 } });
  served = await (VIEWERS['Express'] as (typeof VIEWERS)[string])({ databaseUrl: log.url, seal: false }, READER); // prettier-ignore
});
afterAll(async () => {
  await served?.close();
  await audit?.close();
  await log?.close();
});

function record(tenant: string, number: number, action = 'thing.done'): void {
  audit.record({ action, details: { number } }, { context: newContext({ actor: { id: 'x' }, tenant }) });
}

/** As the page asks. */
const OURS = { 'x-audit-viewer': '1' };

interface Event {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** What a browser makes of a stream, until it has seen enough, or is cut. */
async function listen(
  path: string,
  headers: Record<string, string>,
  until: (events: Event[]) => boolean,
): Promise<Event[]> {
  const asked = httpRequest({
    host: '127.0.0.1',
    port: served.port,
    path,
    headers: { ...OURS, ...headers },
    agent: false,
  });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers['content-type'], response.headers['x-accel-buffering']]).toEqual([200, 'text/event-stream; charset=utf-8', 'no']); // prettier-ignore
  const events: Event[] = [];
  let text = '';
  try {
    for await (const chunk of response) {
      text += String(chunk);
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = block.split('\n').flatMap((line) => (line.startsWith(':') ? [] : [line.split(/: (.*)/s).slice(0, 2)])); // prettier-ignore
        if (fields.length > 0) events.push(Object.fromEntries(fields) as Event);
      }
      if (until(events)) break;
    }
  } finally {
    asked.destroy();
  }
  return events;
}

const numbersOf = (events: readonly Event[]): number[] =>
  events.filter(({ event }) => event === 'entry').map(({ data }) => (JSON.parse(data ?? '') as { details: { number: number } }).details.number); // prettier-ignore

describe('the tail', () => {
  it('misses nothing and gives nothing twice, however often it is cut while entries are sealed', async () => {
    record('acme', -1);
    await audit.flush();
    const most = 400;
    const writing = (async () => {
      for (let i = 0; i < most; i += 1) {
        record('acme', i);
        record('globex', i);
        if (i % 7 === 0) record('acme', i, 'other.thing');
        if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })();
    const seen: Event[] = [];
    let last = '0';
    for (let cut = 1; numbersOf(seen).at(-1) !== most - 1; cut += 1) {
      const end = (events: Event[]): boolean => numbersOf(events).length >= 17 * cut || numbersOf(events).at(-1) === most - 1; // prettier-ignore
      // A browser sends the id that it has seen last; the first time, the page says where it is.
      const more = await listen('/audit/api/tail?tenant=acme&action=thing.*&after=0', { 'x-user': 'acme', ...(last === '0' ? {} : { 'last-event-id': last }) }, end); // prettier-ignore
      const entries = more.filter(({ event }) => event === 'entry').slice(0, 17 * cut); // what was on its way is lost
      last = entries.at(-1)?.id ?? last;
      seen.push(...entries);
    }
    await writing;
    expect(numbersOf(seen)).toEqual([-1, ...Array.from({ length: most }, (_, i) => i)]);
  }, 60_000);

  it('gives all of a long chain to whoever comes late', async () => {
    const events = await listen('/audit/api/tail?tenant=acme&action=thing.*&after=0', { 'x-user': 'acme' }, (all) => numbersOf(all).at(-1) === 399); // prettier-ignore
    expect(numbersOf(events)).toEqual([-1, ...Array.from({ length: 400 }, (_, i) => i)]);
  });

  it('begins at the end, and says when it is ready', async () => {
    let isTold = false;
    const events = await listen('/audit/api/tail?tenant=acme', { 'x-user': 'acme' }, (all) => {
      if (!isTold && all.some(({ event }) => event === 'ready')) {
        isTold = true;
        record('acme', 4711);
      }
      return numbersOf(all).includes(4711);
    });
    expect(events[0]).toMatchObject({ event: 'ready' });
    // Its own beginning is an entry of the chain, too.
    expect(events.slice(1).every(({ data }) => /audit\.read|thing\.done/.test(data ?? ''))).toBe(true);
  }, 30_000);

  it('leaves an entry at its start, and one at its end', async () => {
    await listen('/audit/api/tail?tenant=told&after=0&action=thing.done', { 'x-user': 'told' }, (all) => {
      if (all.length === 1) record('told', 1);
      return numbersOf(all).length > 0;
    });
    const told = async (): Promise<unknown[]> => {
      await audit.flush();
      const { entries } = await audit.query.find({ tenant: 'told', action: 'audit.read', order: 'oldest' });
      return entries.map(({ details }) => [details?.['kind'], details?.['count']]);
    };
    let found = await told();
    for (let i = 0; i < 50 && found.length < 2; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      found = await told();
    }
    expect(found).toEqual([
      ['tail', 0],
      ['tail', 1],
    ]);
  }, 30_000);

  it('of a tenant outside of the scope has nothing, and asks nothing', async () => {
    const events = await listen('/audit/api/tail?tenant=acme&after=0', { 'x-user': 'globex' }, (all) => all.length > 0);
    expect(events.map(({ event }) => event)).toEqual(['ready']);
  });
});

describe('how many look on', () => {
  const look = async (user: string): Promise<[IncomingMessage, () => void]> => {
    const asked = httpRequest({ host: '127.0.0.1', port: served.port, path: `/audit/api/tail?tenant=many`, headers: { ...OURS, 'x-user': user }, agent: false }); // prettier-ignore
    asked.on('error', () => undefined); // destroyed below
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume().on('error', () => undefined);
    return [response, () => void asked.destroy()];
  };

  it('is ten of one reader, whatever his tenants, and others look on still', async () => {
    const ends: (() => void)[] = [];
    for (let i = 0; i < 10; i += 1) {
      const [{ statusCode }, end] = await look(i % 2 === 0 ? 'many' : 'more');
      expect([i, statusCode]).toEqual([i, 200]);
      ends.push(end);
    }
    const [refused] = await look('many');
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([503, '30']);
    const [other, endOther] = await look('bob:many');
    expect(other.statusCode).toBe(200);
    for (const end of [...ends, endOther]) end();
    await hasRoom('many');
  }, 30_000);

  it('does not count who has gone before there was an answer', async () => {
    for (let i = 0; i < 40; i += 1) {
      const asked = httpRequest({ host: '127.0.0.1', port: served.port, path: '/audit/api/tail?tenant=many', headers: { ...OURS, 'x-user': 'gone:many' }, agent: false }); // prettier-ignore
      asked.on('error', () => undefined); // destroyed below
      asked.end();
      await once(asked, 'finish');
      await new Promise((resolve) => setTimeout(resolve, i % 5));
      asked.destroy();
    }
    await hasRoom('gone:many');
  }, 60_000);

  /** Whatever was taken is given back, in its time. */
  async function hasRoom(user: string): Promise<void> {
    for (let i = 0; ; i += 1) {
      const looks = await Promise.all(Array.from({ length: 10 }, () => look(user)));
      for (const [, end] of looks) end();
      if (looks.every(([{ statusCode }]) => statusCode === 200)) return;
      expect(i).toBeLessThan(50);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
});

describe('a server that ends', () => {
  it.each(['Express', 'Fastify', 'Nest on Express', 'Nest on Fastify'])(
    'does not wait for whoever looks on: %s',
    async (name) => {
      const other = await (VIEWERS[name] as (typeof VIEWERS)[string])({ databaseUrl: log.url, seal: false }, (user) => ({ tenants: [user], actor: { id: 'ann' } })); // prettier-ignore
      const asked = httpRequest({ host: '127.0.0.1', port: other.port, path: `${other.mount}/api/tail?tenant=acme`, headers: { ...OURS, 'x-user': 'acme' }, agent: false }); // prettier-ignore
      asked.end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      const ended = once(response, 'end'); // whole, and not cut
      response.resume();
      other.stop();
      await ended;
      await other.close();
    },
  );
});

describe('an export', () => {
  it('ends when whoever takes it has gone, and lets go of what it holds', async () => {
    for (let i = 0; i < 1_200; i += 1) record('large', i);
    await audit.flush();
    const asked = httpRequest({ host: '127.0.0.1', port: served.port, path: '/audit/api/export?tenant=large', headers: { ...OURS, 'x-user': 'large' }, agent: false }); // prettier-ignore
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    await once(response, 'data');
    response.destroy();
    // The server goes on for others, and no question of this one stays open.
    await expect(served.ask('/audit/api/count?tenant=large', { user: 'large' })).resolves.toMatchObject({
      status: 200,
    });
    for (let i = 0; ; i += 1) {
      const { rows } = await log.pool.query(`select count(*)::int as n from pg_stat_activity where datname = current_database() and state <> 'idle' and pid <> pg_backend_pid() and query like '%page%'`); // prettier-ignore
      if (rows[0].n === 0) break;
      expect(i).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }, 60_000);

  it('is the same as of the library, and named after its tenant', async () => {
    const answer = await served.ask('/audit/api/export?tenant=acme&format=csv&action=thing.*', { user: 'acme' });
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="audit-acme-\d{8}T\d{4}\.csv"$/);
    const lines = answer.text.split('\r\n');
    expect([lines.length, lines[0]?.startsWith('\ufeff"id","origin"')]).toEqual([404, true]); // head, 402 entries, the end
  });
});

describe('while the database is away', () => {
  it('says so, of every question, and answers again when it is back', async () => {
    const name = new URL(log.url).pathname.slice(1);
    const server = new pg.Client({ connectionString: process.env['AUDIT_TEST_SERVER_URL'] });
    await server.connect();
    const answers = [];
    try {
      await server.query(`alter database "${name}" allow_connections false`);
      await server.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = $1`, [name]);
      for (const path of ['session', 'entries', 'count', 'facets', 'overview', 'tail', 'export', 'pattern'])
        answers.push(
          await served.ask(`/audit/api/${path}${path === 'session' ? '' : '?tenant=acme'}`, { user: 'acme' }),
        );
    } finally {
      await server.query(`alter database "${name}" allow_connections true`);
      await server.end();
    }
    for (const { status, text } of answers) {
      expect([status, JSON.parse(text)]).toEqual([503, { error: { code: 'AUDIT_CONNECTION_LOST', message: expect.any(String) } }]); // prettier-ignore
      expect(text).not.toMatch(/audit_test|postgres/);
    }
    expect((await served.ask('/audit/', { user: 'acme' })).status).toBe(200);
    expect((await served.ask('/audit/api/count?tenant=acme', { user: 'acme' })).status).toBe(200);
  }, 30_000);
});
