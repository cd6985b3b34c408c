import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { AuditError, auditClient, auditPool } from '../../src/pg/index.js';
import { as, newKey, pgWorld, type PgWorld } from './world.js';

let world: PgWorld;
beforeAll(async () => {
  world = await pgWorld();
});
afterAll(() => world.close());

/** The same as an application without us gives it: what comes back, what is thrown, what is called. */
type Run = (pool: pg.Pool) => unknown;
const settle = async (fn: () => unknown): Promise<unknown> => {
  try {
    return { value: shown(await fn()) };
  } catch (error) {
    return { error: shownError(error) };
  }
};
const shown = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map((each) => shown(each));
  if (!(value instanceof pg.Result)) return value;
  const { command, rowCount, rows, fields, oid, rowAsArray } = value as pg.Result & { rowAsArray: boolean };
  return { command, rowCount, rows, fields: fields.map((field) => ({ ...field, tableID: 0 })), oid, rowAsArray };
};
const shownError = (error: unknown): unknown =>
  error instanceof Error
    ? {
        ...Object.fromEntries(Object.entries(error)),
        length: undefined, // bytes of the server's message
        file: undefined,
        line: undefined,
        name: error.constructor.name,
        message: error.message,
        quoted: /audit1/.test(String(error.stack)),
      }
    : error;
const withClient =
  (fn: (client: pg.PoolClient) => unknown): Run =>
  async (pool) => {
    const client = await pool.connect();
    try {
      return await fn(client);
    } finally {
      client.release();
    }
  };
const called = (call: (callback: (...args: unknown[]) => void) => unknown): Promise<unknown> =>
  new Promise((resolve) => {
    const returned = call((...args) =>
      resolve({ returned, args: args.map((each) => (each instanceof Error ? shownError(each) : shown(each))) }),
    );
  });
const any = (value: unknown): never => value as never; // what the types forbid, JavaScript does

