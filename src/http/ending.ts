import { errorMonitor } from 'node:events';
import { countBody, type Sent } from './body.js';
import { headSent } from './frozen-head.js';
import { routePattern } from './route-pattern.js';
import type { AuditRequest, AuditResponse } from './request.js';

/** How a response ended. */
export interface ResponseEnd {
  /** Absent when the connection closed before any was sent. */
  readonly status: number | undefined;
  /** The connection closed before the end of the response, or fewer bytes were sent than it announced. */
  readonly aborted: boolean;
  /** Of the body. Absent where a response has none (HEAD, 204, 304). */
  readonly bytes?: number | undefined;
  /** A stream of events has no end of its own: the client left, which is how it is meant to end. */
  readonly closedBy?: 'client' | undefined;
}

/** Bodies these statuses cannot have. */
const BODILESS = new Set([204, 304]);

/**
 * Calls `report` once, when the response has ended, however it ended. `error` is that of a
 * stream which was to be sent, or what the server itself destroyed the response with.
 */
export function watchEnding(
  request: AuditRequest,
  response: AuditResponse,
  report: (end: ResponseEnd, error: unknown) => void,
): void {
  const sent = countBody(response);
  const stream = streamOf(response);
  let ended = false;
  let broken: unknown;
  // A stream that breaks half way is often just ended, or cut off without a word.
  response.once('pipe', (source) => source?.once(errorMonitor, (error) => (broken ??= error)));
  const end = (finished: boolean): void => {
    if (ended) return;
    ended = true;
    report(endOf(request, response, finished, sent), broken ?? response.errored ?? brokenBy(stream));
  };
  // HTTP/2 says `finish` of every response, also of one that was reset: what became of it its stream knows.
  response.once('finish', () => end(stream ? isWhole(stream) : true));
  response.once('close', () => end(stream ? isWhole(stream) : response.writableFinished));
}

/** What is read of a stream of HTTP/2, the one below a response. */
interface Http2Stream {
  readonly aborted: boolean;
  readonly writableFinished: boolean;
  readonly errored?: unknown;
}

function streamOf(response: AuditResponse): Http2Stream | undefined {
  const stream: unknown = Reflect.get(response, 'stream');
  if (typeof stream !== 'object' || stream === null || !('aborted' in stream)) return undefined;
  return stream as Http2Stream; // Node's own: nothing else that is below a response can be aborted
}

/** Its writable side was open no more when it was closed, whoever closed it, and all of it had gone out. */
function isWhole({ aborted, writableFinished }: Http2Stream): boolean {
  return !aborted && writableFinished;
}

/** What the server itself destroyed it with; not that the other side reset it. */
function brokenBy(stream: Http2Stream | undefined): unknown {
  const error = stream?.errored ?? undefined;
  const code: unknown = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return String(code).startsWith('ERR_HTTP2_') ? undefined : error;
}

function endOf(request: AuditRequest, response: AuditResponse, finished: boolean, sent: Sent): ResponseEnd {
  const status = finished || headSent(response) ? (sent.status ?? response.statusCode) : undefined;
  const bytes = bytesOf(request, status, sent.bytes);
  if (finished) return { status, bytes, aborted: bytes !== undefined && bytes < announced(response) };
  const closedBy = !response.errored && status !== undefined && isEventStream(response) ? 'client' : undefined;
  return { status, bytes, aborted: closedBy === undefined, closedBy };
}

/** The bytes of a body, where the response can have one. */
export function bytesOf(request: AuditRequest, status: number | undefined, sent: number): number | undefined {
  return status !== undefined && request.method !== 'HEAD' && !BODILESS.has(status) ? sent : undefined;
}

/** A stream that broke under a handler that then ends the response leaves less than its length. */
function announced(response: AuditResponse): number {
  const length = Number(response.getHeader('content-length') ?? 0);
  return Number.isSafeInteger(length) ? length : 0;
}

function isEventStream(response: AuditResponse): boolean {
  const type = response.getHeader('content-type');
  return typeof type === 'string' && type.startsWith('text/event-stream');
}

/** What the entry's `details.http` says. The pattern of the route, never the path: paths hold ids, and sometimes secrets. */
export function httpDetails(request: AuditRequest, end: ResponseEnd): Readonly<Record<string, unknown>> {
  return {
    method: request.method,
    route: routePattern(request),
    status: end.status,
    ...(end.bytes === undefined ? {} : { bytes: end.bytes }),
    ...(end.aborted ? { aborted: true } : {}),
    ...(end.closedBy ? { closedBy: end.closedBy } : {}),
  };
}
