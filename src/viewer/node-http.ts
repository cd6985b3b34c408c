import { once } from 'node:events';
import type { ViewerHandler } from './handler.js';
import type { ViewerAnswer, ViewerRequest } from './request.js';

/** What is used of Node's own response, of HTTP/1 or HTTP/2. */
export interface ResponseLike {
  readonly headersSent: boolean;
  readonly socket?: object | null;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  writeHead(status: number, headers: Readonly<Record<string, string>>): unknown;
  getHeaderNames(): string[];
  removeHeader(name: string): void;
  write(chunk: Uint8Array): boolean;
  end(body?: string | Uint8Array): unknown;
  destroy(error?: Error): unknown;
  on(event: string, listener: () => void): unknown;
  off(event: string, listener: () => void): unknown;
}

/** Headers of others on the same response that would weaken or change ours, or let other sites read it; the rest (cookies, request ids) stay. */
const OURS =
  /^(?:content-|access-control-|cross-origin-|etag$|last-modified$|cache-control$|expires$|x-frame-options$)/;

/** Asks the handler, and sends what it answers: a stream as fast as it is read, and no further once whoever asked has gone. */
export async function answerWith(
  handler: ViewerHandler,
  request: Omit<ViewerRequest, 'signal' | 'isEnding'>,
  response: ResponseLike,
): Promise<void> {
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.on('close', onClose);
  try {
    const isEnding = (): boolean => endsServer(response.socket);
    const { status, headers, body } = await handler({ ...request, signal: gone.signal, isEnding });
    if (response.headersSent || response.destroyed) return await letGo(body);
    for (const name of response.getHeaderNames()) if (OURS.test(name.toLowerCase())) response.removeHeader(name);
    const isWhole = typeof body === 'string' || body instanceof Uint8Array;
    const bytes = isWhole ? Buffer.from(body as string) : undefined;
    const length = bytes === undefined || status === 304 ? {} : { 'content-length': String(bytes.length) };
    response.writeHead(status, { ...headers, ...length });
    if (request.method === 'HEAD') {
      await letGo(body);
      response.end();
    } else if (isWhole) response.end(bytes);
    else await send(body, response, gone.signal);
  } finally {
    response.off('close', onClose);
  }
}

/** A stream that nobody takes holds what it has begun with until it is told to end. */
async function letGo(body: ViewerAnswer['body']): Promise<void> {
  if (typeof body === 'string' || body instanceof Uint8Array) return;
  await body[Symbol.asyncIterator]().return?.(undefined);
}

async function send(body: AsyncIterable<Uint8Array>, response: ResponseLike, signal: AbortSignal): Promise<void> {
  try {
    for await (const chunk of body) {
      if (signal.aborted) return;
      if (!response.write(chunk)) await drained(response, signal);
      if (signal.aborted) return;
    }
    response.end();
  } catch (error) {
    // Cut, and not ended: a part must not look like the whole.
    response.destroy(error instanceof Error ? error : undefined);
  }
}

async function drained(response: ResponseLike, signal: AbortSignal): Promise<void> {
  try {
    await once(response as unknown as NodeJS.EventEmitter, 'drain', { signal }); // Node's own, of which no more is named
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Node keeps the server there, for connections of HTTP/1; where it is not, a stream ends by its own time. */
function endsServer(socket: object | null | undefined): boolean {
  const { server } = (socket ?? {}) as { server?: { listening?: unknown } }; // no member of its type
  return server?.listening === false;
}
