import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { auditClient, auditPool } from '../../src/pg/index.js';
import { as, INSERT, insertText, newKey, pgWorld, type PgWorld } from './world.js';

let world: PgWorld;
let pool: pg.Pool;
let client: pg.Client;
beforeAll(async () => {
  world = await pgWorld();
  pool = world.pool({ max: 3 });
  client = auditClient(new pg.Client({ connectionString: world.url }));
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await world.close();
});

type Way = (text: string, values?: unknown[]) => Promise<unknown>;
/** A promise of what is called back. */
const called = (call: (callback: (error: Error | undefined, result: unknown) => void) => void): Promise<unknown> =>
  new Promise((resolve, reject) => {
    call((error, result) => {
      if (error) reject(error);
      else resolve(result);
    });
  });
const WAYS: [string, Way][] = [
  ['pool.query', (text, values) => pool.query(text, values)],
  ['pool.query with a callback', (text, values) => called((done) => pool.query(text, values ?? [], done))],
  ['pool.query of a config object', (text, values) => pool.query({ text, ...(values && { values }) })],
  [
    'pool.connect',
    async (text, values) => {
      const lent = await pool.connect();
      try {
        return await lent.query(text, values);
      } finally {
        lent.release();
      }
    },
  ],
  [
    'pool.connect with callbacks',
    (text, values) =>
      called((done) => {
        pool.connect((error, lent, release) => {
          if (!lent) return done(error, undefined);
          lent.query(text, values ?? [], (failure, result) => {
            release();
            done(failure, result);
          });
        });
      }),
  ],
  ['client.query', (text, values) => client.query(text, values)],
  ['client.query with a callback', (text, values) => called((done) => client.query(text, values ?? [], done))],
  ['client.query of a config object', (text, values) => client.query({ text, ...(values && { values }) })],
  [
    'a callback in a config object',
    // @types/pg does not know it, pg does.
    (text, values) => called((callback) => void client.query({ text, values, callback } as pg.QueryConfig)),
  ],
  ['a name', (text, values) => client.query({ name: newKey(), text, ...(values && { values }) })],
  ['rowMode array', (text, values) => client.query({ rowMode: 'array', text, ...(values && { values }) })],
  [
    'a query object',
    async (text, values) => {
      const query = client.query(new pg.Query({ text, ...(values && { values }) }));
      // A query object is an emitter of pg's, whatever its types say.
      return once(query as unknown as NodeJS.EventEmitter, 'end');
    },
  ],
  [
    'a query object with a name',
    async (text, values) => {
      const query = client.query(new pg.Query({ name: newKey(), text, ...(values && { values }) }));
      return once(query as unknown as NodeJS.EventEmitter, 'end');
    },
  ],
];

describe.each(WAYS)('what is sent by %s says who acts:', (name, way) => {
  const named = name.endsWith('a name');

  it('a create, an update and a delete', async () => {
    const key = newKey();
    const rows = await world.captured(async () => {
      await as('ann', () => way(INSERT, [key]));
      await as('bob', () => way('update "Counter" set value = 2 where key = $1', [key]));
      await as('cyd', () => way('delete from "Counter" where key = $1', [key]));
    });
    expect(rows).toEqual(['insert Counter ann', 'update Counter bob', 'delete Counter cyd']);
  });

  it.each([
    ['ends in a line comment', (sql: string) => `${sql} -- a note`],
    ['ends in a semicolon', (sql: string) => `${sql} ; \n`],
    ['ends in a comment', (sql: string) => `${sql} /* a note */`],
    ['has two statements', (sql: string) => `select 1; ${sql}`],
    ['has a comment of ours, forged', (sql: string) => `${sql} /*audit1:${'0'.repeat(32)}7b7d*/`],
  ])('raw SQL that %s', async (what, change) => {
    if (what === 'has two statements' && named) return; // refused, with and without us
    const sql = change(insertText());
    expect(await world.captured(() => as('ann', () => way(sql)))).toEqual(['insert Counter ann']);
  });

  it('or that nobody does, as ever', async () => {
    const [content] = await world.contents(() => way(insertText()));
    expect(content).toMatchObject({ flags: ['no-context'], actor: { id: 'db:postgres' }, group: null });
  });
});

