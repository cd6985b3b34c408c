import type { RequestRecord } from '../../http/request-record.js';
import type { Outcome } from '../../event/types.js';

/** What gRPC (16: unauthenticated, 7: permission denied) and GraphQL's servers say in place of a status. */
const CODES: Readonly<Record<string, number>> = { '7': 403, '16': 401, FORBIDDEN: 403, UNAUTHENTICATED: 401 };

/** What `RpcException` and `WsException` say when a guard gave false. */
const REFUSED = 'Forbidden resource';

/**
 * The HTTP status that an error stands for, on whatever transport; none if it stands for none. Total: an error is the
 * application's, and its members may throw.
 */
export function statusOf(error: unknown): number | undefined {
  try {
    return typeof error === 'object' && error !== null ? statusOfObject(error) : undefined;
  } catch {
    return undefined;
  }
}

function statusOfObject(error: object): number | undefined {
  if ('getStatus' in error && typeof error.getStatus === 'function') return status(error.getStatus());
  if ('extensions' in error && typeof error.extensions === 'object' && error.extensions !== null)
    return 'code' in error.extensions ? CODES[String(error.extensions.code)] : undefined;
  if ('getError' in error && typeof error.getError === 'function') {
    const said: unknown = error.getError();
    if (said === REFUSED) return 403;
    return typeof said === 'object' && said !== null ? statusOfObject(said) : undefined;
  }
  if ('status' in error && typeof error.status === 'number') return status(error.status);
  if ('statusCode' in error) return status(error.statusCode);
  return 'code' in error && typeof error.code === 'number' ? CODES[String(error.code)] : undefined;
}

function status(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/** A guard that throws what it means to send (`RpcException`, `WsException`) refuses; anything else is its own fault. */
export function statusOfRefusal(error: unknown): 403 | undefined {
  try {
    const says = typeof error === 'object' && error !== null && 'getError' in error;
    return says && typeof error.getError === 'function' ? 403 : undefined;
  } catch {
    return undefined;
  }
}

/** How a call ended. */
export interface CallEnd {
  readonly failed: boolean;
  /** As `statusOf()` its error. */
  readonly status: number | undefined;
  /** Who asked no longer waits for what is to come. */
  readonly cancelled: boolean;
}

/** As with a request: 403 is `denied` wherever it comes from, 401 where the handler was not reached. */
export function outcomeOfCall(record: Pick<RequestRecord, 'reached'>, end: CallEnd, inPart: boolean): Outcome {
  if (end.status === 403 || (end.status === 401 && record.reached !== true)) return 'denied';
  if (end.failed) return 'failure';
  return end.cancelled || inPart ? 'partial' : 'success';
}
