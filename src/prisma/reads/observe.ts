import { currentContext } from '../../context/context.js';
import type { ReadFact } from '../../recorder/read.port.js';
import type { Ending, Moment } from './facts.js';
import type { HandOver } from './hand-over.js';

/** How a hook goes on to what stands behind it. */
export type Query = (args: unknown) => Promise<unknown>;

/**
 * Sends a call on, and hands over what `told` says of its end.
 *
 * In mode `async` the caller gets the very promise that was to be his: one more turn of the microtask queue, and of several
 * operations of an array transaction that fail together another one would be named in the error.
 *
 * @throws AuditError in mode `strict`, where nobody is there to record, and where it cannot be made durable
 */
export function observe(
  query: Query,
  args: unknown,
  to: HandOver,
  told: (ending: Ending, moment: Moment) => readonly ReadFact[],
): Promise<unknown> {
  const moment: Moment = { at: new Date(), context: currentContext() };
  if (to.mode === 'strict') return strictly(query, args, to, (ending) => told(ending, moment));
  const tell = (ending: Ending): void => {
    try {
      to.give(told(ending, moment));
    } catch {
      // a promise that nobody has would reject, which ends the process
    }
  };
  // Always a promise, whatever stands behind. We are the first to know: `result` extensions go on to change the rows.
  const answer = query(args);
  answer.then(
    (result) => tell({ result }),
    (error: unknown) => tell({ error }),
  );
  return answer;
}

async function strictly(
  query: Query,
  args: unknown,
  to: HandOver,
  told: (ending: Ending) => readonly ReadFact[],
): Promise<unknown> {
  to.require();
  let result: unknown;
  try {
    result = await query(args);
  } catch (error) {
    to.give(told({ error }));
    throw error;
  }
  await Promise.all(to.give(told({ result })).map((receipt) => receipt.durable()));
  return result;
}
