import { describe, expect, it } from '@jest/globals';
import { FLAGS, SOURCES } from '../../../src/event/types.js';
import { explain, gapOf, spanText } from '../../../src/viewer/page/explain.js';
import { plain } from '../../../src/viewer/page/fill.js';
import { flagSentences, how } from '../../../src/viewer/page/entry-texts.js';
import { madeEntry } from './made-entry.js';

const said = (...of: Parameters<typeof explain>): string[] => explain(...of).map(({ parts }) => plain(parts));
const none = {
  model: 'User',
  operation: 'update' as const,
  redacted: [],
  masked: {},
  cut: {},
  ignored: [],
  asText: {},
};

describe('how we know it', () => {
  it('names transaction, delay, place and chain', () => {
    expect(said(madeEntry({ tx: '0a1b2c3d.777' }))).toEqual([
      'Captured by a trigger of the database in the transaction that made the change (0a1b2c3d.777), whoever made it.',
      'Sealed 340 ms after it happened, as entry 1,024 of chain shop/1. Each entry of the chain has the hash of the one before it.',
    ]);
  });

  it.each([...SOURCES, 'unreadable'] as const)('has words for the source %s', (source) => {
    expect(said(madeEntry({ source }))[0]).toBe(how[source].replace('{tx}', 'no number is known'));
  });

  it.each(FLAGS)('has words for the flag %s', (flag) => {
    expect(said(madeEntry({ flags: [flag] }))).toContain(flagSentences[flag]);
    expect(flagSentences[flag]).toMatch(/\w{4}/);
  });

  it.each([
    ['2026-12-01T09:00:00.000Z', 'Sealed as entry 1,024 of chain shop/1, by a clock that stood 1 h before', true],
    ['2026-12-01T10:01:00.463Z', 'Sealed 60 s after it happened', false],
    [null, 'Sealed as entry 1,024 of chain shop/1, nobody knows when', true],
  ])('sealed at %s', (sealedAt, expected, isWarning) => {
    const seal = explain(madeEntry({ sealedAt })).find(({ kind }) => kind === 'seal');
    expect(plain(seal?.parts ?? [])).toContain(expected);
    expect(seal?.isWarning).toBe(isWarning);
  });

  it('says of a long delay what it can mean', () => {
    expect(said(madeEntry({ sealedAt: '2026-12-01T10:01:00.463Z' }))[1]).toContain('the sealer was away');
    expect(said(madeEntry())[1]).not.toContain('the sealer was away');
  });
});

describe('what is not shown', () => {
  it('is named by its field and reason', () => {
    const change = {
      ...none,
      redacted: ['password', 'meta.key'],
      masked: { new: { phone: '…1' } },
      cut: { old: { pdf: {} } },
      ignored: ['seen'],
    };
    expect(said(madeEntry({ change })).slice(2)).toEqual([
      'Never stored, since it may be secret: password, meta.key',
      'Only the last characters were stored: phone',
      'Too large to be stored; size and hash are: pdf',
      'Not logged, as the application has it: seen',
    ]);
    expect(said(madeEntry({ details: { token: '[redacted]', a: 1 } }))).toContain(
      'Never stored, since it may be secret: token',
    );
  });

  it('is bounded', () => {
    const redacted = Array.from({ length: 10_000 }, (_, i) => `f${i}`);
    expect(said(madeEntry({ change: { ...none, redacted } }))[2]).toMatch(/f11 \+ 9,988$/);
  });

  it('is erased, not opened, or was never there', () => {
    const opened = { salt: '', bytes: '' };
    expect(said(madeEntry(), { actor: 'erased', data: 'not opened' }).slice(2)).toEqual([
      'The section actor was erased. Its seal stays, and shows that it was there.',
      'The section data is not opened to you whole.',
    ]);
    expect(said(madeEntry(), { actor: opened, data: 'never was' })).toHaveLength(2);
  });

  it('is what cannot be understood', () => {
    const unreadable = [
      { at: 'body.flags', why: 'unknown', found: '\u001b[31m' },
      { at: 'data', why: 'not-json' },
      { at: 'x', why: 'constructor' as never },
    ] as const;
    expect(said(madeEntry({ unreadable })).slice(2)).toEqual([
      'body.flags cannot be understood: no version of this log knows it. There stands \u001b[31m',
      'data cannot be understood: it is no JSON',
      'x cannot be understood: constructor',
    ]);
  });
});

it.each([[0, '0 ms'], [999, '999 ms'], [1_000, '1 s'], [59_999, '59 s'], [119_999, '119 s'], [120_000, '2 min'], [3_600_000, '1 h'], [172_800_000, '2 days'], [1e12, '11,574 days']])('%d ms are %s', (ms, expected) => expect(spanText(ms)).toBe(expected)); // prettier-ignore

it('no gap is known where a time is missing', () => expect(gapOf(madeEntry({ occurredAt: '' }))).toBeUndefined());
