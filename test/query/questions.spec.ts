import { readFileSync } from 'node:fs';
import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import { auditAdapter } from '../../src/prisma/index.js';
import type { ReaderScope } from '../../src/query/index.js';
import { reconcileTriggers } from '../../src/store/postgres/index.js';
import type { FieldValue } from '../../src/event/values.js';
import { literal } from '../../src/query/prisma-literal.js';
import { emptyLog, type FilledLog } from '../support/filled-log.js';
import { full } from '../support/full.js';
import { Prisma, PrismaClient } from './schemas/generated/values/client.js';
import { THING } from './values/arbitrary.js';
import { CATALOGUE } from './values/catalogue.js';

const START = Date.UTC(2026, 2, 1);
let log: FilledLog;
let audit: Audit;
let prisma: PrismaClient;
/** All of a thing is logged but what a test hides. */
const cover = (rules: object): Promise<unknown> => reconcileTriggers(log.pool, { models: { Thing: { table: 'things', keep: ['password'], ...rules } } }); // prettier-ignore
beforeAll(async () => {
  log = await emptyLog();
  await log.pool.query(readFileSync(new URL('./schemas/values.sql', import.meta.url), 'utf8'));
  await cover({});
  audit = createAudit({
    databaseUrl: log.url,
    flushIntervalMs: 1,
    catalogue: CATALOGUE,
    probe: 'off',
    seal: { minWaitMs: 1 },
  });
  prisma = new PrismaClient({ adapter: auditAdapter(new PrismaPg({ connectionString: log.url, max: 2 })) });
});
afterAll(async () => {
  await prisma.$disconnect();
  await audit.close();
  await log.close();
});

const pause = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 4));
const thing = (id: number): { type: string; id: number } => ({ type: 'Thing', id });
/** Nulls of documents as Prisma reads them. */
const asRead = (values: object | undefined): object =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, value === Prisma.JsonNull ? null : value])); // prettier-ignore

async function run(call: string | undefined): Promise<unknown> {
  // oxlint-disable-next-line typescript/no-implied-eval -- what is printed is a call, and this is the one that makes it
  return await (new Function('prisma', 'Prisma', `return ${call}`) as (...known: unknown[]) => Promise<unknown>)(prisma, Prisma); // prettier-ignore
}

