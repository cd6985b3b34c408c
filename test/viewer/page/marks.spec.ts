import { describe, expect, it } from '@jest/globals';
import type { SealedAnswer, SealedListAnswer, ShownEntry } from '../../../src/viewer/answers.js';
import { checkPage } from '../../../src/viewer/page/check/check-page.js';
import { findingOf } from '../../../src/viewer/page/check/finding.js';
import { checkSeal } from '../../../src/viewer/page/check/seal.js';
import { goOnBehind, besideInList, rememberList } from '../../../src/viewer/page/parts/last-list.js';
import { SECTIONS, sealedEntry } from '../support/sealed-entry.js';
import { madeEntry } from './made-entry.js';

const whole = sealedEntry();
const of = (shown: Partial<ShownEntry>, sealed: Partial<SealedAnswer> = {}) =>
  findingOf(checkSeal({ ...whole.entry, ...shown }, { ...whole.sealed, ...sealed }));
const section = (name: 'actor' | 'data', bytes: string): Partial<SealedAnswer> => {
  const { sections } = whole.sealed;
  return {
    sections: { ...sections, [name]: { ...(sections[name] as object), bytes: Buffer.from(bytes).toString('base64') } },
  };
};

describe('what of an entry is not what was sealed', () => {
  it('is nothing where all of it matches, or cannot be told', () => {
    expect(of({})).toBeUndefined();
    expect(of({}, { sections: { actor: 'not opened', data: 'not opened' } })).toBeUndefined();
    expect(of({}, { next: 'none' })).toBeUndefined();
  });

  it.each<[string, Partial<ShownEntry>, Partial<SealedAnswer>, string]>([
    ['a byte of the leaf', {}, { leaf: whole.sealed.leaf.replace('warning', 'warninh') }, 'open actor data'],
    ['the data', {}, section('data', SECTIONS.data.replace('APPROVED', 'REJECTED')), 'data'],
    ['the actor', {}, section('actor', SECTIONS.actor.replace('ann', 'bob')), 'actor'],
    ['a value that is shown', { new: { status: 'PAID' } }, {}, 'data'],
    ['who is shown', { actor: { id: 'bob' } }, {}, 'actor'],
    ['an action that is shown', { action: 'Invoice.delete' }, {}, 'open'],
    ['a reason that nobody gave', { reason: 'because' }, {}, 'data'],
    ['the entry before', {}, { before: 'none' }, ''],
  ])('%s is named, and what it puts in doubt', (_name, shown, sealed, expected) => {
    const { what, isOpen, isActor, isData } = of(shown, sealed) ?? { what: 'nothing' };
    expect([isOpen && 'open', isActor && 'actor', isData && 'data'].filter(Boolean).join(' ')).toBe(expected);
    expect(what).toMatch(/^(the|what)/);
  });
});

describe('the seals of a list', () => {
  it('are asked for 50 at a time and by tenant, and each row has its own', async () => {
    const rows = Array.from({ length: 120 }, (_, at) => ({ ...whole.entry, tenant: at < 20 ? 'globex' : 'acme', id: `${at}` }));
    const asked: string[] = [];
    const ask = async (_path: string, query: URLSearchParams): Promise<SealedListAnswer> => {
      asked.push(`${query.get('tenant')} ${query.getAll('id').length}`);
      return { sealed: {} };
    };
    const found = await checkPage({ ask } as unknown as Parameters<typeof checkPage>[0], rows, {});
    expect(asked).toEqual(['globex 20', 'acme 50', 'acme 50']);
    expect([...found.values()]).toEqual(rows.map(() => 'unchecked'));
  }); // prettier-ignore

  it('differ where one does, and are right where a row leaves values out', async () => {
    const { old: _old, new: _new, changes: _changes, change: _change, ...rest } = whole.entry;
    const rows = [whole.entry, { ...whole.entry, outcome: 'failure' }, { ...rest, changes: whole.entry.changes.map(({ field }) => ({ field })), abridged: true }] as ShownEntry[];
    const ask = async () => ({ sealed: { [whole.entry.id]: whole.sealed } });
    const found = await checkPage({ ask } as unknown as Parameters<typeof checkPage>[0], rows, {});
    expect(rows.map((row) => found.get(row))).toEqual(['ok', 'differs', 'ok']);
  }); // prettier-ignore
});

describe('from one entry of a list to the next', () => {
  const entries = Array.from({ length: 30 }, (_, at) => madeEntry({ id: `${at}` }));

  let kept = 0;
  const listOf = (load: () => { entries: readonly ShownEntry[]; hasMore: boolean }) => ({
    load: async () => load(),
    keep: () => {
      kept += 1;
      return () => void (kept -= 1);
    },
  });

  it('the list is loaded on near to its end, and ends where there is no more', async () => {
    let pages = 0;
    rememberList(entries.slice(0, 10), listOf(() => ({ entries: entries.slice(0, (pages += 1) < 3 ? 10 : 20), hasMore: pages < 4 }))); // prettier-ignore
    expect(await goOnBehind('2')).toBe(false);
    expect([pages, besideInList('9').after, besideInList('9').isLast]).toEqual([0, undefined, false]);
    // Pages that have nothing of what is looked for.
    expect(await goOnBehind('9')).toBe(true);
    expect([pages, besideInList('9').after?.id, besideInList('19').isLast]).toEqual([3, '10', false]);
    expect(await goOnBehind('19')).toBe(false);
    expect([pages, besideInList('19').isLast, besideInList('elsewhere').isLast]).toEqual([4, true, false]);
  });

  it('and one that is no longer there is left as it was; the last alone is kept', async () => {
    rememberList(entries, listOf(() => ({ entries: [], hasMore: false }))); // prettier-ignore
    expect(kept).toBe(1);
    expect(await goOnBehind('29')).toBe(false);
    expect([besideInList('29').before?.id, besideInList('29').isLast]).toEqual(['28', true]);
    rememberList(entries);
    expect(kept).toBe(0);
  });
});
