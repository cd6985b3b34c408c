import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineActions, runAs, setActor, withContext, type Audit, type AuditEntry } from '../../src/index.js';
import { readsOf } from '../../src/recorder/read.port.js';
import { postgresContentStore } from '../../src/store/postgres/index.js';
import { openAudits } from './audits.js';
import { factOf, readWorld, tell, type Told } from './read-world.js';

const audits = openAudits({ seal: { minWaitMs: 5, maxWaitMs: 20 } });
const { create } = audits;

let model = '';
let made = 0;
beforeEach(() => {
  made += 1;
  model = `Patient${made}`;
});
const read = (told?: Told) => tell(model, told);

async function entries(audit: Audit): Promise<readonly AuditEntry[]> {
  await audit.flush();
  const all = { action: `${model}.read`, order: 'oldest' } as const;
  const [ours, acme] = [await audit.query.find(all), await audit.query.find({ ...all, tenant: 'acme' })];
  return [...new Map([...ours.entries, ...acme.entries].map((entry) => [entry.id, entry])).values()];
}

/** How many rows of this test's model are committed. */
async function committed(): Promise<number> {
  const { rows } = await audits.log.pool.query<{ n: number }>(
    'select count(*)::integer as n from audit.content where model = $1',
    [model],
  );
  return rows[0]?.n ?? 0;
}

describe('the entry of a read', () => {
  it('has its actor, moment and what was read', async () => {
    const audit = create();
    await withContext({ actor: { id: 'vera', role: 'NURSE' }, ip: '10.0.0.1' }, () => {
      read({ occurredAt: new Date('2023-11-14T22:13:20.123Z'), resource: { type: model, id: '7' } });
    });
    expect(await entries(audit)).toEqual([
      expect.objectContaining({
        source: 'read',
        outcome: 'success',
        actor: { id: 'vera', role: 'NURSE', type: 'user', ip: '10.0.0.1' },
        resource: { type: model, id: '7' },
        details: { operation: `${model}.findMany`, ids: ['7'], count: 1 },
        occurredAt: '2023-11-14T22:13:20.123000Z',
        flags: [],
      }),
    ]);
  });

  it('says who acted at the read, whatever becomes of the actor while it is held', async () => {
    const audit = create();
    const user = { id: 'vera' };
    const details = { ids: ['7'] };
    await withContext({ actor: () => user }, () => {
      read({ details });
    });
    user.id = 'mallory';
    details.ids[0] = '8';
    expect(await entries(audit)).toMatchObject([{ actor: { id: 'vera' }, details: { ids: ['7'] } }]);
  });

  it('keeps the structure of a condition under a secret name, and redacts what is none', async () => {
    const audit = create();
    const where = { password: { startsWith: '[redacted]', in: '[redacted] x 3' }, token: '[redacted]', pin: null };
    read({ details: { where } });
    read({ details: { where: { password: { equals: 'hunter2' } } } });
    expect(await entries(audit)).toMatchObject([
      { flags: ['no-context'], details: { where } },
      { flags: ['no-context', 'redacted'], details: { where: { password: '[redacted]' } } },
    ]);
  });

  it('is there without a context, each for itself, and never of the context of the moment', async () => {
    const audit = create();
    read();
    await runAs({ id: 'vera' }, () => {
      readsOf('audit').read({ ...factOf(model), context: undefined });
    });
    expect(await entries(audit)).toMatchObject(
      Array.from({ length: 2 }, () => ({
        flags: ['no-context'],
        actor: { id: `process:${process.pid}`, type: 'system' },
      })),
    );
  });

  it('is cut when it is too large, never refused', async () => {
    const audit = create();
    await runAs({ id: 'vera' }, () => {
      for (let i = 0; i < 2; i += 1) read({ details: { ids: ['x'.repeat(70_000)] } });
    });
    expect(await entries(audit)).toMatchObject([
      { flags: ['truncated'], details: { truncated: 'more than 65536 bytes', reads: 2 } },
    ]);
  });

  it.each(['refuse', 'mark'] as const)('needs no definition where unknown actions are: %s', async (unknownActions) => {
    const actions = defineActions({ 'invoice.approve': {} });
    const audit = create({ actions, unknownActions });
    await runAs({ id: 'vera' }, () => void read());
    const [entry] = await entries(audit);
    expect(entry?.details).not.toHaveProperty('unknownAction');
  });

  it('has the severity of its definition, whose schema is for what the application says itself', async () => {
    const nothingFits = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ issues: [{}] }) },
    } as const;
    const actions = defineActions({ [`${model}.read`]: { severity: 'notice', details: nothingFits } });
    const audit = create({ actions });
    read();
    expect(await entries(audit)).toMatchObject([{ severity: 'notice', details: { count: 1 } }]);
  });

  it('is counted in health and metrics like any other', async () => {
    const audit = create({ flushIntervalMs: 60_000 });
    await runAs({ id: 'vera' }, () => {
      read({ outcome: 'denied' });
      read({ outcome: 'denied' });
      read({ outcome: 'failure' });
    });
    expect(audit.facts.waiting).toBe(2);
    await audit.drain();
    expect(audit.facts.waiting).toBe(0);
    expect((await audit.health()).denied).toBe(1);
  });
});