describe('of a record the log knows', () => {
  it('what it was at each moment, and what differs between two', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(THING, { minLength: 2, maxLength: 4 }), async (values) => {
        const moments: { at: Date; row: object | null }[] = [{ at: new Date(), row: null }];
        await pause();
        const { id } = await prisma.thing.create({ data: values[0] as never }); // as it was made
        const note = async (): Promise<void> => {
          await pause();
          moments.push({ at: new Date(), row: await prisma.thing.findUnique({ where: { id } }) });
          await pause();
        };
        await note();
        for (const data of values.slice(1)) {
          await prisma.thing.update({ where: { id }, data });
          await note();
        }
        await prisma.thing.delete({ where: { id } });
        await note();
        await audit.flush();
        for (const { at, row } of moments) {
          const state = await audit.query.asOf(thing(id), at);
          expect(state).toMatchObject({ is: row === null ? 'absent' : 'there', incomplete: [] });
          if (row !== null) expect(asRead(state.values)).toEqual(row);
        }
        // To the millisecond.
        for (const { change, occurredAt } of (await audit.query.history(thing(id))).entries) {
          const moment = Date.parse(`${occurredAt.slice(0, 23)}Z`);
          expect((await audit.query.asOf(thing(id), new Date(moment))).values).toEqual(change?.new);
          expect((await audit.query.asOf(thing(id), new Date(moment - 1))).values).toEqual(change?.old);
        }
        for (const from of moments)
          for (const to of moments) {
            const { changes } = await audit.query.difference(thing(id), from.at, to.at);
            const [old, now] = [{ ...from.row }, { ...to.row }] as Record<string, unknown>[];
            const wanted = [...new Set([...Object.keys(old ?? {}), ...Object.keys(now ?? {})])].filter((name) => !same(old?.[name], now?.[name])); // prettier-ignore
            // Two nulls of a document are one to Prisma.
            const told = changes.filter((change) => !same(asRead({ v: change.old }), asRead({ v: change.new })));
            expect(told.map(({ field }) => field).toSorted()).toEqual(wanted.toSorted());
          }
      }),
      { numRuns: full ? 100 : 2 },
    );
  }, 120_000);

  it('a call that undoes a change, and makes the row what it was', async () => {
    let calls = 0;
    await fc.assert(
      fc.asyncProperty(THING, THING, async (first, second) => {
        const { id } = await prisma.thing.create({ data: first });
        const stored = async (): Promise<unknown> => (await log.pool.query('select t::text as row from things t where id = $1', [id])).rows; // prettier-ignore
        const row = await stored();
        const before = await prisma.thing.findUnique({ where: { id } });
        await prisma.thing.update({ where: { id }, data: second });
        const after = await prisma.thing.findUnique({ where: { id } });
        const lastOf = async (): Promise<string | undefined> => {
          await audit.flush();
          const { entries } = await audit.query.find({ resource: thing(id), limit: 1 });
          const undo = await audit.query.revert(entries[0]?.id ?? '');
          if (undo?.refused !== undefined) expect(undo.refused).toBe('no field that is logged has changed');
          return undo?.call;
        };
        const call = await lastOf();
        if (call !== undefined) {
          calls += 1;
          expect(call).not.toMatch(/[\n\u2028]/);
          await run(call);
          expect(await prisma.thing.findUnique({ where: { id } })).toEqual(before);
          expect(await stored()).toEqual(row); // which tells the nulls of a document apart
          await run(await lastOf()); // undone as well
          expect(await prisma.thing.findUnique({ where: { id } })).toEqual(after);
        }
        await prisma.thing.delete({ where: { id } });
        await run(await lastOf());
        expect(await prisma.thing.findUnique({ where: { id } })).toEqual(after);
        await run(await lastOf());
        expect(await prisma.thing.findUnique({ where: { id } })).toBeNull();
      }),
      { numRuns: full ? 100 : 4 },
    );
    expect(calls).toBeGreaterThan(1);
  }, 120_000);

  it.each([
    ['no document', Prisma.DbNull, 'Prisma.DbNull'],
    ['null for a document', Prisma.JsonNull, 'Prisma.JsonNull'],
    ['a document with odd names', { 'b c': '\u202e' }, '{ "b c": "\\u202e" }'],
  ])('the call says %s', async (_name, value, text) => {
    const id = await changed({ json: value }, { json: { other: 1 } });
    await audit.flush();
    const { entries } = await audit.query.find({ resource: thing(id), limit: 1 });
    const call = (await audit.query.revert(entries[0]?.id ?? ''))?.call;
    expect(call).toBe(`prisma.thing.update({ where: { id: ${id} }, data: { json: ${text} } })`);
  });

  it('and no prototype is set by it', () => {
    const document = JSON.parse('{"a":[{"__proto__":{"x":1}}]}') as FieldValue;
    const text = literal(document, { column: 'json', type: 'Json', kind: 'scalar' });
    expect(text).toBe("{ a: [{ ['__proto__']: { x: 1 } }] }");
  });

  it.each<[string, object, () => Promise<number>, RegExp, ReaderScope['fields'] | undefined]>([
    ['is redacted', { redact: ['varchar'] }, () => changed({ varchar: 'a' }, { varchar: 'b' }), /^varchar is redacted$/, undefined],
    ['is masked', { mask: { phone: 2 } }, () => changed({ phone: '12345' }, { phone: '67890' }), /^phone is masked$/, undefined],
    ['was cut', {}, () => changed({ text: 'x'.repeat(1_100_000) }, { text: 'b' }), /^text was too large to be logged$/, undefined],
    ['the type cannot hold', {}, async () => {
      const id = await changed({ int: 1 }, {});
      await log.pool.query(`update things set happened_at = 'infinity' where id = $1`, [id]);
      await log.pool.query(`update things set happened_at = null where id = $1`, [id]);
      return id;
    }, /^at has a value that its type in the client cannot hold$/, undefined],
    ['is never logged, of a record that is gone', { ignore: ['pet'] }, async () => {
      const id = await changed({ pet: 'cat' }, {});
      await prisma.thing.delete({ where: { id } });
      return id;
    }, /^pet is never logged$/, undefined],
    ['the reader does not see', {}, () => changed({ int: 1 }, { int: 2 }), /^this reader does not see all fields of the model$/, (_model, field) => field !== 'text'],
  ])('but no call where a value %s', async (_name, rules, make, message, fields) => {
    await cover(rules);
    const id = await make();
    await cover({});
    await audit.flush();
    const { entries } = await audit.query.find({ resource: thing(id), limit: 1 });
    const reader = fields === undefined ? audit.query : audit.query.as({ tenants: [''], fields, actor: { id: 'x' } });
    expect(await reader.revert(entries[0]?.id ?? '')).toEqual({ entry: expect.anything(), refused: expect.stringMatching(message) }); // prettier-ignore
  }); // prettier-ignore

  it('says which fields of a state it does not have, and nothing of their difference', async () => {
    await cover({ redact: ['varchar'], mask: { phone: 2 }, ignore: ['pet'] });
    const start = new Date();
    await pause();
    const id = await changed({ varchar: 'a', phone: '12345', pet: 'cat', int: 1 }, { varchar: 'b', phone: '67890', pet: 'dog', int: 2 }); // prettier-ignore
    await cover({});
    await audit.flush();
    await pause();
    const state = await audit.query.asOf(thing(id), new Date());
    expect(state.incomplete).toEqual([{ field: 'varchar', why: 'redacted' }, { field: 'phone', why: 'masked' }, { field: 'pet', why: 'ignored' }]); // prettier-ignore
    const { changes } = await audit.query.difference(thing(id), start, new Date());
    expect(changes.map(({ field }) => field)).not.toEqual(expect.arrayContaining(['varchar']));
    expect(changes).toContainEqual({ field: 'int', new: 2 });
  });

  it('what it was before the log began, that it is gone after TRUNCATE, and else says that it does not know', async () => {
    await log.pool.query('alter table things disable trigger all');
    const { id } = await prisma.thing.create({ data: { int: 5 } });
    await log.pool.query('alter table things enable trigger all');
    const early = new Date();
    await pause();
    await audit.flush();
    expect(await audit.query.asOf(thing(id), new Date())).toEqual({ resource: thing(id), at: expect.any(Date), is: 'unknown', incomplete: [] }); // prettier-ignore
    await prisma.thing.update({ where: { id }, data: { int: 6 } });
    await audit.flush();
    expect(await audit.query.asOf(thing(id), early)).toMatchObject({ is: 'there', values: { int: 5 } });
    await pause();
    const late = new Date();
    await pause();
    await log.pool.query('truncate things');
    await audit.flush();
    await pause();
    expect(await audit.query.asOf(thing(id), late)).toMatchObject({ is: 'there', values: { int: 6 } });
    expect(await audit.query.asOf(thing(id), new Date())).toMatchObject({ is: 'absent', entry: { action: 'Thing.truncate' } }); // prettier-ignore
    expect(await audit.query.as({ tenants: [''], actions: (name) => name !== 'Thing.truncate', actor: { id: 'x' } }).asOf(thing(id), late)).toMatchObject({ incomplete: [{ why: 'hidden' }] }); // prettier-ignore
  });
});

