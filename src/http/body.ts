import type { AuditResponse } from './request.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/** What has been handed to the response so far. */
export interface Sent {
  readonly bytes: number;
  /** That of the head that was rendered: `statusCode` can be assigned to afterwards, to no effect. */
  readonly status: number | undefined;
}

/** Counts the body as it is sent: whatever compresses it stands above. Node itself does not tell. */
export function countBody(response: AuditResponse): Sent {
  const sent: { bytes: number; status: number | undefined } = { bytes: 0, status: undefined };
  // HTTP/2's `end` calls `write`.
  let ending = false;
  const write = response.write as Method;
  const end = response.end as Method;
  const note = (args: readonly unknown[]): void => {
    sent.bytes += sizeOf(args);
    sent.status ??= response.statusCode;
  };
  response.write = function (this: unknown, ...args: unknown[]): unknown {
    if (!ending) note(args);
    return Reflect.apply(write, this, args);
  };
  response.end = function (this: unknown, ...args: unknown[]): unknown {
    if (!ending) note(args);
    ending = true;
    return Reflect.apply(end, this, args);
  };
  return sent;
}

/** The bytes of what `write` or `end` was called with. */
export function sizeOf([chunk, encoding]: readonly unknown[]): number {
  if (typeof chunk === 'string')
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return ArrayBuffer.isView(chunk) ? chunk.byteLength : 0;
}
