import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { withContext } from '../../src/context/index.js';
import {
  createQuickstart,
  lastPosition,
  readContent,
  SHAPES,
  type AnyAuditedClient,
  type Quickstart,
} from '../support/quickstart.js';

let quickstart: Quickstart;
let start = 0;
beforeAll(async () => {
  quickstart = await createQuickstart();
});
afterAll(() => quickstart.close());
beforeEach(async () => {
  start = await lastPosition(quickstart.pool);
});
const read = () => readContent(quickstart.pool, start);
const as = <T>(id: string, work: () => PromiseLike<T>): Promise<T> => withContext({ actor: { id } }, work);
let serial = 0;
const counter = () => ({ data: { key: `k${serial++}`, value: 1n } });

describe.each(SHAPES)('$audit() of a client made by %s', (_shape, connect) => {
  let prisma: AnyAuditedClient;
  beforeAll(() => {
    prisma = quickstart.keep(connect(quickstart.url));
  });
  const event = { action: 'invoice.approve', resource: { type: 'Invoice', id: 7 } };
  const summary = async () =>
    (await read()).map(({ source, header, op, actor }) => [source, header?.['action'] ?? op, actor['id']]);

  it('records an event that commits with the transaction, in its order', async () => {
    await as('ann', () =>
      prisma.$transaction(async (tx) => {
        await tx.counter.create(counter());
        await tx.$audit().record(event);
        await tx.$audit().runAs({ id: 'bob' }, () => tx.counter.create(counter()));
      }),
    );
    expect(await summary()).toEqual([
      ['change', 'insert', 'ann'],
      ['record', 'invoice.approve', 'ann'],
      ['change', 'insert', 'bob'],
    ]);
    const changes = await read();
    expect(new Set(changes.map(({ xid }) => xid)).size).toBe(1);
    expect(new Set(changes.map(({ group }) => group)).size).toBe(1);
  });

  it('records nothing when the transaction is rolled back', async () => {
    const work = prisma.$transaction(async (tx) => {
      await tx.$audit().record(event);
      throw new Error('undo');
    });
    await expect(work).rejects.toThrow('undo');
    expect(await read()).toEqual([]);
  });

  it('records an event outside of a transaction, and within a savepoint that is undone', async () => {
    await as('ann', () => prisma.$audit().record({ ...event, reason: 'kept' }));
    await prisma.$transaction(async (tx) => {
      const inner = tx.$transaction(async (nested) => {
        await (nested as typeof tx).$audit().record({ ...event, reason: 'undone' });
        throw new Error('undo');
      });
      await expect(inner).rejects.toThrow('undo');
    });
    expect((await read()).map(({ data }) => (data as { reason?: string }).reason)).toEqual(['kept']);
  });

  it.each([
    ['AUDIT_EVENT_INVALID', { action: '' }],
    ['AUDIT_EVENT_INVALID', { action: 'a', outcome: 'maybe' }],
    ['AUDIT_NOT_PLAIN_JSON', { action: 'a', details: { at: new Map() } }],
  ])('refuses a wrong event with %s, and the transaction goes on', async (code, wrong) => {
    const key = await prisma.$transaction(async (tx) => {
      await expect(tx.$audit().record(wrong as never)).rejects.toMatchObject({ code });
      return (await tx.counter.create(counter())).key;
    });
    expect(await prisma.counter.findUnique({ where: { key } })).not.toBeNull();
    expect((await read()).map(({ op }) => op)).toEqual(['insert']);
  });
});
