import type { AuditResponse } from './request.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Counts the bytes of the body that are handed to the response, as it is sent: whatever compresses it stands above. Node
 * itself does not tell.
 */
export function countBody(response: AuditResponse): () => number {
  let bytes = 0;
  // HTTP/2's `end` calls `write`.
  let ending = false;
  const write = response.write as Method;
  const end = response.end as Method;
  response.write = function (this: unknown, ...args: unknown[]): unknown {
    if (!ending) bytes += sizeOf(args);
    return Reflect.apply(write, this, args);
  };
  response.end = function (this: unknown, ...args: unknown[]): unknown {
    if (!ending) bytes += sizeOf(args);
    ending = true;
    return Reflect.apply(end, this, args);
  };
  return () => bytes;
}

/** The bytes of what `write` or `end` was called with. */
export function sizeOf([chunk, encoding]: readonly unknown[]): number {
  if (typeof chunk === 'string')
    return Buffer.byteLength(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8');
  return ArrayBuffer.isView(chunk) ? chunk.byteLength : 0;
}