const RUNS: [string, Run][] = [
  ['rows', (pool) => pool.query(`select 1 as a, 'x' as b, now() is null as c, array[1,2] as d`)],
  ['rows as arrays', (pool) => pool.query({ text: 'select $1::int, 2', values: ['1'], rowMode: 'array' })],
  [
    'types of one’s own',
    (pool) => pool.query({ text: 'select 1', types: any({ getTypeParser: () => (text: string) => `<${text}>` }) }),
  ],
  [
    'several statements',
    (pool) => pool.query('select 1; insert into "Counter" (key, value) values (\'several\', 1); select 2 where false'),
  ],
  ['nothing', (pool) => pool.query('')],
  ['white space', (pool) => pool.query(' ')],
  ['a comment alone', (pool) => pool.query('-- nothing')],
  ['nothing, with a parameter', (pool) => pool.query('', [1])],
  ['a callback', (pool) => called((done) => pool.query('select 1', any(done)))],
  ['a callback behind values', (pool) => called((done) => pool.query('select $1::int', [1], any(done)))],
  ['a callback of an error', (pool) => called((done) => pool.query('select nothing', any(done)))],
  ['a callback of a client', withClient((client) => called((done) => client.query('select 1', any(done))))],
  ['a callback that is none', withClient((client) => client.query('select 1', [], any('x')))],
  [
    'extended rows by portions',
    withClient((client) => client.query(any({ text: 'select generate_series(1, 5)', rows: 2 }))),
  ],
  ['binary results', withClient((client) => client.query(any({ text: 'select 1::int8', binary: true, values: [] })))],
  ['a name', withClient((client) => client.query({ name: 'a', text: 'select $1::text as a', values: ['x'] }))],
  ['a name without values', withClient((client) => client.query({ name: 'b', text: 'select 1 as a' }))],
  ['a name for several statements', withClient((client) => client.query({ name: 'c', text: 'select 1; select 2' }))],
  [
    'a name alone, later',
    withClient(async (client) => {
      await client.query({ name: 'd', text: 'select $1::text as a', values: ['x'] });
      return client.query(any({ name: 'd', values: ['y'] }));
    }),
  ],
  ['null', withClient((client) => client.query(any(null)))],
  ['a number', withClient((client) => client.query(any(7)))],
  ['a config without a text', withClient((client) => client.query(any({ values: [] })))],
  ['a config with a text that is none', withClient((client) => client.query(any({ text: 7 })))],
  ['values that are none', (pool) => pool.query('select 1', any('x'))],
  ['a function', (pool) => pool.query(any(() => undefined))],
  ['a timeout', (pool) => pool.query(any({ text: 'select pg_sleep(5)', query_timeout: 50 }))],
  ['a syntax error', (pool) => pool.query('select 1 1')],
  ['a syntax error at the end', (pool) => pool.query('select * from')],
  ['the same with a line comment', (pool) => pool.query('select * from -- all 😀')],
  ['the same with white space', (pool) => pool.query('select * from \n ')],
  ['the same with a parameter', (pool) => pool.query('select $1::int +', [1])],
  ['an open string', (pool) => pool.query(`select 'abc`)],
  ['an open name', (pool) => pool.query('select "abc')],
  ['an open comment', (pool) => pool.query('select 1 /* abc')],
  ['an open comment in a comment', (pool) => pool.query('select 1 /* /* abc */')],
  ['an open dollar quote', (pool) => pool.query('select $x$ abc')],
  ['an open escape', (pool) => pool.query(`select E'abc\\`)],
  [
    'a violated constraint',
    (pool) => pool.query(`insert into "Counter" (key, value) values ('twice', 1), ('twice', 1)`),
  ],
  ['an unknown table', (pool) => pool.query('select * from nowhere')],
  ['an error within a function', (pool) => pool.query(`do $$ begin execute 'select 1 1'; end $$`)],
  [
    'a failed transaction',
    withClient(async (client) => {
      await client.query('begin');
      await client.query('select nothing').catch(() => undefined);
      const failed = await settle(() => client.query('select 1'));
      return [failed, shown(await client.query('commit'))];
    }),
  ],
  [
    'a query object',
    withClient(async (client) => {
      const query = new pg.Query('select 1 as a') as pg.Query & NodeJS.EventEmitter;
      const returned = client.query(query);
      const [[row], [result]] = (await Promise.all([once(query, 'row'), once(query, 'end')])) as [[unknown], [unknown]];
      return {
        isSame: returned === query,
        row,
        result: shown(result),
        own: Object.getOwnPropertyNames(query),
        text: Reflect.get(query, 'text'),
      };
    }),
  ],
  [
    'a query object with a callback',
    withClient((client) =>
      called((done) => void Reflect.apply(client.query.bind(client), undefined, [new pg.Query('select 1'), done])),
    ),
  ],
  [
    'a query object that fails',
    withClient(async (client) => {
      const query = client.query(new pg.Query(`select 'abc`)) as pg.Query & NodeJS.EventEmitter;
      const [error] = (await once(query, 'error', { signal: AbortSignal.timeout(2_000) }).catch((failure: unknown) => [
        failure,
      ])) as [unknown];
      return shownError(error);
    }),
  ],
];

it.each(RUNS)('an application has the same as without us: %s', async (_, run) => {
  const plain = world.plain({ max: 1 });
  const without = await settle(() => run(plain));
  await world.quickstart.pool.query('delete from "Counter"');
  const audited = world.pool({ max: 1 });
  const been = await settle(() => as('ann', () => run(audited)));
  expect(been).toEqual(without);
  expect(audited.totalCount).toBe(plain.totalCount);
});

