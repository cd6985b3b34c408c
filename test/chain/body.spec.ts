import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeBody } from '../../src/chain/body.js';
import { MAX_MICROS } from '../../src/event/clock.js';
import { LIMITS } from '../../src/event/limits.js';
import { FLAGS, OUTCOMES, SEVERITIES, SOURCES, type Flag } from '../../src/event/types.js';

const fields = {
  id: '019b76da-a800-7000-8000-000000000000',
  occurredAt: 0,
  source: 'record',
  action: 'a',
  outcome: 'success',
  commit: { actor: null, data: null },
} as const;
const digest = fc.option(fc.stringMatching(/^[0-9a-f]{64}$/), { nil: null });

describe('a body', () => {
  it('says again what it was made of', () => {
    const given = fc.record(
      {
        id: fc.uuid({ version: 7 }),
        occurredAt: fc.integer({ min: 0, max: MAX_MICROS }),
        source: fc.constantFrom(...SOURCES),
        action: fc.string({ unit: 'binary' }),
        outcome: fc.constantFrom(...OUTCOMES),
        commit: fc.record({ actor: digest, data: digest }),
        resource: fc.string({ unit: 'binary' }),
        group: fc.uuid(),
        tx: fc.stringMatching(/^[0-9a-f]{8}\.[0-9]{1,20}$/),
        durationMs: fc.maxSafeNat(),
        severity: fc.constantFrom(...SEVERITIES),
      },
      { requiredKeys: ['id', 'occurredAt', 'source', 'action', 'outcome', 'commit'] },
    );
    fc.assert(
      fc.property(given, fc.array(fc.constantFrom(...FLAGS)), (body, flags) => {
        const { occurredAt, ...rest } = JSON.parse(encodeBody({ ...body, flags })) as Record<string, unknown>;
        const { occurredAt: at, ...given2 } = body;
        const sorted = [...new Set(flags)].toSorted();
        expect(rest).toEqual({ ...given2, v: 1, ...(sorted.length > 0 ? { flags: sorted } : {}) });
        expect(Date.parse(occurredAt as string)).toBe(Math.floor(at / 1000));
      }),
    );
  });

  it('leaves out what is absent or undefined, and an empty set of flags', () => {
    const text = encodeBody(fields);
    expect(Object.keys(JSON.parse(text) as object)).toEqual([
      'action',
      'commit',
      'id',
      'occurredAt',
      'outcome',
      'source',
      'v',
    ]);
    const absent = { resource: undefined, group: undefined, tx: undefined, durationMs: undefined, severity: undefined };
    expect(encodeBody({ ...fields, ...absent, flags: [] })).toBe(text);
  });

  it('takes flags in any order, once or twice, out of any iterable', () => {
    const sorted = encodeBody({ ...fields, flags: FLAGS });
    expect(encodeBody({ ...fields, flags: [...FLAGS, ...FLAGS].toReversed() })).toBe(sorted);
    expect(encodeBody({ ...fields, flags: new Set<Flag>(FLAGS.toReversed()) })).toBe(sorted);
    expect(FLAGS.toSorted()).toEqual(FLAGS);
  });

  it('keeps apart a section that never was, and one that is', () => {
    const some = encodeBody({ ...fields, commit: { actor: 'a'.repeat(64), data: null } });
    expect(some).toContain(`"commit":{"actor":"${'a'.repeat(64)}","data":null}`);
  });

  it('stays within its limit with everything as long as it may be', () => {
    // Control characters are the longest: six bytes each.
    const longest = encodeBody({
      ...fields,
      action: '\u0001'.repeat(LIMITS.actionLength * 2),
      resource: '\u0001'.repeat(LIMITS.typeLength),
      group: fields.id,
      tx: `ffffffff.${'9'.repeat(20)}`,
      durationMs: Number.MAX_SAFE_INTEGER,
      severity: 'critical',
      flags: FLAGS,
      commit: { actor: 'f'.repeat(64), data: 'f'.repeat(64) },
    });
    expect(Buffer.byteLength(longest)).toBeLessThan(LIMITS.bodyBytes);
  });

  it('refuses a time that has no six digits', () => {
    expect(() => encodeBody({ ...fields, occurredAt: MAX_MICROS + 1 })).toThrow(RangeError);
    expect(() => encodeBody({ ...fields, occurredAt: 0.5 })).toThrow(RangeError);
  });
});
