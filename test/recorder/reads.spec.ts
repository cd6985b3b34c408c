import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createAudit, runAs, type Audit, type AuditEntry, type AuditOptions } from '../../src/index.js';
import { currentContext } from '../../src/context/index.js';
import type { AuditEvent } from '../../src/event/types.js';
import { readsOf, type ReadFact, type ReadReceipt } from '../../src/recorder/read.port.js';
import { createLog, type TestLog } from '../support/log.js';

let log: TestLog;
beforeAll(async () => {
  log = await createLog();
});
afterAll(() => log.close());

const open: Audit[] = [];
beforeEach(() => {
  open.length = 0;
});
afterEach(async () => {
  for (const audit of open.toReversed()) await audit.close({ deadlineMs: 500 });
});

function create(options: Partial<AuditOptions> = {}): Audit {
  const audit = createAudit({ databaseUrl: log.url, seal: { minWaitMs: 5, maxWaitMs: 20 }, ...options });
  open.push(audit);
  return audit;
}

let model = '';
let made = 0;
beforeEach(() => {
  made += 1;
  model = `Patient${made}`;
});

/** As a client tells of a read: of one patient by id, in the context of the caller. */
function read(
  details: Record<string, unknown> = { ids: [7], count: 1 },
  more: Partial<ReadFact & AuditEvent> = {},
): ReadReceipt {
  const { gap, ...event } = more;
  return readsOf('audit').read({
    event: { action: `${model}.read`, resource: { type: model }, details, occurredAt: new Date(), ...event },
    context: currentContext(),
    ...(gap ? { gap } : {}),
  });
}

async function entries(audit: Audit): Promise<readonly AuditEntry[]> {
  await audit.flush();
  return (await audit.query.find({ action: `${model}.read`, order: 'oldest' })).entries;
}

describe('a read', () => {
  it('is an entry of its own, with actor, moment and what was read', async () => {
    const audit = create();
    const occurredAt = new Date('2023-11-14T22:13:20.123Z');
    await runAs({ id: 'vera', role: 'NURSE' }, () => {
      read({ ids: ['7', '8'], count: 2 }, { occurredAt });
    });
    expect(await entries(audit)).toEqual([
      expect.objectContaining({
        source: 'read',
        outcome: 'success',
        resource: { type: model },
        details: { ids: ['7', '8'], count: 2 },
        occurredAt: '2023-11-14T22:13:20.123000Z',
        flags: [],
      }),
    ]);
  });
});

describe('identical reads', () => {
  it.each<[string, () => void | Promise<void>, unknown[]]>([
    [
      'of one unit of work are one entry with their number',
      () =>
        runAs({ id: 'vera' }, () => {
          for (let i = 0; i < 5; i += 1) read();
        }),
      [5],
    ],
  ])('%s', async (_, reads, expected) => {
    const audit = create();
    await reads();
    expect((await entries(audit)).map(({ details }) => details?.['reads'] ?? 1)).toEqual(expected);
  });
});
