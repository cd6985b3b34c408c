import { expect } from '@jest/globals';
import { currentContext, withContext } from '../../../src/context/index.js';
import type { CaptureEngine, GapOf } from './engine.js';
import { endOf, outcomeOf } from './outcome.js';
import type { Shape } from './shape.js';
import { connectPlain, type Twin } from './twins.js';
import { secretsSeen, sideBySide, summary, witnessed } from './witness.js';

/** Two databases with the same rows, one of them with a log, and a client of each. */
export interface Pair {
  readonly plain: Twin;
  readonly logged: Twin;
  readonly bare: ReturnType<Twin['connect']>;
  readonly audited: ReturnType<Twin['connect']>;
}

export function pairOf(plain: Twin, logged: Twin, connect: CaptureEngine['clients'][number][1]): Pair {
  return { plain, logged, bare: plain.connect(connectPlain), audited: logged.connect(connect) };
}

/**
 * The contract of an engine, for one shape: nothing is disturbed, and the log holds what a witness saw. Fails by `expect`.
 *
 * Or the log says that it does not hold all of it, and what it holds is true and in the right transaction.
 *
 * The rows of both databases are those of the seed when it starts.
 */
export async function putThrough(engine: CaptureEngine, pair: Pair, shape: Shape, gap?: GapOf): Promise<void> {
  const { plain, logged, bare, audited } = pair;
  await Promise.all([plain.reset(), logged.reset()]);
  const mark = await engine.mark(logged.pool);
  let group: string | undefined;
  const expected = await outcomeOf(plain, bare, shape);
  const seen = await withContext({ actor: { id: shape.name, role: 'tester' }, requestId: 'r-1' }, () => {
    group = currentContext()?.root.group;
    return outcomeOf(logged, audited, shape);
  });
  // Value or error, rows that are left, messages to the server.
  expect(engine.sendsMore ? { ...seen, sent: 0 } : seen).toEqual(
    engine.sendsMore ? { ...expected, sent: 0 } : expected,
  );
  expect(endOf(seen)).toBe(shape.fails);

  // The row of the table does what it says; then completeness, old, new, order and the transaction of each change.
  const changes = await witnessed(logged.pool);
  expect(summary(changes)).toEqual(shape.sees === '' ? [] : shape.sees.split(', ').sort());
  const all = await engine.captured(logged.pool, mark);
  const caught = all.filter(({ op }) => op !== 'null');
  const [really, said] = sideBySide(changes, caught);
  const xids = changes.map(({ xid }) => xid);
  const gaps = all.filter(({ flags }) => flags.includes('gap'));
  if (gap === undefined) {
    expect(gaps).toEqual([]);
    expect(said).toEqual(really);
  } else {
    // What is said is true all the same, and the gap is told with the change, or before it.
    expect(gaps.length).toBeGreaterThan(0);
    expect(really).toEqual(expect.arrayContaining(said));
    if (gap === 'inside') for (const { xid } of gaps) expect(xids).toContain(xid);
    else for (const { xid } of gaps) expect(Number(xid)).toBeLessThan(Number(xids[0]));
  }

  // Who did it, and no more than may be told.
  const actor = { id: shape.name, type: 'user', role: 'tester', requestId: 'r-1' };
  const secrets = await secretsSeen(logged.pool);
  for (const { context, flags, table, op, everything } of all) {
    expect(context).toEqual({ actor, group });
    const redacted = table === 'people' && op !== 'truncate' && op !== 'null';
    expect(flags.filter((flag) => flag !== 'gap')).toEqual(redacted ? ['redacted'] : []);
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
  }
}