describe('what is handed in stays as it is, and can be sent again:', () => {
  it('a frozen config object', async () => {
    const pool = world.pool({ max: 1 });
    const config = Object.freeze({
      name: 'x',
      text: 'insert into "Counter" (key, value) values (md5(random()::text), 1)',
      values: Object.freeze([]),
    });
    const rows = await world.captured(async () => {
      await as('ann', () => pool.query(config as unknown as pg.QueryConfig));
      await as('bob', () => pool.query(config as unknown as pg.QueryConfig));
    });
    expect(rows).toEqual(['insert Counter ann', 'insert Counter bob']);
  });

  it('a config object of a class with private fields', async () => {
    class Statement {
      readonly #parts: string[];
      readonly values: unknown[];
      constructor(parts: string[], values: unknown[]) {
        this.#parts = parts;
        this.values = values;
      }
      get text(): string {
        return this.#parts.join('$1');
      }
    }
    const pool = world.pool({ max: 1 });
    const statement = new Statement(['insert into "Counter" (key, value) values (', ', 1)'], [newKey()]);
    expect(await world.captured(() => as('ann', () => pool.query(statement)))).toEqual(['insert Counter ann']);
    expect(Object.getOwnPropertyNames(statement)).toEqual(['values']);
  });

  it('a query object of a class with private fields, which keeps its text elsewhere', async () => {
    class Send {
      readonly #inner: { text: string };
      readonly done: Promise<void>;
      #finish: () => void = () => undefined;
      constructor(text: string) {
        this.#inner = { text };
        this.done = new Promise((resolve) => (this.#finish = resolve));
        Object.freeze(this);
      }
      submit(connection: pg.Connection): void {
        connection.query(this.#inner.text);
      }
      handleCommandComplete(): void {}
      handleReadyForQuery(): void {
        this.#finish();
      }
      handleError(error: Error): void {
        throw error;
      }
    }
    const pool = world.pool({ max: 1 });
    const client = await pool.connect();
    const query = new Send(`insert into "Counter" (key, value) values (md5(random()::text), 1) -- note`);
    const rows = await world.captured(async () => {
      await as('ann', () => (client.query(query as unknown as pg.Submittable), query.done));
      await as('bob', () => (client.query(query as unknown as pg.Submittable), client.query('select 1')));
    });
    client.release();
    expect(rows).toEqual(['insert Counter ann', 'insert Counter bob']);
  });
});

describe('pool and client', () => {
  it('are the objects that they were', async () => {
    class OwnPool extends pg.Pool {
      #lent = 0;
      get lent(): number {
        return this.#lent;
      }
      // oxlint-disable-next-line typescript/no-explicit-any -- pg's overloads
      override connect(...args: unknown[]): any {
        this.#lent += 1;
        return Reflect.apply(super.connect.bind(this), undefined, args);
      }
    }
    const pool = new OwnPool({ connectionString: world.url, max: 1 });
    const before = {
      keys: Object.keys(pool),
      names: ['connect', 'remove', 'error'].map((name) => pool.listenerCount(name)),
    };
    expect(auditPool(pool)).toBe(pool);
    expect(auditPool(pool, { carry: [] })).toBe(pool);
    expect({
      keys: Object.keys(pool),
      names: ['connect', 'remove', 'error'].map((name) => pool.listenerCount(name)),
    }).toEqual(before);
    const heard: unknown[] = [];
    for (const name of ['connect', 'acquire', 'remove']) pool.on(name as 'connect', (client) => heard.push(client));
    const client = await pool.connect();
    const keys = Object.keys(client);
    expect(client).toBeInstanceOf(pg.Client);
    expect(auditClient(client)).toBe(client);
    expect(Object.keys(client)).toEqual(keys);
    client.release();
    expect(() => client.release()).toThrow(/already been released/);
    expect(await pool.connect()).toBe(client);
    client.release(true);
    expect('totalCount' in pool).toBe(true);
    await pool.query('select 1');
    expect(pool.lent).toBe(3);
    await pool.end();
    expect(pool.ended).toBe(true);
    expect(heard.filter((each) => each === client)).toHaveLength(4);
  });

  it('leave what tracing puts on the prototype, before or later, in its place', async () => {
    class Traced extends pg.Client {}
    const pool = world.pool({ max: 1, Client: Traced });
    await pool.query('select 1');
    const seen: string[] = [];
    Traced.prototype.query = function (this: pg.Client, ...args: unknown[]): never {
      seen.push(String(args[0]));
      return Reflect.apply(pg.Client.prototype.query.bind(this), undefined, args) as never;
    };
    await as('ann', () => pool.query('select 2'));
    expect(seen).toEqual([expect.stringMatching(/^select 2\n\/\*audit1:[0-9a-f]+\*\/$/)]);
  });

  it.each([
    ['auditPool', undefined],
    ['auditPool', {}],
    ['auditPool', new pg.Client()],
    ['auditPool', Object.assign(() => [], { query: () => [] })],
    ['auditClient', new pg.Pool()],
    ['auditClient', null],
  ])('are what is given, or %s says what it takes: %p', (name, given) => {
    const wrap = name === 'auditPool' ? () => auditPool(any(given)) : () => auditClient(any(given));
    expect(wrap).toThrow(AuditError);
    expect(wrap).toThrow(/takes a (Pool|Client) of pg/);
  });
});
