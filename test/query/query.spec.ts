import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { AuditEntry, AuditQuery } from '../../src/query/index.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';

let log: FilledLog;
let audit: Audit;
const START = Date.UTC(2026, 2, 1);
const GROUP = '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00';

beforeAll(async () => {
  log = await emptyLog();
  audit = createAudit({ databaseUrl: log.url, flushIntervalMs: 1 });
  audit.start();
  for (const tenant of [undefined, 'acme', 'globex']) {
    for (let i = 0; i < 12; i += 1) {
      const context = {
        ...newContext({ actor: { id: i % 2 ? 'ann' : 'bob' }, tenant, requestId: `req-${i >> 2}` }),
        ...(i < 3 ? { root: { group: GROUP } } : {}),
      };
      audit.record(
        {
          action: ['invoice.approve', 'invoice.refund', 'invoices', 'invoice'][i % 4] as string,
          outcome: i % 5 === 0 ? 'denied' : 'success',
          resource: i === 11 ? { type: 'Line', id: ['a', 1n] } : { type: 'Invoice', id: `inv-${i % 3}` },
          details: { i, tenant: tenant ?? 'default' },
          // Three of them at the very same moment.
          occurredAt: new Date(START + (i >> 2) * 1000),
        },
        { context },
      );
    }
  }
  await audit.flush();
});
afterAll(async () => {
  await audit.close();
  await log.close();
});

/** Without the opening of the chain, which happened now. */
const find = async (query: AuditQuery = {}): Promise<readonly AuditEntry[]> =>
  (await audit.query.find({ order: 'oldest', tenant: 'acme', ...query })).entries.filter(
    ({ action }) => action !== 'chain.open',
  );
const numbers = (entries: readonly AuditEntry[]): unknown[] => entries.map(({ details }) => details?.['i']);