describe('transactions', () => {
  it('say for each statement who acts, and nothing when they roll back', async () => {
    const lent = await pool.connect();
    try {
      const rows = await world.captured(async () => {
        await as('ann', async () => {
          await lent.query('BEGIN');
          await lent.query(insertText());
          await as('bob', () => lent.query(insertText()));
          await lent.query('SAVEPOINT a');
          await lent.query(insertText());
          await lent.query('ROLLBACK TO a');
          await lent.query('COMMIT');
        });
        await as('ann', async () => {
          await lent.query('BEGIN');
          await lent.query(insertText());
          await lent.query('ROLLBACK');
        });
      });
      expect(rows).toEqual(['insert Counter ann', 'insert Counter bob']);
    } finally {
      lent.release();
    }
  });

  it('are begun and ended in the words of the application, so that no two texts of them differ', async () => {
    const texts: string[] = [];
    const lent = new pg.Client({ connectionString: world.url });
    const query = lent.query.bind(lent);
    lent.query = ((...args: Parameters<typeof query>) => {
      texts.push(String(args[0]));
      return query(...args);
    }) as typeof lent.query; // what stands behind ours, as tracing does
    auditClient(lent);
    await lent.connect();
    const controls = ['begin', ' BEGIN ISOLATION LEVEL SERIALIZABLE;', 'savepoint "a"', 'release a', 'END', ''];
    const others = ['begin; select 1', 'COMMIT /*audit1:*/', "set application_name to 'x'", 'commit -- x'];
    for (const text of [...controls, ...others]) await as('ann', () => lent.query(text)).catch(() => undefined);
    await lent.end();
    expect(texts.slice(0, controls.length)).toEqual(controls);
    expect(texts.slice(controls.length).every((text) => /\/\*audit1:[0-9a-f]{34,}\*\/$/.test(text))).toBe(true);
  });

  it('with a constraint trigger that waits for the COMMIT have their actor in what it writes', async () => {
    await world.quickstart.pool.query(`
      create function echo() returns trigger language plpgsql as $$ begin
        insert into "Tag" ("tenantId", name) values ('t', new.key); return null; end $$;
      create constraint trigger echo after insert on "Counter" deferrable initially deferred for each row
        when (new.value = 77) execute function echo()`);
    const lent = await pool.connect();
    const contents = await world.contents(() =>
      as('ann', async () => {
        await lent.query('begin');
        await lent.query('insert into "Counter" (key, value) values ($1, 77)', [newKey()]);
        await lent.query('commit');
      }),
    );
    lent.release();
    expect(contents.map(({ model, actor, flags }) => [model, actor['id'], flags])).toEqual([
      ['Counter', 'ann', []],
      ['Tag', 'ann', ['deferred']],
    ]);
  });
});

it('pipelined statements say each who acts, and query objects that pg refuses there it still refuses', async () => {
  const piped = auditClient(new pg.Client({ connectionString: world.url, pipeline: true }));
  await piped.connect();
  const rows = await world.captured(() =>
    Promise.all(
      ['ann', 'bob', 'cyd'].map((id) => as(id, () => piped.query({ name: 'n', text: INSERT, values: [newKey()] }))),
    ),
  );
  expect(rows.sort()).toEqual(['insert Counter ann', 'insert Counter bob', 'insert Counter cyd']);
  const object = { submit: () => null, text: 'select 1', handleError: (error: Error) => failures.push(error.message) };
  const failures: string[] = [];
  piped.query(object as unknown as pg.Submittable);
  await piped.query('select 1');
  expect(failures).toEqual([
    'Custom query classes such as pg-cursor and pg-query-stream are not supported in pipeline mode',
  ]);
  await piped.end();
});

it('a query object whose name a connection knows from before says who acts, and leaves no name there', async () => {
  const known = new pg.Client({ connectionString: world.url });
  await known.connect();
  const query = (name: string): Promise<unknown> => {
    const sent = known.query(new pg.Query({ name, text: INSERT, values: [newKey()] }));
    return once(sent as unknown as NodeJS.EventEmitter, 'end');
  };
  await query('before');
  auditClient(known);
  const rows = await world.captured(async () => {
    await as('ann', () => query('before'));
    await as('bob', () => query('later'));
  });
  expect(rows).toEqual(['insert Counter ann', 'insert Counter bob']);
  expect(
    Object.keys(
      (known as unknown as { connection: pg.Connection & { parsedStatements: object } }).connection.parsedStatements,
    ),
  ).toEqual(['before']);
  await known.end();
});

it('carry says what travels', async () => {
  const short = auditPool(world.plain({ max: 1 }), { carry: [] });
  const [content] = await world.contents(() => as('ann', () => short.query(insertText())));
  expect(content?.actor).toEqual({ id: 'ann', type: 'user' });
});
