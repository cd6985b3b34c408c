import { describe, expect, it } from '@jest/globals';
import type { ShownEntry } from '../../../src/viewer/answers.js';
import { barsOf, stepOf, topOf } from '../../../src/viewer/page/hours.js';
import { readVerdict } from '../../../src/viewer/page/level.js';
import { knownValues, readCondition, suggestionsFor } from '../../../src/viewer/page/suggest.js';
import { isOwnRead, leavesOutReads } from '../../../src/viewer/page/own-reads.js';
import { readWhere, writeWhere } from '../../../src/viewer/page/routes.js';
import { has, shortly, summaryOf } from '../../../src/viewer/page/summary.js';
import { toneOfAction, toneOfOutcome } from '../../../src/viewer/page/tone.js';

const entry = (members: Partial<ShownEntry>): ShownEntry => ({
  id: '1',
  origin: 'o',
  seq: 1,
  hash: '',
  occurredAt: '',
  sealedAt: null,
  tenant: '',
  source: 'change',
  action: 'Invoice.update',
  outcome: 'success',
  flags: [],
  changes: [],
  ...members, // prettier-ignore
});

describe('what was typed', () => {
  it.each([
    ['actor:ada', { name: 'actor', value: 'ada' }],
    [' Action : "a b" ', { name: 'action', value: 'a b' }],
    ['resource:Invoice/42/7', { name: 'resource', value: 'Invoice:42/7' }],
    ['resource:Invoice:42', { name: 'resource', value: 'Invoice:42' }],
    ['requestid:x', { name: 'requestId', value: 'x' }],
    ['failures:no', { name: 'failures', value: 'true' }],
    ['https://example.com', undefined],
    ['actor:', undefined],
    ['ada', undefined],
  ])('%p is the filter %p', (text, expected) => expect(readCondition(text)).toEqual(expected));

  const known = knownValues(
    { action: [{ value: 'invoice.approve', count: 3 }, { value: null, count: 9 }], outcome: [], source: [], actor: [{ value: 'ada', count: 2 }], resourceType: [], walked: 5, isExact: true }, // prettier-ignore
    ['billing'],
  );

  it('nothing offers names, a beginning names and values with their counts, and last the search', () => {
    expect(suggestionsFor('', known)[0]).toEqual({ kind: 'name', name: 'actor' });
    expect(suggestionsFor('a', known).slice(0, 3)).toEqual(['actor', 'address', 'action'].map((name) => ({ kind: 'name', name }))); // prettier-ignore
    expect(suggestionsFor('approve', known)).toEqual([
      { kind: 'condition', condition: { name: 'action', value: 'invoice.approve' }, count: 3 },
      { kind: 'search', text: 'approve' },
    ]);
  });

  it.each([
    ['invoice 1010', 'Invoice:1010'],
    ['INVOICE  inv/7', 'Invoice:inv/7'],
    ['Invoice#7', 'Invoice:7'],
    ['invoices 1010', undefined],
    ['invoice', undefined],
    ['invoice 10 10', undefined],
    ['constructor 1', undefined],
  ])('%p offers the record %p, before the search', (text, expected) => {
    const types = { resource: [{ value: 'Invoice', count: 3 }] };
    const offered = suggestionsFor(text, types);
    expect(offered.at(-1)).toEqual({ kind: 'search', text });
    expect(offered.some((each) => each.kind === 'condition' && each.condition.value === expected)).toBe(expected !== undefined); // prettier-ignore
    if (expected !== undefined) expect(offered[0]).toEqual({ kind: 'condition', condition: { name: 'resource', value: expected } }); // prettier-ignore
  });

  it('a name and a beginning offers values, and what was typed where the set is open', () => {
    const of = (text: string): unknown[] => suggestionsFor(text, known).map((each) => each.kind === 'condition' && each.condition.value); // prettier-ignore
    expect(of('outcome:d')).toEqual(['denied']);
    expect(of('outcome:nonsense')).toEqual([]);
    expect(of('actor:a')).toEqual(['ada', 'a']);
    expect(of('actor:ada')).toEqual(['ada']);
  });
});

describe('reads of the log itself', () => {
  it('are those that the log writes, and no event of that name', () => {
    const of = (source: ShownEntry['source'], action: string): boolean => isOwnRead(entry({ source, action }));
    expect([of('read', 'audit.read'), of('record', 'audit.read'), of('read', 'audit.exported')]).toEqual([true, false, false]); // prettier-ignore
  });

  it.each([
    ['', true],
    ['reads=1', false],
    ['reads=0', true],
    ['action=audit.read', false],
    ['action=audit.*', false],
    ['action=invoice.*', true],
    ['source=read', false],
    ['source=change&source=read', false],
    ['source=change', true],
  ])('with %p the list leaves them out: %p', (query, expected) => {
    expect(leavesOutReads(readWhere('', query, ''))).toBe(expected);
    const { more } = readWhere('', query, '');
    expect(readWhere('', writeWhere(readWhere('', query, '')), '').more).toEqual(more);
  });
});

