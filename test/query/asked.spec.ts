import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAudit, type Audit } from '../../src/compose/index.js';
import { newContext } from '../../src/context/index.js';
import type { AuditEntry, AuditQuery, FailuresQuestion, ReaderScope, ScopedReader } from '../../src/query/index.js';
import { levelsWorld, type LevelsWorld } from '../store/levels-world.js';

const ID = '01a230ce-6fe7-72c4-8000-000c04120af4';
let world: LevelsWorld;
let audit: Audit;
beforeAll(async () => {
  world = await levelsWorld();
  await world.reconcile();
  const { app, sealer, reader } = world.roles;
  audit = createAudit({ databaseUrl: world.urlOf(app), sealerUrl: world.urlOf(sealer), readerUrl: world.urlOf(reader), flushIntervalMs: 1, seal: { minWaitMs: 1 } }); // prettier-ignore
  for (const tenant of ['acme', 'globex', ''])
    audit.record({ action: `${tenant || 'none'}.did`, outcome: 'denied', resource: { type: 'Invoice', id: '1' } }, { context: newContext({ actor: { id: 'ann' }, tenant }) }); // prettier-ignore
  await audit.flush();
});
afterAll(async () => {
  await audit?.close();
  await world?.close();
});

const SCOPE: ReaderScope = { tenants: ['acme', 'globex', ''], actor: { id: 'u-7' } };
const RECORD = { type: 'Invoice', id: '1' };

const already = new Set<string>();
/** Filters of what reading has left since it was last asked for, in all chains. */
async function told(): Promise<readonly (readonly [tenant: string, filter: object])[]> {
  await audit.flush();
  const left: AuditEntry[] = [];
  for (const tenant of ['acme', 'globex', ''])
    for (const action of ['audit.read', 'audit.exported'])
      left.push(...(await audit.query.find({ tenant, action, limit: 500 })).entries);
  const found = left.filter(({ id }) => !already.has(id));
  for (const { id } of found) already.add(id);
  return found.map(({ tenant, details }) => [tenant, details?.['filter'] as object]);
}

