import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { currentContext, setActor } from '../../src/context/index.js';
import { actorOf, newContext, runInContext } from '../../src/context/context.js';
import { auditClient } from '../../src/pg/index.js';
import { as, INSERT, insertText, newKey, pgWorld, type PgWorld } from './world.js';

let world: PgWorld;
beforeAll(async () => {
  world = await pgWorld();
});
afterAll(() => world.close());

const acting = (): string | undefined => actorOf(currentContext())?.id;

/** One request: two writes, the second one of another actor in every third. */
const REQUESTS: [string, (pool: pg.Pool, key: string, id: string) => Promise<unknown>][] = [
  ['pool.query', async (pool, key) => (await pool.query(INSERT, [key]), pool.query(INSERT, [`${key}b`]))],
  [
    'a transaction',
    async (pool, key) => {
      const client = await pool.connect();
      await client.query('begin');
      await client.query(INSERT, [key]);
      await client.query(INSERT, [`${key}b`]);
      await client.query('commit');
      client.release();
    },
  ],
  [
    'callbacks in callbacks',
    (pool, key) =>
      new Promise<void>((resolve, reject) => {
        pool.connect((error, client, release) => {
          if (!client) return reject(error ?? new Error('no client'));
          client.query(INSERT, [key], (failure) => {
            if (failure) return reject(failure);
            client.query({ text: INSERT, values: [`${key}b`] }, (last) => {
              release();
              if (last) reject(last);
              else resolve();
            });
          });
        });
      }),
  ],
  [
    'listeners of a query object',
    (pool, key) =>
      new Promise<void>((resolve, reject) => {
        pool.connect((error, client, release) => {
          if (!client) return reject(error ?? new Error('no client'));
          const first = client.query(new pg.Query(`${INSERT} returning key`, [key])) as unknown as NodeJS.EventEmitter;
          first.on('row', () => {
            const second = client.query(new pg.Query(INSERT, [`${key}b`])) as unknown as NodeJS.EventEmitter;
            second.on('end', () => {
              release();
              resolve();
            });
          });
        });
      }),
  ],
];

describe.each(REQUESTS)('sixty requests that start in one tick on five connections, with %s,', (_, request) => {
  it('are each logged with its own actor', async () => {
    const pool = world.pool({ max: 5 });
    const keys = Array.from({ length: 60 }, newKey);
    const contents = await world.contents(() =>
      Promise.all(keys.map((key) => as(`of ${key}`, () => request(pool, key, `of ${key}`)))),
    );
    const wrong = contents.filter(({ resourceId, actor }) => `of ${resourceId?.replace(/b$/, '')}` !== actor['id']);
    expect(contents).toHaveLength(120);
    expect(wrong).toEqual([]);
    expect(pool.totalCount).toBe(5);
  });
});

describe('a statement takes the context of the moment at which it is sent', () => {
  it('not of that at which the pool has a connection for it, by whoever gives it back', async () => {
    const pool = world.pool({ max: 1 });
    const lent = await as('first', () => pool.connect());
    const waiting = as('ann', () => Promise.all([pool.query(INSERT, [newKey()]), pool.query({ text: insertText() })]));
    const rows = await world.captured(async () => {
      await as('bob', () => lent.release());
      await waiting;
    });
    expect(rows).toEqual(['insert Counter ann', 'insert Counter ann']);
  });

  it('also when somebody else acts in its unit of work since', async () => {
    const pool = world.pool({ max: 1 });
    const lent = await pool.connect();
    let waiting: Promise<unknown> | undefined;
    const rows = await world.captured(async () => {
      await runInContext(newContext({ actor: { id: 'ann' } }), async () => {
        waiting = pool.query(INSERT, [newKey()]);
        setActor({ id: 'bob' });
        lent.release();
        await waiting;
        await pool.query(INSERT, [newKey()]);
      });
    });
    expect(rows).toEqual(['insert Counter ann', 'insert Counter bob']);
  });

  it('so one that is lazy and awaited outside says nobody', async () => {
    const pool = world.pool();
    // oxlint-disable-next-line unicorn/no-thenable -- what a lazy builder is
    const lazy = { then: (...then: Parameters<Promise<unknown>['then']>) => pool.query(insertText()).then(...then) };
    // Wrapped, since a promise that is returned is awaited inside.
    const { built } = await as('ann', () => ({ built: lazy }));
    expect(await world.captured(() => built)).toEqual(['insert Counter db:postgres']);
    expect(await world.captured(() => as('ann', () => lazy))).toEqual(['insert Counter ann']);
  });
});

describe('what runs on the socket of a connection', () => {
  it('has nobody’s context, whoever made the connection', async () => {
    const pool = world.pool({ max: 1 });
    const heard: unknown[] = [];
    await as('ann', async () => {
      const client = await pool.connect();
      client.on('notification', () => heard.push(acting()));
      client.on('notice', () => heard.push(acting()));
      await client.query('listen here');
      client.release();
    });
    const client = await pool.connect();
    await client.query('notify here');
    await client.query(`do $$ begin raise notice 'x'; end $$`);
    client.release();
    expect(heard).toEqual([undefined, undefined]);
  });

  it.each([undefined, 'ann'])('but callbacks and listeners have that of their call: %s', async (id) => {
    const pool = world.pool({ max: 1 });
    await as('first', () => pool.query('select 1'));
    const seen: unknown[] = [];
    const call = async (): Promise<void> => {
      const client = await pool.connect();
      await new Promise<void>((resolve) => {
        client.query('select 1', () => (seen.push(acting()), resolve()));
      });
      await new Promise<void>((resolve) => {
        client.query('select nothing', () => (seen.push(acting()), resolve()));
      });
      const query = client.query(new pg.Query('select 1')) as unknown as NodeJS.EventEmitter;
      query.on('row', () => seen.push(acting()));
      await once(query, 'end');
      client.release();
    };
    await (id === undefined ? call() : as(id, call));
    expect(seen).toEqual([id, id, id]);
  });

  it('and those of a client that was given alone have it too', async () => {
    const client = auditClient(new pg.Client({ connectionString: world.url }));
    await as('first', () => client.connect());
    const seen = await new Promise((resolve) => {
      client.query('select 1', () => resolve(acting()));
    });
    expect(seen).toBeUndefined();
    await client.end();
  });
});
