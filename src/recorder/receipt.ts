import { within } from '../event/deadline.js';
import { AuditError } from '../event/errors.js';
import type { Durability } from '../event/types.js';
import type { Reached, Receipt } from './port.js';
import type { Progress } from './progress.js';

export interface ReceiptOptions {
  /** What the call asked for. */
  readonly durability: Durability;
  readonly timeoutMs: number;
  /** Somebody waits for the event now. */
  readonly hurry: () => void;
  /** Resolves when everything that is committed now has its entry. */
  readonly sealed: () => Promise<void>;
}

export function receiptOf(progress: Progress, options: ReceiptOptions): Receipt {
  return {
    durability: options.durability,
    reached(durability = options.durability) {
      const answer = reach(progress, durability, options);
      answer.catch(() => undefined); // a rejection that nobody handles must not end the process
      return answer;
    },
  };
}

async function reach(progress: Progress, durability: Durability, options: ReceiptOptions): Promise<Reached> {
  if (durability === 'async') return 'async';
  const { timeoutMs } = options;
  const until = performance.now() + timeoutMs;
  if (progress.stage === 'waiting') {
    options.hurry();
    await within(timeoutMs, progress.settled());
  }
  switch (progress.stage) {
    case 'waiting':
      throw notDurable(
        durability,
        `is not committed after ${timeoutMs} ms. It stays queued, and is written when the database answers: do not record it again (durabilityTimeoutMs sets how long to wait)`,
      );
    case 'lost':
      throw notDurable(durability, 'is lost: it was counted, and will not be written', progress.cause);
    case 'spooled':
      return 'spooled';
    case 'committed':
      if (durability === 'committed') return 'committed';
  }
  const sealed = await within(
    Math.max(0, until - performance.now()),
    options.sealed().then(() => true),
  );
  if (sealed) return 'sealed';
  throw notDurable(
    durability,
    `is committed, and not sealed after ${timeoutMs} ms: is a sealer running (option seal, or the command seal)?`,
  );
}

function notDurable(durability: Durability, why: string, cause?: unknown): AuditError {
  return new AuditError('AUDIT_NOT_DURABLE', `the event ${why}`, { durability }, cause);
}
