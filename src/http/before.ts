import { within } from '../event/deadline.js';
import type { AuditedCall, AuditedMark, Values } from './audited-options.js';
import { snapshot } from './callbacks.js';
import type { RequestRecord } from './request-record.js';

/** As long as a handler waits for the values before; who has none by then has none. */
const LONGEST_MS = 2_000;

/**
 * Asks `before`. Nothing is returned when there is nothing to wait for, else a promise that resolves when the handler may
 * run; it never rejects.
 */
export function askBefore(record: RequestRecord, mark: AuditedMark, call: AuditedCall): Promise<void> | undefined {
  const fail = (): void => void (record.failed ??= []).push('before');
  const keep = (values: Values): void => {
    try {
      record.before = snapshot(values);
    } catch {
      fail();
    }
  };
  if (!mark.before) return undefined;
  try {
    const values = mark.before(call);
    if (!isThenable(values)) {
      keep(values);
      return undefined;
    }
    const taken = Promise.resolve(values).then((given) => ({ given }));
    return within(LONGEST_MS, taken).then((done) => (done ? keep(done.given) : fail()), fail);
  } catch {
    fail();
    return undefined;
  }
}

/** Prisma's promises are thenables. */
function isThenable(value: Values | PromiseLike<Values>): value is PromiseLike<Values> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
