import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { withContext } from '../../src/context/index.js';
import { describeFull } from '../support/full.js';
import { startPostgres, type PostgresServer } from '../support/postgres.mjs';
import { ENGINES } from './shapes/engine.js';
import { ALL_SHAPES } from './shapes/index.js';
import { pairOf, putThrough, type Pair } from './shapes/put-through.js';
import { openTwin } from './shapes/twins.js';

const ENGINE = ENGINES[0]!;

describeFull('a server with pg_stat_statements and a statement_timeout', () => {
  let server: PostgresServer;
  let pair: Pair;
  beforeAll(async () => {
    server = await startPostgres({
      own: true,
      settings: [
        'shared_preload_libraries=pg_stat_statements',
        'pg_stat_statements.track=all',
        'compute_query_id=on',
        'log_statement=all',
        'statement_timeout=20s',
      ],
    });
    const [plain, logged] = await Promise.all([openTwin(undefined, server.url), openTwin(ENGINE, server.url)]);
    pair = pairOf(plain, logged, ENGINE.clients[0]![1]);
    await logged.pool.query('create extension pg_stat_statements');
  });
  afterAll(async () => {
    await Promise.all([pair?.plain.close(), pair?.logged.close()]);
    await server?.stop();
  });

  it.each(ALL_SHAPES.filter((shape, i) => i % 6 === 3 && !shape.knownBug).map((shape) => [shape.name, shape] as const))(
    'captures and does not disturb: %s',
    (_name, shape) => putThrough(ENGINE, pair, shape),
  );

  it('counts a statement once for all contexts, and shows that of the first', async () => {
    await pair.logged.reset();
    const { pool } = pair.logged;
    await pool.query('select pg_stat_statements_reset()');
    for (const id of ['the first', 'the second', 'the third']) {
      await withContext({ actor: { id } }, () => pair.audited.client.auto.create({ data: { code: id } }));
    }
    const { rows } = await pool.query<{ query: string; calls: number }>(
      `select query, calls::int from pg_stat_statements where query like 'INSERT INTO "public"."Auto"%'`,
    );
    expect(rows).toMatchObject([{ calls: 3 }]);
    expect(rows[0]!.query).toContain(Buffer.from('the first').toString('hex'));
  });
});