const vera = { id: 'vera' };
const times = (n: number, told?: Told): void => {
  for (let i = 0; i < n; i += 1) read(told);
};

describe('of identical reads', () => {
  it.each<[string, () => unknown, (number | [number, string])[]]>([
    ['those of one unit of work are one', () => runAs(vera, () => times(5)), [5]],
    ['a single one says no number', () => runAs(vera, () => times(1)), [1]],
    ['those without details are one', () => runAs(vera, () => times(2, { details: {} })), [2]],
    ['those of two units are two', () => Promise.all([1, 2].map(() => runAs(vera, () => times(2)))), [2, 2]],
    ['those of no unit are not folded', () => times(3), [1, 1, 1]],
    [
      'those of parts of one unit are one',
      () => withContext({ actor: vera }, () => Promise.all([1, 2].map(() => withContext({}, () => times(2))))),
      [4],
    ],
    [
      'those that come in turn with others are one each',
      () =>
        runAs(vera, () => {
          for (const ids of [['7'], ['8'], ['7'], ['8'], ['7']]) read({ details: { ids } });
        }),
      [3, 2],
    ],
    [
      'those of another order of the same rows are others',
      () =>
        runAs(vera, () => {
          for (const ids of [
            ['7', '8'],
            ['8', '7'],
          ])
            read({ details: { ids } });
        }),
      [1, 1],
    ],
    [
      'those with another condition, or with none, are others',
      () =>
        runAs(vera, () => {
          for (const where of [{ a: '[redacted]' }, { b: '[redacted]' }, undefined]) read({ details: { where } });
        }),
      [1, 1, 1],
    ],
    [
      'those of one row and of a list of it are others',
      () =>
        runAs(vera, () => {
          read({ resource: { type: model, id: '7' } });
          read();
        }),
      [1, 1],
    ],
    [
      'those of which not all is known are others',
      () =>
        runAs(vera, () => {
          times(2, { gap: true });
          times(1);
        }),
      [2, 1],
    ],
    [
      'those with another outcome are others',
      () =>
        runAs(vera, () => {
          times(1);
          times(2, { outcome: 'failure', error: { name: 'Error', message: 'timeout' } });
        }),
      [1, 2],
    ],
    [
      'those after a login are of whom it names',
      () =>
        withContext({ actor: () => undefined }, () => {
          times(2);
          setActor({ id: 'walter' });
          times(3);
        }),
      [
        [2, 'anonymous'],
        [3, 'walter'],
      ],
    ],
    [
      'those by another within the unit are his',
      () =>
        withContext({ actor: vera }, async () => {
          times(1);
          await runAs({ id: 'walter' }, () => times(2));
          times(1);
        }),
      [
        [2, 'vera'],
        [2, 'walter'],
      ],
    ],
    [
      'those of another tenant are others',
      () =>
        withContext({ actor: vera }, async () => {
          times(2);
          await withContext({ tenant: 'acme' }, () => times(2));
        }),
      [2, 2],
    ],
  ])('%s', async (_, reads, expected) => {
    const audit = create();
    await reads();
    const found = await entries(audit);
    expect(found.map(({ details, actor }) => [details?.['reads'] ?? 1, actor?.['id'] ?? actor?.['type']])).toEqual(
      expected.map((each) => (typeof each === 'number' ? [each, expect.any(String)] : each)),
    );
    expect(found.every(({ flags, details }) => flags.includes('gap') === (details?.['reads'] === 2 && _.includes('not all')))).toBe(true); // prettier-ignore
  });

  it('the moment is that of the first, and the unit that of all', async () => {
    const audit = create();
    await runAs(vera, () => {
      audit.record({ action: `${model}.opened` });
      for (const ms of [5, 6, 7]) read({ occurredAt: new Date(ms) });
    });
    const [entry] = await entries(audit);
    expect(entry).toMatchObject({ occurredAt: '1970-01-01T00:00:00.005000Z', details: { reads: 3 } });
    expect((await audit.query.find({ action: `${model}.opened` })).entries[0]?.group).toBe(entry?.group);
  });
});

