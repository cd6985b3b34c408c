import { describe, expect, it } from '@jest/globals';
import { Api, NoAnswer } from '../../../src/viewer/page/api.js';
import { AnswerCache, cacheOf } from '../../../src/viewer/page/cache.js';

/** A request that is answered when the test says so. */
function asked<T>() {
  let count = 0;
  const signals: AbortSignal[] = [];
  const answers: { resolve: (value: T) => void; reject: (error: unknown) => void }[] = [];
  const load = (signal: AbortSignal): Promise<T> => {
    count += 1;
    signals.push(signal);
    return new Promise<T>((resolve, reject) => answers.push({ resolve, reject }));
  };
  return { load, signals, answers, count: () => count };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('answers', () => {
  it('that two ask for are asked for once, and both hear of it', async () => {
    const cache = new AnswerCache();
    const heard: string[] = [];
    cache.listen('count', () => heard.push('a'));
    cache.listen('count', () => heard.push('b'));
    const { load, answers, count } = asked<number>();
    void cache.fetch('count', load);
    void cache.fetch('count', load);
    expect(cache.peek('count')).toMatchObject({ isFetching: true });
    answers[0]?.resolve(7);
    await settled();
    expect(count()).toBe(1);
    expect(cache.peek('count')).toMatchObject({ data: 7, isFetching: false });
    expect(heard).toEqual(['a', 'b', 'a', 'b']);
  });

  it('that nobody waits for any more are given up, and asked for again by who comes back', async () => {
    const cache = new AnswerCache();
    const { load, signals, answers, count } = asked<string>();
    const leave = cache.listen('entries', () => undefined);
    void cache.fetch('entries', load);
    leave();
    expect(signals[0]?.aborted).toBe(true);
    cache.listen('entries', () => undefined);
    void cache.fetch('entries', load);
    expect(count()).toBe(2);
    answers[1]?.resolve('new');
    answers[0]?.resolve('old');
    await settled();
    expect(cache.peek('entries').data).toBe('new');
  });

  it('stay when a later request fails; a later success takes the fault away', async () => {
    const cache = new AnswerCache();
    const { load, answers } = asked<string>();
    cache.listen('x', () => undefined);
    const outcome = async (act: () => void): Promise<unknown> => {
      void cache.fetch('x', load);
      act();
      await settled();
      return cache.peek('x');
    };
    await outcome(() => answers[0]?.resolve('there'));
    const fault = new NoAnswer('timeout', 'x');
    expect(await outcome(() => answers[1]?.reject(fault))).toMatchObject({ data: 'there', error: fault });
    expect(await outcome(() => answers[2]?.resolve('again'))).not.toHaveProperty('error');
  });

  it('are asked for anew by their path: what is looked at at once, the rest when it is next', async () => {
    const cache = new AnswerCache();
    const [seen, unseen, other] = [asked<number>(), asked<number>(), asked<number>()];
    cache.listen('overview?hours=1', () => undefined);
    const all = [['overview?hours=1', seen], ['overview?hours=24', unseen], ['overviews', other]] as const; // prettier-ignore
    for (const [key, { load, answers }] of all) {
      void cache.fetch(key, load);
      answers[0]?.resolve(1);
    }
    await settled();
    cache.renew('overview');
    expect([seen.count(), unseen.count(), other.count()]).toEqual([2, 1, 1]);
    expect([cache.peek('overview?hours=24').at, cache.peek('overviews').at > 0]).toEqual([0, true]);
  });

  it('that are refused to somebody ask anew what he may see, but not because of that question itself', async () => {
    const cache = new AnswerCache();
    const [session, entries] = [asked<number>(), asked<number>()];
    cache.listen('session', () => undefined);
    cache.listen('entries', () => undefined);
    void cache.fetch('session', session.load);
    session.answers[0]?.resolve(1);
    await settled();
    void cache.fetch('entries', entries.load);
    entries.answers[0]?.reject(new NoAnswer('denied', 'entries'));
    await settled();
    session.answers[1]?.reject(new NoAnswer('denied', 'session'));
    await settled();
    expect(session.count()).toBe(2);
  });

  it('are forgotten where there are too many, but for those that are looked at', async () => {
    const cache = new AnswerCache();
    cache.listen('seen', () => undefined);
    await cache.fetch('seen', () => Promise.resolve(1));
    for (let n = 0; n < 100; n += 1) await cache.fetch(`q${n}`, () => Promise.resolve(n));
    expect([cache.peek('seen').data, cache.peek('q0').data, cache.peek('q99').data]).toEqual([1, undefined, 99]);
  });

  it('are of one server', () => {
    const api = new Api(new URL('https://app.example/audit/'));
    expect(cacheOf(api)).toBe(cacheOf(api));
    expect(cacheOf(new Api(api.base))).not.toBe(cacheOf(api));
  });
});