async function drain(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function firstOf(lists: AsyncIterable<unknown>): Promise<unknown> {
  for await (const list of lists) return list;
  return undefined;
}

/** Each question with conditions of a caller's. */
const QUESTIONS: readonly (readonly [name: string, ask: (reader: ScopedReader, query: AuditQuery) => Promise<unknown>])[] = [
  ['find', (reader, query) => reader.find(query)],
  ['count', (reader, query) => reader.count(query)],
  ['history', (reader, query) => reader.history(RECORD, query)],
  ['group', (reader, query) => reader.group(ID, query)],
  ['entry', (reader, query) => reader.entry(ID, query)],
  ['around', (reader, query) => reader.around(ID, 3, query)],
  ['asOf', (reader, query) => reader.asOf(RECORD, new Date(), query)],
  ['difference', (reader, query) => reader.difference(RECORD, new Date(0), new Date(), query)],
  ['revert', (reader, query) => reader.revert(ID, query)],
  ['whoSaw', (reader, query) => reader.whoSaw(RECORD, query)],
  ['failures', (reader, query) => reader.failures(Object.assign(query, { by: 'actor', within: 1e9 } as const))],
  ['pattern', (reader, query) => reader.pattern(query)],
  ['facets', (reader, query) => reader.facets(query)],
  ['overview', (reader, query) => reader.overview(query)],
  ['exports', (reader, query) => reader.exports(query)],
  ['leaving', (reader, query) => reader.leaving('export', query)],
  ['sealed', (reader, query) => reader.sealed([ID], query)],
  ['tail', (reader, query) => firstOf(reader.tail(query, { after: -1 }))],
  ['export', (reader, query) => drain(audit.export(query, { reader }))],
]; // prettier-ignore

describe('a question is what it was when it was asked', () => {
  it.each(QUESTIONS)('%s, whatever becomes of its object', async (_name, ask) => {
    await told();
    const reader = audit.query.as(SCOPE);
    const query: { tenant: string } = { tenant: 'acme' };
    const answer = ask(reader, query);
    query.tenant = 'nowhere';
    expect(JSON.stringify((await answer) ?? null)).not.toMatch(/nowhere|globex/);
    // A tail leaves one at its start, and one at its end.
    expect([...new Set((await told()).map(([tenant, filter]) => `${tenant} ${Reflect.get(filter, 'tenant')}`))]).toEqual(['acme acme']); // prettier-ignore
  });

  it('also of times, lists, records, and of who asks', async () => {
    const [from, source, resource] = [new Date(0), ['record' as const], { type: 'Invoice', id: ['1'] as (string | Date)[] }]; // prettier-ignore
    const scope = { tenants: ['acme'], actor: { id: 'u-8' } };
    const reader = audit.query.as(scope);
    const answer = reader.count({ from, source, resource });
    from.setTime(Number.NaN);
    source.length = 0;
    resource.id[0] = 'x';
    scope.actor.id = 'nobody';
    scope.tenants[0] = 'globex';
    await answer;
    expect(await told()).toEqual([['acme', { from: '1970-01-01T00:00:00.000Z', source: ['record'], resource: { type: 'Invoice', id: '["1"]' } }]]); // prettier-ignore
    const { entries } = await audit.query.find({ tenant: 'acme', action: 'audit.read', limit: 1 });
    expect(entries[0]?.details?.['reader']).toEqual({ id: 'u-8' });
  });

  it('an export, for all of its pages', async () => {
    const query = { tenant: 'acme' };
    const bytes = audit.export(query, { pageSize: 1 });
    query.tenant = 'globex';
    const lines = (await drain(bytes)).trim().split('\n');
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.filter((line) => !line.includes('"tenant":"acme"'))).toEqual([]);
    expect((await told()).at(-1)).toEqual(['acme', { tenant: 'acme' }]);
  });

  it.each(QUESTIONS)('%s is of the members of its object: what a class gives it is refused', async (_name, ask) => {
    await told();
    const reader = audit.query.as(SCOPE);
    class Getter {
      get tenant(): string {
        return 'globex';
      }
    }
    const hidden = Object.defineProperty({}, 'tenant', { value: 'globex', enumerable: false });
    for (const query of [Object.create({ tenant: 'globex' }) as object, Object.create({ allTenants: true }) as object, new Getter(), hidden]) // prettier-ignore
      await expect((async () => ask(reader, query))()).rejects.toMatchObject({ code: 'AUDIT_QUERY_INVALID', message: expect.stringContaining('no member of the object itself') }); // prettier-ignore
    expect(await told()).toEqual([]);
    class Fields {
      readonly tenant = 'globex';
    }
    await ask(reader, new Fields());
    await ask(reader, Object.assign(Object.create(null) as object, { tenant: 'acme' }));
    expect([...new Set((await told()).map(([tenant]) => tenant))].toSorted()).toEqual(['acme', 'globex']);
  });

  it('a getter is read once', async () => {
    let reads = 0;
    const query = { get tenant() { return (reads += 1) % 2 ? 'acme' : 'globex'; } }; // prettier-ignore
    const { entries } = await audit.query.as(SCOPE).find(query);
    expect([reads, new Set(entries.map(({ tenant }) => tenant))]).toEqual([1, new Set(['acme'])]);
    expect(await told()).toEqual([['acme', { tenant: 'acme' }]]);
  });
});