describe('what is held', () => {
  it.each([
    ['drain()', (audit: Audit) => audit.drain()],
    ['flush()', (audit: Audit) => audit.flush()],
    ['close()', (audit: Audit) => audit.close()],
  ])('is written by %s', async (_, end) => {
    const audit = create({ flushIntervalMs: 60_000 });
    await runAs(vera, () => times(3));
    expect([audit.facts.waiting, await committed()]).toEqual([1, 0]);
    await end(audit);
    expect(await committed()).toBe(1);
  });

  it('is written when its time is over; a unit that goes on begins anew, with the clock and the timers of the test stopped', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    try {
      const { reads, queue } = readWorld(postgresContentStore(audits.log.pool, 'audit'), {}, { holdMs: 20 });
      const { setTimeout: wait } = jest.requireActual<typeof import('node:timers')>('node:timers');
      await runAs(vera, async () => {
        for (const round of [1, 2, 3]) {
          times(3, { to: reads });
          for (let i = 0; i < 400 && (await committed()) < round; i += 1)
            await new Promise<void>((resolve) => void wait(resolve, 5));
          expect(await committed()).toBe(round);
          expect(reads.waiting).toBe(0);
        }
      });
      expect(queue.facts).toMatchObject({ waiting: 0, lost: 0 });
    } finally {
      jest.useRealTimers();
    }
  });

  it('has a bound: the oldest goes out, and is counted on', async () => {
    const { reads, queue } = readWorld(postgresContentStore(audits.log.pool, 'audit'), {}, { maxHeld: 3 });
    await runAs(vera, () => {
      for (const id of [1, 2, 3, 4, 5, 1, 5]) read({ to: reads, details: { id } });
    });
    expect(reads.waiting).toBe(3);
    await queue.drain();
    expect(await committed()).toBe(3); // 1, 2, and 3 as 1 came again
    reads.release();
    await queue.drain();
    expect(await committed()).toBe(6);
  });

  it('has a bound in bytes', async () => {
    const { reads } = readWorld(postgresContentStore(audits.log.pool, 'audit'), {}, { maxHeldBytes: 50_000 });
    await runAs(vera, () => {
      for (let id = 0; id < 10; id += 1) read({ to: reads, details: { id, filler: 'x'.repeat(20_000) } });
    });
    expect(reads.waiting).toBe(2);
  });

  it('never tells the read that there is no room, or that it cannot be recorded: that is counted, and said', async () => {
    const { reads, queue, errors } = readWorld(postgresContentStore(audits.log.pool, 'audit'), {
      maxQueue: 1,
      flushIntervalMs: 60_000,
    });
    await runAs(vera, () => {
      for (const id of [1, 2, 3]) read({ to: reads, details: { id } });
      reads.release();
      read({ to: reads, details: { id: () => 1 } });
    });
    read({ to: reads, action: 'no such action!' });
    expect(queue.facts).toMatchObject({ waiting: 1, lost: 4 });
    expect(errors).toMatchObject([
      { code: 'AUDIT_QUEUE_FULL' },
      { code: 'AUDIT_QUEUE_FULL' },
      { code: 'AUDIT_NOT_PLAIN_JSON' },
      { code: 'AUDIT_EVENT_INVALID' },
    ]);
    await queue.close(100);
  });
});
