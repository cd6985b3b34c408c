import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { currentContext, withContext } from '../../src/context/index.js';
import {
  createQuickstart,
  lastPosition,
  Prisma,
  SHAPES,
  type AnyAuditedClient,
  type Quickstart,
} from '../support/quickstart.js';
import { OPERATIONS } from './operations/index.js';
import { captured, installWitness, reset, witnessed, type Change } from './witness.js';

describe.each(SHAPES)('the log of a client made by %s', (_shape, connect) => {
  let quickstart: Quickstart;
  let prisma: AnyAuditedClient;
  let start = 0;

  beforeAll(async () => {
    quickstart = await createQuickstart();
    await installWitness(quickstart.pool);
    prisma = quickstart.keep(connect(quickstart.url));
  });
  afterAll(() => quickstart.close());
  beforeEach(async () => {
    await reset(quickstart.pool);
    start = await lastPosition(quickstart.pool);
  });

  it.each(OPERATIONS.map((operation) => [operation.name, operation] as const))(
    'has what a witness saw of: %s',
    async (name, { run, sees, fails }) => {
      let group: string | undefined;
      const outcome = await withContext({ actor: { id: name, role: 'tester' }, requestId: 'r-1' }, async () => {
        group = currentContext()?.root.group;
        return await run(prisma).then(
          () => 'done',
          () => 'failed',
        );
      });
      expect(outcome).toBe(fails ? 'failed' : 'done');

      const seen = await witnessed(quickstart.pool);
      expect(summary(seen)).toEqual(sees === '' ? [] : sees.split(', ').sort());
      const { changes, content } = await captured(quickstart.pool, start);
      expect(changes).toEqual(seen);
      for (const { source, group: unit, actor, flags, model, op } of content) {
        expect({ source, unit, actor }).toEqual({
          source: 'change',
          unit: group,
          actor: { id: name, type: 'user', role: 'tester', requestId: 'r-1' },
        });
        expect(flags).toEqual(model === 'User' && op !== 'truncate' ? ['redacted'] : []);
      }
    },
  );

  it('has each of five thousand rows of one createMany, in their order', async () => {
    const data = Array.from({ length: 5_000 }, (_, i) => ({ key: `many ${i}`, value: BigInt(i) }));
    await withContext({ actor: { id: 'many' } }, () => prisma.counter.createMany({ data }));
    const { rows } = await quickstart.pool.query(
      `select count(*)::int as n, bool_and(value = position::text) as ordered, bool_and(actor = 'many') as attributed
         from (select data::json #>> '{new,value}' as value, row_number() over (order by pos) - 1 as position,
                      convert_from(actor, 'UTF8')::json ->> 'id' as actor from audit.content where pos > $1) c`,
      [start],
    );
    expect(rows).toEqual([{ n: 5_000, ordered: true, attributed: true }]);
  });

  it('has an entry when SQL NULL becomes JSON null, although the JSON of a row has one null for both', async () => {
    const updatedAt = new Date('2026-01-02');
    await prisma.invoice.update({ where: { id: 2 }, data: { metadata: Prisma.JsonNull, updatedAt } });
    const { content } = await captured(quickstart.pool, start);
    expect(content).toMatchObject([{ op: 'update', data: { old: { metadata: null }, new: { metadata: null } } }]);
  });

  it('has what plain SQL changes beside Prisma, as the database user', async () => {
    await quickstart.pool.query(`update "Tag" set name = 'psql' where id = 1`);
    const { changes, content } = await captured(quickstart.pool, start);
    expect(changes).toEqual(await witnessed(quickstart.pool));
    expect(content).toMatchObject([
      { flags: ['no-context'], actor: { id: 'db:postgres', type: 'system' }, group: null },
    ]);
  });
});

/** `insert Tag ×2` for each kind of change. */
function summary(changes: readonly Change[]): string[] {
  const counts = new Map<string, number>();
  for (const change of changes) {
    const kind = change.split(' ').slice(0, 2).join(' ');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind} ×${count}`)).sort();
}
