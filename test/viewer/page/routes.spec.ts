import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  absolute,
  FILTERS,
  moveTo,
  questionOf,
  readWhere,
  tenantOf,
  withCondition,
  withoutCondition,
  writeWhere,
  type Condition,
  type Place,
  type Where,
} from '../../../src/viewer/page/routes.js';

const BASE = 'https://app.example/admin/audit/';
const NOW = Date.parse('2026-12-01T12:00:00.000Z');

/** As a browser would: the address is resolved, and what it then has is read. */
function visit(address: string): Where {
  const { pathname, search } = new URL(address, BASE);
  expect(pathname.startsWith('/admin/audit/')).toBe(true);
  return readWhere(pathname.slice('/admin/audit/'.length), search, '');
}

const plain: Where = {
  place: { view: 'timeline' },
  tenant: '',
  conditions: [],
  range: {},
  order: 'newest',
  search: '',
  more: {},
};

describe('an address', () => {
  it.each<[string, Partial<Where>]>([
    ['', {}],
    ['?tenant=acme', { tenant: 'acme' }],
    ['?allTenants=true', { tenant: undefined }],
    ['?actor=a&actor=b', { conditions: [{ name: 'actor', value: 'b' }] }],
    ['?outcome=denied&outcome=failure&outcome=denied', { conditions: [{ name: 'outcome', value: 'denied' }, { name: 'outcome', value: 'failure' }] }], // prettier-ignore
    ['?last=7d&from=2026-01-01T00:00:00Z', { range: { last: '7d' } }],
    ['?last=a%20week&from=2026-01-01', { range: { from: '2026-01-01T00:00:00.000Z' } }],
    ['?from=yesterday', {}],
    ['?order=sideways&density=huge&cols=,,', {}],
    ['?at=2026-01-01&actor=', { more: { at: '2026-01-01' } }],
    ['overview', { place: { view: 'overview' } }],
    ['access/', { place: { view: 'access' } }],
    ['entry/01-2', { place: { view: 'entry', id: '01-2' } }],
    ['entry/', { place: { view: 'nowhere' } }],
    ['record/Invoice/a%2Fb', { place: { view: 'record', type: 'Invoice', id: 'a/b' } }],
    ['record/Invoice?id=..', { place: { view: 'record', type: 'Invoice', id: '..' } }],
    ['actor/%E0%A4%A', { place: { view: 'actor', id: '%E0%A4%A' } }],
    ['elsewhere/x', { place: { view: 'nowhere' } }],
  ])('%s says what it says, and nothing of what is not understood', (address, expected) => {
    expect(visit(address)).toEqual({ ...plain, ...expected });
  });

  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('.', '..', '', '/', '%2e%2e', 'a/../b', '?', '#', '&=+', '\u0000', '\u202e')); // prettier-ignore
  const place: fc.Arbitrary<Place> = fc.oneof(
    fc.constantFrom<Place>({ view: 'timeline' }, { view: 'overview' }, { view: 'access' }),
    fc.record({ view: fc.constant('entry' as const), id: fc.uuid() }),
    fc.record({ view: fc.constant('record' as const), type: text, id: text }),
    fc.record({ view: fc.constant('actor' as const), id: text }),
  );
  const conditions = fc
    .uniqueArray(
      fc.record({ name: fc.constantFrom(...FILTERS), value: fc.string({ unit: 'grapheme', minLength: 1 }) }),
      { selector: ({ name }) => name },
    ) // prettier-ignore
    .map((list) => [...list].sort((a, b) => FILTERS.indexOf(a.name) - FILTERS.indexOf(b.name)));

  it('is read as it was written, whatever ids and values are', () => {
    fc.assert(
      fc.property(place, conditions, fc.option(text, { nil: undefined }), text, (at, list, tenant, search) => {
        const where: Where = { ...plain, place: at, conditions: list, tenant, search, zone: 'Asia/Kathmandu', more: { a: '1' }, range: { last: '24h' } }; // prettier-ignore
        expect(visit(writeWhere(where))).toEqual(where);
      }),
      { numRuns: 500 },
    );
  });

  it('of a lone surrogate is one all the same', () => {
    expect(visit(writeWhere({ ...plain, place: { view: 'actor', id: '\ud800' } })).place).toEqual({ view: 'actor', id: '\ufffd' }); // prettier-ignore
  });

  it('names the tenant always, since who opens it has another usual one', () => {
    expect(writeWhere(plain)).toBe('?tenant=');
    expect(readWhere('', '', undefined).tenant).toBeUndefined();
    expect(readWhere('', '?tenant=', undefined).tenant).toBe('');
  });
});

describe('a filter', () => {
  const denied: Condition = { name: 'outcome', value: 'denied' };

  it('that can be given once takes the place of the one before', () => {
    const where = withCondition(withCondition(plain, { name: 'actor', value: 'a' }), { name: 'actor', value: 'b' });
    expect(where.conditions).toEqual([{ name: 'actor', value: 'b' }]);
  });

  it('that can be given more than once joins the others, once', () => {
    const where = [denied, { name: 'outcome', value: 'failure' } as const, denied].reduce(withCondition, plain);
    expect(where.conditions).toEqual([{ name: 'outcome', value: 'failure' }, denied]);
    expect(withoutCondition(where, denied).conditions).toHaveLength(1);
  });

  it('stays behind when another page is gone to; tenant and zone come along', () => {
    const there = moveTo({ ...plain, tenant: 'acme', zone: 'UTC', conditions: [denied], search: 'x', range: { last: '1h' } }, { view: 'overview' }); // prettier-ignore
    expect(there).toEqual({ ...plain, tenant: 'acme', zone: 'UTC', place: { view: 'overview' } });
  });
});

describe('a question', () => {
  it('has a relative range as it is now, open at its end; a link has it closed', () => {
    expect(questionOf({ ...plain, range: { last: '15m' } }, NOW).toString()).toBe('from=2026-12-01T11%3A45%3A00.000Z');
    expect(absolute({ last: '2d' }, NOW)).toEqual({ from: '2026-11-29T12:00:00.000Z', to: '2026-12-01T12:00:00.000Z' });
    expect(absolute({ from: 'a' }, NOW)).toEqual({ from: 'a' });
  });

  it('has filters by their names, the tenant, and nothing that is the page’s own', () => {
    const where = visit('?tenant=acme&outcome=denied&outcome=failure&q=text&zone=UTC&cols=actor&order=oldest&at=1');
    expect(questionOf(where, NOW).toString()).toBe('tenant=acme&outcome=denied&outcome=failure&order=oldest');
    expect(tenantOf({ tenant: undefined }).toString()).toBe('allTenants=true');
  });
});