describe('a query', () => {
  it.each<[string, AuditQuery, number[]]>([
    ['by actor', { actor: 'ann' }, [1, 3, 5, 7, 9, 11]],
    ['by resource', { resource: { type: 'Invoice', id: 'inv-1' } }, [1, 4, 7, 10]],
    ['by type of the resource', { resource: { type: 'Line' } }, [11]],
    ['by composite key', { resource: { type: 'Line', id: ['a', 1] } }, [11]],
    ['by action', { action: 'invoice' }, [3, 7, 11]],
    ['by prefix', { action: 'invoice.*' }, [0, 1, 4, 5, 8, 9]],
    ['by shorter prefix', { action: 'invoice*' }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
    ['by failures', { failures: true }, [0, 5, 10]],
    ['by failures of an actor', { failures: true, actor: 'ann' }, [5]],
    ['by failures of an action', { failures: true, action: 'invoice.approve' }, [0]],
    ['by group', { group: GROUP }, [0, 1, 2]],
    ['by request', { requestId: 'req-1' }, [4, 5, 6, 7]],
    ['from a moment on', { from: new Date(START + 1000) }, [4, 5, 6, 7, 8, 9, 10, 11]],
    ['before a moment', { to: new Date(START + 1000) }, [0, 1, 2, 3]],
    ['of a range', { from: new Date(START + 1000), to: new Date(START + 2000) }, [4, 5, 6, 7]],
    ['by all at once', { actor: 'ann', action: 'invoice.*', requestId: 'req-2', failures: false }, [9]],
    ['by what there is not', { actor: 'eve' }, []],
    ['by text with quotes', { actor: `' or true --` }, []],
    ['by a key that is too long for an index', { actor: 'x'.repeat(10_000), requestId: '\0' }, []],
  ])('%s', async (_name, query, expected) => {
    expect(numbers(await find(query))).toEqual(expected);
    expect(numbers(await find({ ...query, order: 'newest' }))).toEqual(expected.toReversed());
  });

  it('shows the history of a record oldest first', async () => {
    const { entries } = await audit.query.history({ type: 'Invoice', id: 'inv-2' }, { tenant: 'acme' });
    expect(numbers(entries)).toEqual([2, 5, 8]);
  });

  it('shows one unit of work oldest first', async () => {
    expect(numbers((await audit.query.group(GROUP, { tenant: 'acme' })).entries)).toEqual([0, 1, 2]);
  });

  it('shows the newest first unless it is asked otherwise', async () => {
    const { entries } = await audit.query.find({ tenant: 'acme', limit: 3 });
    expect(entries[0]).toMatchObject({ action: 'chain.open', seq: 0 });
    expect(numbers(entries.slice(1))).toEqual([11, 10]);
  });

  it.each<[string, AuditQuery]>([
    ['nothing else', {}],
    ['a group', { group: GROUP }],
    ['a request', { requestId: 'req-1' }],
    ['an actor', { actor: 'ann' }],
    ['failures', { failures: true }],
    ['a prefix', { action: '*' }],
  ])('never leaves its tenant, asked for %s', async (_name, query) => {
    for (const tenant of ['acme', 'globex', '']) {
      const entries = await find({ ...query, tenant });
      expect(entries.length).toBeGreaterThan(2);
      for (const entry of entries) {
        expect(entry).toMatchObject({ tenant, details: { tenant: tenant || 'default' } });
        expect(entry.actor?.['tenant']).toBe(tenant || undefined);
      }
    }
    expect(await find({ ...query, tenant: 'other' })).toEqual([]);
  });

  it('follows no cursor into another tenant', async () => {
    const { next } = await audit.query.find({ tenant: 'acme', limit: 5 });
    await expect(audit.query.find({ tenant: 'globex', cursor: next })).rejects.toMatchObject({ code: 'AUDIT_CURSOR_INVALID' }); // prettier-ignore
  });
});

describe('pages', () => {
  it.each([
    ['newest', 1],
    ['newest', 2],
    ['newest', 5],
    ['oldest', 1],
    ['oldest', 3],
    ['oldest', 13],
    ['oldest', 500],
  ] as const)('%s first, %i a page, have every entry exactly once', async (order, limit) => {
    const seen: AuditEntry[] = [];
    let cursor: string | undefined;
    do {
      const page = await audit.query.find({ tenant: 'acme', order, limit, cursor });
      expect(page.entries.length).toBe(Math.min(limit, 13 - seen.length));
      seen.push(...page.entries);
      cursor = page.next;
    } while (cursor !== undefined);
    const ids = seen.map(({ id }) => id);
    expect(ids).toEqual(order === 'oldest' ? ids.toSorted() : ids.toSorted().toReversed());
    expect(seen.map(({ seq }) => seq).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 13 }, (_, i) => i));
  });

  it.each<[string, AuditQuery, string]>([
    ['no limit at all', { limit: 0 }, 'limit must be a whole number from 1 to 500'],
    ['a limit too large', { limit: 501 }, 'limit must be a whole number from 1 to 500'],
    ['a limit that is no number', { limit: Number.NaN }, 'limit must be'],
    ['half a limit', { limit: 1.5 }, 'limit must be'],
    ['another order', { order: 'random' as never }, `order must be 'oldest' or 'newest'`],
    ['a star in the middle', { action: 'a*b' }, 'action may have one "*", at its end'],
    ['two stars', { action: 'a**' }, 'action may have one "*", at its end'],
    ['a group that is no UUID', { group: 'x' }, 'group must be a UUID'],
    ['a time that is none', { from: new Date('x') }, 'from must be a valid Date'],
    ['text for a time', { to: '2026' as never }, 'to must be a valid Date'],
  ])('are refused for %s', async (_name, query, message) => {
    await expect(audit.query.find(query)).rejects.toMatchObject({
      code: 'AUDIT_QUERY_INVALID',
      message: expect.stringContaining(message),
    });
  });

  it.each(['', 'x', `' or 1=1`, '0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e0', '0B5E7A4C-6A53-4D9F-8B7E-0D2A4C1F9E00'])(
    'are refused for a cursor that is not one: %j',
    async (cursor) => {
      await expect(audit.query.find({ cursor })).rejects.toMatchObject({
        code: 'AUDIT_CURSOR_INVALID',
        message: expect.stringContaining('pass `next` of the page before as it is'),
      });
    },
  );

  it('of a database without a log say what to run', async () => {
    const other = createAudit({ databaseUrl: log.url, schema: 'nowhere', seal: false });
    await expect(other.query.find()).rejects.toMatchObject({
      code: 'AUDIT_SCHEMA_MISSING',
      message: expect.stringContaining('npx nestjs-prisma-audit migrate'),
    });
    await other.close();
  });
});