async function changed(first: object, second: object): Promise<number> {
  const { id } = await prisma.thing.create({ data: first });
  if (Object.keys(second).length > 0) await prisma.thing.update({ where: { id }, data: second });
  return id;
}

function same(a: unknown, b: unknown): boolean {
  const said = (value: unknown): string => JSON.stringify([value], (_name, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each === undefined ? 'undefined' : each)); // prettier-ignore
  return said(a) === said(b);
}

describe('of many entries the log knows', () => {
  const tenant = 'acme';
  beforeAll(async () => {
    for (let i = 0; i < 240; i += 1) {
      const context = newContext({ actor: { id: `user-${i % 5}` }, ip: `203.0.113.${i % 3}`, tenant });
      const at = { occurredAt: new Date(START + i * 600_000) };
      if (i % 4 === 0) audit.record({ action: 'auth.login', outcome: 'failure', ...at }, { context });
      if (i % 4 === 1) audit.record({ action: 'file.open', outcome: i % 8 === 1 ? 'denied' : 'failure', ...at }, { context }); // prettier-ignore
      if (i % 4 === 2) audit.record({ action: 'Patient.read', details: { ids: [`${i % 3}`, '9'], note: '"7"' }, ...at }, { context }); // prettier-ignore
      if (i % 4 === 3) audit.record({ action: 'Patient.read', resource: { type: 'Patient', id: i % 3 }, ...at }, { context }); // prettier-ignore
    }
    audit.record({ action: 'audit.exported' }, { context: newContext({ tenant }) }); // by whoever
    for await (const _ of audit.export({ tenant, action: 'file.open' }));
    await audit.flush();
  });

  it('who saw one', async () => {
    const all = (await audit.query.find({ tenant, action: 'Patient.read', limit: 500 })).entries;
    for (const id of ['0', '1', '2', '9', '7']) {
      const wanted = all.filter(({ resource, details }) => resource?.id === id || (details?.['ids'] as string[])?.includes(id)); // prettier-ignore
      const found = [];
      let cursor: string | undefined;
      do {
        const page = await audit.query.whoSaw({ type: 'Patient', id }, { tenant, limit: 7, ...(cursor ? { cursor } : {}) }); // prettier-ignore
        found.push(...page.entries);
        cursor = page.next;
      } while (cursor !== undefined);
      expect(found.map(({ seq }) => seq)).toEqual(wanted.map(({ seq }) => seq));
      expect(found.length > 0).toBe(id !== '7');
    }
    await expect(audit.query.whoSaw({ type: 'Patient' }, { tenant })).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' }); // prettier-ignore
  });

  it('who failed how often within a window, and who at least so often', async () => {
    const all = (await audit.query.find({ tenant, failures: true, limit: 500 })).entries.filter(({ outcome, action }) => outcome === 'denied' || action === 'auth.login'); // prettier-ignore
    const to = new Date(START + 200 * 600_000);
    for (const [by, member] of [['actor', 'id'], ['address', 'ip']] as const)
      for (const [within, atLeast] of [[1e11, 1], [1e11, 19], [36_000_000, 3]] as const) {
        const counts = new Map<string, number>();
        for (const { actor, occurredAt } of all) {
          const at = Date.parse(`${occurredAt.slice(0, 23)}Z`);
          const key = JSON.stringify(actor?.[member] ?? null).replaceAll('"', '');
          if (at < to.getTime() && at >= to.getTime() - within) counts.set(key, (counts.get(key) ?? 0) + 1);
        }
        const wanted = [...counts].filter(([, n]) => n >= atLeast).toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)); // prettier-ignore
        const { groups, stoppedAt } = await audit.query.failures({ tenant, by, within, atLeast, to });
        expect(groups.map(({ key, count }) => [key, count])).toEqual(wanted);
        expect(stoppedAt).toBeUndefined();
        for (const { first, last } of groups) expect(first.getTime()).toBeLessThanOrEqual(last.getTime());
      }
  }); // prettier-ignore

  it('at which hours what was done, in a zone', async () => {
    const all = (await audit.query.find({ tenant, actor: 'user-1', limit: 500 })).entries;
    for (const [zone, offset] of [['UTC', 0], ['Asia/Kolkata', 5.5]] as const) {
      const { cells } = await audit.query.pattern({ tenant, actor: 'user-1', zone });
      const counts = new Map<string, number>();
      for (const { occurredAt, action } of all) {
        const hour = new Date(Date.parse(`${occurredAt.slice(0, 23)}Z`) + offset * 3_600_000).getUTCHours();
        counts.set(`${hour} ${action}`, (counts.get(`${hour} ${action}`) ?? 0) + 1);
      }
      expect(Object.fromEntries(cells.map(({ hour, action, count }) => [`${hour} ${action}`, count]))).toEqual(Object.fromEntries(counts)); // prettier-ignore
    }
  }); // prettier-ignore

  it('what is around one, in its chain', async () => {
    const { entries } = await audit.query.find({ tenant, limit: 500, order: 'oldest' });
    const inChain = entries.toSorted((a, b) => a.seq - b.seq);
    for (const place of [0, 1, 100, inChain.length - 1]) {
      const near = await audit.query.around(inChain[place]?.id ?? '', 5, { tenant });
      expect(near?.entry.seq).toBe(place);
      expect(near?.before.map(({ seq }) => seq)).toEqual(inChain.slice(Math.max(0, place - 5), place).map(({ seq }) => seq)); // prettier-ignore
      expect(near?.after.map(({ seq }) => seq)).toEqual(inChain.slice(place + 1, place + 6).map(({ seq }) => seq));
    }
    expect(await audit.query.around(entries[3]?.id ?? '', 5)).toBeUndefined(); // of another tenant
    expect(await audit.query.entry(entries[3]?.id ?? '', { tenant })).toEqual(entries[3]);
    // What an application says of itself is no export: a role that took entries along says so by a function of the log.
    expect((await audit.query.exports({ tenant })).entries).toEqual([]);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['an id that is none', () => audit.query.entry('x')],
    ['a thousand around', () => audit.query.around('0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00', 1000)],
    ['a record without an id', () => audit.query.asOf({ type: 'Thing' }, new Date())],
    ['no moment', () => audit.query.asOf(thing(1), 'now' as never)],
    ['a moment that is none', () => audit.query.difference(thing(1), new Date(), new Date('x'))],
    ['a zone that there is not', () => audit.query.pattern({ zone: 'Mars/Olympus' })],
    ['an offset for a zone', () => audit.query.pattern({ zone: '+02:00' })],
    ['SQL for a zone', () => audit.query.pattern({ zone: `UTC'; drop table audit.entry` })],
    ['failures by what is not counted', () => audit.query.failures({ by: 'tenant' as never, within: 1 })],
    ['failures of no window', () => audit.query.failures({ by: 'actor' } as never)],
    ['failures with more', () => audit.query.failures({ by: 'actor', within: 1, having: 2 } as never)],
    ['nothing', () => audit.query.failures(undefined as never)],
    ['another tenant in a place for none', () => audit.query.entry('0b5e7a4c-6a53-4d9f-8b7e-0d2a4c1f9e00', { tenants: 'x' } as never)], // prettier-ignore
  ])('and refuses %s', async (_name, ask) => {
    await expect(ask()).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID' });
  });
});
