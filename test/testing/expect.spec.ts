import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { runAs } from '../../src/context/index.js';
import {
  auditMatchers,
  audited,
  clearAudited,
  expectAudited,
  expectNothingAudited,
  InMemoryRecorder,
  type AuditMatchers,
  type ExpectedEntry,
} from '../../src/testing/index.js';

declare module 'expect' {
  // eslint-disable-next-line
  interface Matchers<R> extends AuditMatchers<R> {}
}
expect.extend(auditMatchers);

/** What jest prints, without its colours. */
// eslint-disable-next-line no-control-regex
const plain = (text: string): string => text.replaceAll(/\u001b\[\d+m/g, '');
const failureOf = async (failing: Promise<unknown>): Promise<string> =>
  plain(
    await failing.then(
      () => 'it passed',
      (error: Error) => error.message,
    ),
  );

const recorder = new InMemoryRecorder();
beforeEach(clearAudited);
const approve = (outcome: 'success' | 'denied' = 'success', id: string | number = 7): void =>
  void recorder.record({
    action: 'invoice.approve',
    outcome,
    resource: { type: 'Invoice', id },
    details: { total: 12, tags: ['a', 'b'], password: 'hunter2' },
    occurredAt: new Date('2026-03-01T10:00:00Z'),
  });

describe('expectAudited', () => {
  it.each<[string, ExpectedEntry]>([
    ['the action alone', {}],
    ['an outcome', { outcome: 'success' }],
    ['a number as id', { resource: { type: 'Invoice', id: 7 } }],
    ['a text as id', { resource: { id: '7' } }],
    ['part of details', { details: { total: 12 } }],
    ['a list', { details: { tags: ['a', 'b'] } }],
    ['a Date', { occurredAt: new Date('2026-03-01T10:00:00Z') }],
    ['asymmetric matchers', { details: { total: expect.any(Number), tags: expect.arrayContaining(['b']) } }],
    ['what was redacted', { redacted: ['details.password'], flags: expect.arrayContaining(['redacted']) }],
    ['an actor', { actor: { id: 'vera' } }],
  ])('finds an entry by %s', async (_, expected) => {
    await runAs({ id: 'vera', type: 'user' }, () => approve());
    expect(await expectAudited('invoice.approve', expected)).toBe(audited()[0]);
  });

  it.each<[string, ExpectedEntry, string]>([
    ['another outcome', { outcome: 'denied' }, "outcome: expected 'denied', received 'success'"],
    ['another id', { resource: { id: 8 } }, "resource.id: expected '8', received '7'"],
    ['a member that is not there', { reason: 'why' }, "reason: expected 'why', received undefined"],
    ['a longer list', { details: { tags: ['a', 'b', 'c'] } }, "details.tags: expected [ 'a', 'b', 'c' ]"],
    ['another element', { details: { tags: ['a', 'x'] } }, "details.tags[1]: expected 'x', received 'b'"],
    ['another Date', { occurredAt: new Date(0) }, 'occurredAt: expected 1970-01-01T00:00:00.000Z'],
    ['a matcher that does not', { details: { total: expect.any(String) } }, 'details.total: expected'],
    ['a secret', { details: { password: 'hunter2' } }, "details.password: expected 'hunter2'"],
  ])('fails on %s, and says where', async (_, expected, message) => {
    approve();
    const failure = await failureOf(expectAudited('invoice.approve', expected, { withinMs: 10 }));
    expect(failure).toContain(message);
    expect(failure).toContain('Audited were (1):\n  invoice.approve success by');
  });

  it('shows the nearest of several, and what there is where the action is another', async () => {
    approve('denied', 1);
    approve('success', 2);
    const nearest = failureOf(
      expectAudited('invoice.approve', { outcome: 'success', resource: { id: 3 } }, { withinMs: 1 }),
    );
    expect(await nearest).toMatch(/Of 2 entries .*\n {2}resource.id: expected '3', received '2'\n\n/);
    expect(await failureOf(expectAudited('invoice.aprove', {}, { withinMs: 1 }))).toMatch(
      /No entry has the action 'invoice.aprove'.\n\nAudited were \(2\):\n {2}invoice.approve denied by process:\d+ on Invoice 1\n/,
    );
    clearAudited();
    expect(await failureOf(expectAudited('a.b', {}, { withinMs: 1 }))).toContain('Nothing was audited.');
  });

  it('can be asked of one recorder', async () => {
    const other = new InMemoryRecorder();
    other.record({ action: 'other.done' });
    await expectAudited('other.done', {}, { in: other });
    await expect(expectAudited('other.done', {}, { in: recorder, withinMs: 1 })).rejects.toThrow('Nothing was audited');
    recorder.record({ action: 'own.done' });
    recorder.clear();
    expect([recorder.entries.length, audited().length]).toEqual([0, 1]);
  });
});

describe('expectNothingAudited', () => {
  it('fails with a list of what there is, also when it comes a moment later', async () => {
    await expectNothingAudited({ settleMs: 1 });
    const failing = failureOf(expectNothingAudited());
    setTimeout(approve, 15);
    expect(await failing).toContain('Audited were (1):\n  invoice.approve success by');
  });
});

describe('the matcher toHaveAudited', () => {
  it.each([
    ['audited', () => audited],
    ['a recorder', () => recorder],
    ['a list', () => audited()],
  ])('asks %s', async (_, asked) => {
    approve('denied');
    await expect(asked()).toHaveAudited('invoice.approve', { outcome: 'denied', resource: { id: 7 } });
    await expect(asked()).not.toHaveAudited('invoice.approve', { outcome: 'success' });
  });

  it("shows jest's own diff of what was asked for, and nothing else of the entry", async () => {
    approve();
    const failure = failureOf(
      expect(audited()).toHaveAudited('invoice.approve', {
        outcome: 'denied',
        actor: { type: expect.any(String) },
        details: { total: 13 },
      }),
    );
    expect(await failure).toContain('-   "outcome": "denied",\n+   "outcome": "success",');
    expect(await failure).toContain('-     "total": 13,\n+     "total": 12,');
    expect(await failure).not.toContain('occurredAt');
  });

  it('fails under not with the entry, and on what it cannot ask', async () => {
    approve();
    expect(await failureOf(expect(audited).not.toHaveAudited('invoice.approve'))).toContain('should not be');
    expect(await failureOf(expect(7).toHaveAudited('invoice.approve'))).toContain('a list of entries');
  });

  it('works where the framework hands nothing to its matchers', async () => {
    approve();
    const { pass, message } = await auditMatchers.toHaveAudited.call(undefined, audited(), 'invoice.approve', {
      outcome: 'denied',
    });
    expect([pass, message()]).toEqual([false, expect.stringContaining("outcome: expected 'denied'")]);
  });
});

describe('under fake timers', () => {
  afterEach(() => void jest.useRealTimers());

  it('waits, and gives up, all the same', async () => {
    const real = setTimeout;
    jest.useFakeTimers();
    real(approve, 20);
    await expectAudited('invoice.approve');
    await expect(audited).toHaveAudited('invoice.approve');
    clearAudited();
    await expectNothingAudited({ settleMs: 10 });
    await expect(expectAudited('invoice.approve', {}, { withinMs: 10 })).rejects.toThrow('no such entry');
  });
});

describe('InMemoryRecorder', () => {
  it.each([
    [{ action: 'no such name!' }, 'AUDIT_EVENT_INVALID'],
    [{ action: 'a.b', details: { n: () => 1 } }, 'AUDIT_NOT_PLAIN_JSON'],
    [{ action: 'a.b', details: { text: 'x'.repeat(70_000) } }, 'AUDIT_EVENT_TOO_LARGE'],
  ])('refuses what the real door refuses: %#', (event, code) => {
    expect(() => recorder.record(event)).toThrow(expect.objectContaining({ code }));
    expect(audited()).toEqual([]);
  });

  it('takes its options, and reaches any durability at once', async () => {
    const lenient = new InMemoryRecorder({ oversized: 'truncate', redaction: { add: ['iban'] } });
    const receipt = lenient.record({ action: 'a.b', details: { iban: 'DE02' }, old: { text: 'x'.repeat(70_000) } });
    expect(await receipt.reached('sealed')).toBe('sealed');
    expect(lenient.entries[0]).toMatchObject({
      flags: ['no-context', 'redacted', 'truncated'],
      redacted: ['details.iban'],
    });
    await lenient.drain();
  });

  it('takes an event id once for each tenant', () => {
    for (const tenant of ['acme', 'acme', 'globex']) recorder.record({ action: 'a.b', eventId: 'e1', tenant });
    expect(recorder.entries.map(({ tenant }) => tenant)).toEqual(['acme', 'globex']);
  });

  it('keeps nothing by reference', () => {
    const details = { list: [1] };
    recorder.record({ action: 'a.b', details });
    details.list.push(2);
    expect(recorder.entries[0]?.details).toEqual({ list: [1] });
  });
});
