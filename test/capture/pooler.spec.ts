import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { currentContext, withContext } from '../../src/context/index.js';
import { readContent } from '../support/quickstart.js';
import { PGBOUNCER, startPgbouncer, type Pooler } from './pooler/pgbouncer.js';
import { ENGINES } from './shapes/engine.js';
import { ALL_SHAPES } from './shapes/index.js';
import { pairOf, putThrough, type Pair } from './shapes/put-through.js';
import { sample, sampleName } from './shapes/sample.js';
import type { Client } from './shapes/shape.js';
import { openTwin, type Twin } from './shapes/twins.js';

const ENGINE = ENGINES[0]!;
const missing = PGBOUNCER === undefined && process.env['CI'] === undefined;
if (missing) process.stdout.write('skipped: there is no pgbouncer here (apt-get install pgbouncer)\n');

(missing ? describe.skip : describe)('behind pgbouncer in transaction mode', () => {
  let pooler: Pooler;
  let pair: Pair;
  beforeAll(async () => {
    pooler = await startPgbouncer(process.env['AUDIT_TEST_SERVER_URL']!, 2);
    const open = (engine?: typeof ENGINE): Promise<Twin> =>
      openTwin(engine, undefined, (database) => pooler.through(database));
    const [plain, logged] = await Promise.all([open(), open(ENGINE)]);
    pair = pairOf(plain, logged, ENGINE.clients[0]![1]);
  });
  afterAll(async () => {
    await Promise.all([pair?.plain.close(), pair?.logged.close()]);
    await pooler?.stop();
  });

  const rows = sample(ALL_SHAPES, 40).filter(({ knownBug }) => !knownBug);
  it.each(rows.map((shape) => [shape.name, shape] as const))(
    `captures and does not disturb (${sampleName}): %s`,
    (_name, shape) => putThrough(ENGINE, pair, shape),
  );

  it('no request gets the context of another that had its connection before, or has it between two transactions', async () => {
    await pair.logged.reset();
    const mark = await ENGINE.mark(pair.logged.pool);
    const groups = new Map<string, string>();
    // Six clients, each with a connection of its own to the pooler, which has two to the server.
    const clients: Client[] = Array.from({ length: 6 }, () => pair.logged.connect(ENGINE.clients[0]![1]).client);
    await Promise.all(
      clients.map((prisma, c) =>
        withContext({ actor: { id: `of ${c}` } }, async () => {
          groups.set(`of ${c}`, currentContext()!.root.group);
          for (let i = 0; i < 8; i++) {
            const row = { code: `of ${c} ${i}`, words: [`of ${c}`] };
            if (i % 3 === 0) await prisma.auto.create({ data: row });
            else if (i % 3 === 1) await prisma.$transaction([prisma.auto.create({ data: row }), prisma.auto.count()]);
            else await prisma.$transaction((tx) => tx.auto.create({ data: row }));
          }
        }),
      ),
    );
    // Else it was no pooler: two of the clients', and at most two of the pool that looks on.
    const { rows: sessions } = await pair.logged.pool.query(
      `select count(*)::int as n from pg_stat_activity where datname = current_database()`,
    );
    expect(sessions[0].n).toBeLessThanOrEqual(4);
    const content = await readContent(pair.logged.pool, mark);
    expect(content).toHaveLength(48);
    for (const { actor, group, data, flags } of content) {
      const owner = String(data.new?.['words']);
      expect({ id: actor['id'], group, flags }).toEqual({ id: owner, group: groups.get(owner), flags: [] });
    }
  });
});