describe('a row', () => {
  it('says two fields that matter, and how many there are besides', () => {
    const changes = [{ field: 'updatedAt', old: 'a', new: 'b' }, { field: 'status', old: 'DRAFT', new: 'SENT' }, { field: 'secret' }, { field: 'note', new: '' }]; // prettier-ignore
    expect(summaryOf(entry({ changes }))).toEqual({
      pieces: [
        { field: 'status', kind: 'changed', old: 'DRAFT', new: 'SENT' },
        { field: 'secret', kind: 'hidden' },
      ],
      more: 2,
    });
  });

  it('says what there is where only a time changed, or nothing', () => {
    expect(summaryOf(entry({ changes: [{ field: 'updatedAt', old: 1, new: 2 }] })).pieces).toHaveLength(1);
    expect(summaryOf(entry({ error: { name: 'E', message: 'no' }, reason: 'because' })).text).toBe('no');
    expect(summaryOf(entry({ details: { http: { method: 'GET', route: '/a', status: 200 } } })).text).toBe(
      'GET /a 200',
    );
    expect(summaryOf(entry({ details: { http: 'x' } })).text).toBe('http x');
    const read = { kind: 'find', reader: { id: '1', email: 'a@b' }, count: 2 };
    expect(summaryOf(entry({ source: 'read', action: 'audit.read', details: read })).text).toBe('a@b: find, 2 entries');
    expect(summaryOf(entry({ source: 'read', action: 'audit.read', details: { reader: 7 } })).text).toBe(
      'anonymous: ?',
    );
    expect(summaryOf(entry({}))).toEqual({ pieces: [], more: 0 });
  });

  it('is short, whatever is stored', () => {
    expect(shortly('x'.repeat(1_000_000))?.length).toBeLessThan(100);
    expect(shortly(null)).toBe('null');
    expect(shortly(undefined)).toBeUndefined();
  });

  it('is found by text of any of its members', () => {
    expect(has(entry({ reason: 'Wrong Password' }), 'wrong pass')).toBe(true);
    expect(has(entry({}), 'wrong pass')).toBe(false);
  });

  it('is coloured by its verb, and an outcome that is not known is none of the good ones', () => {
    const own = [
      'access.entry',
      'access.exit',
      'access.denied',
      'audit.read',
      'auth.login',
      'journal.entry',
      'role.added',
    ];
    expect(own.map((name) => toneOfAction(name))).toEqual([
      { tone: 'plain', sign: '→' },
      { tone: 'plain', sign: '←' },
      expect.objectContaining({ tone: 'warn' }),
      { tone: 'plain' },
      { tone: 'plain' },
      { tone: 'plain' },
      expect.objectContaining({ tone: 'ok', sign: '+' }),
    ]);
    expect(['Invoice.create', 'user.deleted', 'invoice.approve', 'create'].map((name) => toneOfAction(name).tone)).toEqual(['ok', 'bad', 'plain', 'ok']); // prettier-ignore
    expect(['success', 'unreadable', 'constructor'].map((name) => toneOfOutcome(name).tone)).toEqual(['plain', 'bad', 'bad']); // prettier-ignore
    expect([readVerdict('VERIFIED').tone, readVerdict('verified!').word, readVerdict({}).tone]).toEqual(['ok', 'unknown', 'warn']); // prettier-ignore
  });
});

describe('bars', () => {
  const now = Date.parse('2026-12-01T12:30:00Z');

  it('are there for hours without entries too, up to now', () => {
    const bars = barsOf([{ at: '2026-12-01T11:00:00.000Z', count: 5, failed: 1 }, { at: '2020-01-01T00:00:00Z', count: 9, failed: 9 }], 24, now); // prettier-ignore
    expect(bars).toHaveLength(24);
    expect(bars.at(-1)).toEqual({ at: Date.parse('2026-12-01T12:00:00Z'), count: 0, failed: 0 });
    expect(bars.at(-2)).toMatchObject({ count: 5, failed: 1 });
    expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  });

  it('stand for more than an hour where there would be too many', () => {
    expect(stepOf(720)).toBe(6 * 3_600_000);
    const bars = barsOf([{ at: '2026-12-01T07:00:00Z', count: 2, failed: 0 }, { at: '2026-12-01T11:00:00Z', count: 3, failed: 0 }], 720, now); // prettier-ignore
    expect(bars.length).toBeLessThan(130);
    expect(bars.at(-2)?.count).toBe(5);
  });

  it.each([
    [0, 4],
    [4, 4],
    [7, 8],
    [11, 20],
    [350, 400],
    [999, 1000],
  ])('with %p at most have a scale up to %p', (count, top) => {
    // prettier-ignore
    expect(topOf([{ at: 0, count, failed: 0 }])).toBe(top);
  });
});
