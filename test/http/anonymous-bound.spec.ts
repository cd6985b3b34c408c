import { afterEach, describe, expect, it } from '@jest/globals';
import { newContext, type AuditContext } from '../../src/context/context.js';
import { AnonymousBound, type AnonymousBoundOptions } from '../../src/http/anonymous-bound.js';
import { openRecord, recordOf } from '../../src/http/request-record.js';
import { TokenBuckets } from '../../src/http/token-buckets.js';
import type { AuditEvent } from '../../src/index.js';
import type { RecordOptions } from '../../src/recorder/port.js';

interface Play {
  readonly bound: AnonymousBound;
  readonly taken: { event: AuditEvent; options: RecordOptions | undefined }[];
  readonly errors: unknown[];
  refuse: boolean;
}

const opened: AnonymousBound[] = [];
afterEach(() => opened.splice(0).forEach((bound) => bound.close()));

function play(options: Partial<AnonymousBoundOptions> = {}): Play {
  const taken: Play['taken'] = [];
  const errors: unknown[] = [];
  const recorder = {
    record: (event: AuditEvent, given?: RecordOptions) => {
      if (played.refuse) throw new Error('full');
      taken.push({ event, options: given });
      return { reached: async () => await Promise.resolve('async' as const) };
    },
  };
  const bound = new AnonymousBound(recorder, { perMinute: 3, onError: (error) => errors.push(error), ...options });
  opened.push(bound);
  const played: Play = { bound, taken, errors, refuse: false };
  return played;
}

/** As many requests, each with the entry that it leaves. */
function send({ bound }: Play, count: number, event: AuditEvent, fields: Partial<AuditContext> = {}): void {
  for (let i = 0; i < count; i += 1) {
    const context = newContext(fields);
    openRecord(context);
    bound.record(event, { context, source: 'request' });
  }
}
const failure = { action: 'auth.login', outcome: 'failure' } as const;
const foldedOf = ({ taken }: Play) => taken.filter(({ event }) => event.action === 'http.folded');

describe('entries without an authenticated actor', () => {
  it('are written up to the bound of their action, and counted beyond', async () => {
    const played = play();
    send(played, 10, failure);
    send(played, 2, { action: 'http.unmatched', outcome: 'failure' });
    send(played, 4, { action: 'auth.login' });
    expect(played.taken.map(({ event }) => event.action)).toEqual([
      ...Array.from({ length: 3 }, () => 'auth.login'),
      'http.unmatched',
      'http.unmatched',
    ]);
    expect(played.bound.facts).toEqual({ folded: 11, callbacksFailed: 0 });
    played.bound.close();
    expect(foldedOf(played)).toHaveLength(1);
    expect(foldedOf(played)[0]).toMatchObject({
      options: { source: 'request', context: { root: { group: expect.any(String) } } },
      event: {
        outcome: 'partial',
        actor: { type: 'anonymous' },
        details: {
          folded: 11,
          of: [
            { action: 'auth.login', outcome: 'failure', count: 7 },
            { action: 'auth.login', outcome: 'success', count: 4 },
          ],
        },
      },
    });
  });

  it('are told of when the window ends, though nothing more comes', async () => {
    const played = play({ windowMs: 20 });
    send(played, 5, failure);
    expect(foldedOf(played)).toEqual([]);
    await waitFor(() => foldedOf(played).length === 1);
    send(played, 2, failure);
    await waitFor(() => foldedOf(played).length === 2);
    expect(foldedOf(played).map(({ event }) => event.details?.['folded'])).toEqual([2, 2]);
    played.bound.close(); // nothing is left
    expect(foldedOf(played)).toHaveLength(2);
  });

  it('are told of in the chain of their tenant', () => {
    const played = play({ perMinute: 1 });
    send(played, 3, failure, { tenant: () => 'acme' });
    send(played, 2, failure, { tenant: 'other' });
    send(played, 1, failure);
    send(played, 1, failure, {
      tenant: () => {
        throw new Error('of the application');
      },
    });
    played.bound.close();
    expect(foldedOf(played).map(({ event, options }) => [options?.context?.tenant, event.details?.['folded']])).toEqual(
      [
        ['acme', 2],
        ['other', 2],
        [undefined, 2],
      ],
    );
  });

  it('stay counted when their count cannot be written', async () => {
    const played = play({ windowMs: 10 });
    send(played, 5, failure);
    played.refuse = true;
    await waitFor(() => played.errors.length > 0);
    played.refuse = false;
    await waitFor(() => foldedOf(played).length === 1);
    expect(foldedOf(played)[0]?.event.details).toMatchObject({ folded: 2 });
  });

  it('cost nothing when they are refused', () => {
    const played = play();
    played.refuse = true;
    for (let i = 0; i < 5; i += 1) expect(() => send(played, 1, failure)).toThrow('full');
    played.refuse = false;
    send(played, 3, failure);
    expect(played.taken).toHaveLength(3);
  });

  it('take bounded memory, whatever they are called', () => {
    const played = play({ perMinute: 1 });
    for (let i = 0; i < 500; i += 1) send(played, 2, { action: `a${i}` }, { tenant: `t${i % 150}` });
    for (let i = 0; i < 500; i += 1) send(played, 1, { action: `a${i}` }, { tenant: 't0' });
    played.bound.close();
    const entries = foldedOf(played);
    expect(entries.length).toBeLessThanOrEqual(101);
    expect(entries.reduce((sum, { event }) => sum + Number(event.details?.['folded']), 0)).toBe(1_000);
    const kinds = entries.map(({ event }) => event.details?.['of'] as unknown[]);
    expect(Math.max(...kinds.map(({ length }) => length))).toBeLessThanOrEqual(101);
  });
});