type Bad = readonly [name: string, ask: (reader: ScopedReader) => Promise<unknown>, message: RegExp];
const nothing = undefined as never; // what JavaScript hands in
const NO_TIME = new Date(Number.NaN);
const BAD: readonly Bad[] = [
  ['a unit of work that is none', (reader) => reader.group(nothing), /group must be a UUID/],
  ['the history of nothing', (reader) => reader.history(nothing), /must have an id/],
  ['the history of a type', (reader) => reader.history({ type: 'Invoice' }), /must have an id/],
  ['the history of null', (reader) => reader.history({ type: 'Invoice', id: null }), /must have an id/],
  ['the state of nothing', (reader) => reader.asOf(nothing, new Date()), /must have an id/],
  ['the difference of nothing', (reader) => reader.difference(nothing, new Date(0), new Date()), /must have an id/],
  ['who saw nothing', (reader) => reader.whoSaw(nothing), /must have an id/],
  ['who saw a type', (reader) => reader.whoSaw({ type: 'Invoice' }), /must have an id/],
  ['the id of a class', (reader) => reader.find({ resource: Object.assign(Object.create({ id: 1 }), { type: 'Invoice' }) as never }), /id is no member/],
  ['an order of a history', (reader) => reader.history(RECORD, { order: 'newest' } as never), /order is said by the question/],
  ['another record of a history', (reader) => reader.history(RECORD, { resource: RECORD } as never), /resource is said/],
  ['another group', (reader) => reader.group(ID, { group: ID } as never), /group is said/],
  ['an action of exports', (reader) => reader.exports({ action: 'x' } as never), /action is said/],
  ['a source of exports', (reader) => reader.exports({ source: 'change' } as never), /source is said/],
  ['a mark of exports', (reader) => reader.exports({ mark: 'x' } as never), /mark is said/],
  ['an action of who saw', (reader) => reader.whoSaw(RECORD, { action: 'x.y' } as never), /action is said/],
  ['an action of a state', (reader) => reader.asOf(RECORD, new Date(), { action: 'x.y' } as never), /action is said/],
  ['a record whose id is no time', (reader) => reader.find({ resource: { type: 'Invoice', id: NO_TIME } }), /resource must be/],
  ['a record with no time in its id', (reader) => reader.history({ type: 'Invoice', id: ['a', NO_TIME] }), /resource must be/],
  ['a state of such', (reader) => reader.asOf({ type: 'Invoice', id: NO_TIME }, new Date()), /resource must be/],
  ['who saw such', (reader) => reader.whoSaw({ type: 'Invoice', id: [NO_TIME] }), /resource must be/],
  ['failures of ever', (reader) => reader.failures({ by: 'actor', within: 9e15 }), /within must not reach/],
  ['failures to the end of time', (reader) => reader.failures({ by: 'actor', within: 8.64e15, to: new Date(-1) }), /within must not reach/],
  ['failures of nothing', (reader) => reader.failures(null as unknown as FailuresQuestion), /by must be/],
  ['leaving of another kind', (reader) => reader.leaving('boo' as never, {}), /'export' or a 'proof'/],
  ['leaving of no number', (reader) => reader.leaving('proof', {}, Number.NaN), /count must be/],
  ['seals of nothing', (reader) => reader.sealed(nothing), /ids must be/],
  ['conditions that are null', (reader) => reader.entry(ID, null as never), /a query is an object/],
  ['an export for an object', (reader) => drain(audit.export({}, { reader, by: { id: { a: 1 } } as never })), /by has text/],
  ['an export for more', (reader) => drain(audit.export({}, { reader, by: { id: 'a', admin: true } as never })), /by has text/],
  ['an export for nobody', (reader) => drain(audit.export({}, { reader, by: { id: nothing } })), /by must say who/],
]; // prettier-ignore

describe('what cannot be asked is refused with what to ask', () => {
  it.each(BAD)('%s', async (_name, ask, message) => {
    await told();
    const reader = audit.query.as({ tenants: ['acme'], actor: { id: 'u-7' } });
    const code = expect.stringMatching(/^AUDIT_(QUERY|OPTIONS)_INVALID$/);
    await expect((async () => ask(reader))()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await told()).toEqual([]);
  });
});