describe('written without a bound is', () => {
  const hostile = {
    get id(): string {
      throw new Error('hostile');
    },
  };
  it.each<[string, AuditEvent, Partial<AuditContext>, number]>([
    ['what somebody did', failure, { actor: { id: 'ann' } }, 5],
    ['what a service did', failure, { actor: () => ({ type: 'service' }) }, 5],
    ['not who is called anonymous', failure, { actor: { type: 'anonymous' } }, 3],
    ['not an id of nothing', failure, { actor: { id: '' } }, 3],
    ['not who cannot be read', failure, { actor: hostile }, 3],
    ['not a promise of somebody', failure, { actor: (async () => await Promise.reject(new Error('x'))) as never }, 3],
    ['not who is only claimed', { ...failure, actor: { type: 'anonymous' } }, { actor: { id: 'ann' } }, 3],
  ])('%s', (_name, event, fields, written) => {
    const played = play();
    send(played, 5, event, fields);
    expect(played.taken).toHaveLength(written);
  });

  it('what the application records itself, and a message', () => {
    const played = play();
    for (let i = 0; i < 5; i += 1) played.bound.record(failure, { context: newContext(), source: 'request' });
    for (let i = 0; i < 5; i += 1) played.bound.record(failure);
    expect(played.taken).toHaveLength(10);
  });

  it('what has to be committed', () => {
    const played = play();
    for (let i = 0; i < 5; i += 1) {
      const context = newContext();
      openRecord(context);
      Object.assign(recordOf(context) ?? {}, { route: { durability: 'committed' } });
      played.bound.record(failure, { context, source: 'request' });
    }
    expect(played.taken).toHaveLength(5);
  });

  it('everything, where the bound is taken away', () => {
    const played = play({ perMinute: Number.POSITIVE_INFINITY });
    send(played, 50, failure);
    expect(played.taken).toHaveLength(50);
  });
});

describe('a bucket', () => {
  it('is full at first, and fills evenly', () => {
    let now = 0;
    const buckets = new TokenBuckets(60, 60_000, () => now);
    const takeAll = (): number => {
      let taken = 0;
      for (; buckets.has('a'); taken += 1) buckets.take('a');
      return taken;
    };
    expect(takeAll()).toBe(60);
    now += 5_000;
    expect(takeAll()).toBe(5);
    now += 1_000_000;
    expect(takeAll()).toBe(60);
    expect(buckets.has('b')).toBe(true);
  });
});

/** Bounded: a loop that outlives its test keeps jest from ending. */
async function waitFor(done: () => boolean): Promise<void> {
  for (let looks = 0; !done(); looks += 1) {
    if (looks === 5_000) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
