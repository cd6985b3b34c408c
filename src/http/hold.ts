import { sizeOf } from './body.js';
import { freezeHead, refuseChange } from './frozen-head.js';
import { refuse } from './refusal.js';
import type { AuditResponse } from './request.js';

/** Node's own response: what is replaced of it while its end is held. */
export interface HoldableResponse extends AuditResponse {
  readonly writableEnded: boolean;
  removeHeader(name: string): void;
  getHeaderNames(): string[];
  writeHead: (...args: never[]) => unknown;
  flushHeaders: () => void;
}

/** What becomes of a response whose end was held: it goes out, or 503 does in its place. */
export type Verdict = 'send' | 'refuse';

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Asks `beforeEnd` when the response is about to end, and lets the end go when its promise resolves; at once if it gives none.
 * For the application the response has ended meanwhile: headers are sent, no header can be set, a further `end` or `write`
 * does nothing. A head that was written goes out with the first byte of the body, so that it can still be replaced.
 */
export function holdEnd(
  response: HoldableResponse,
  beforeEnd: (status: number, bytes: number) => Promise<Verdict> | undefined,
): void {
  const native: Record<'writeHead' | 'flushHeaders' | 'write' | 'end', Method> = {
    writeHead: response.writeHead as Method,
    flushHeaders: response.flushHeaders,
    write: response.write as Method,
    end: response.end as Method,
  };
  const call = (name: keyof typeof native, args: unknown[] = []): unknown =>
    Reflect.apply(native[name], response, args);
  let head: 'open' | 'written' | 'sent' = 'open';
  let end: 'open' | 'held' | 'through' = 'open';
  let written = 0;
  let thaw: (() => void) | undefined;
  const late: ((error?: Error) => void)[] = [];

  /** Hands on what was kept back of the head; what Node renders by itself from now on is its own affair. */
  const sendHead = (): void => {
    const wasWritten = head === 'written';
    head = 'sent';
    thaw?.();
    thaw = undefined;
    if (wasWritten) call('writeHead', [response.statusCode]);
  };
  const release = (verdict: Verdict, args: unknown[]): void => {
    const replaceable = head !== 'sent';
    end = 'through';
    if (verdict === 'refuse' && replaceable) {
      head = 'sent';
      thaw?.();
      refuse(response, (body) => call('end', [body]));
    } else {
      sendHead();
      call('end', args);
    }
    for (const callback of late) call('end', [callback]);
  };

  response.writeHead = function (...args: unknown[]): unknown {
    // `compression` asks for the head to be rendered until it is.
    if (head === 'written')
      return args.length === 1 && args[0] === response.statusCode ? response : refuseChange('write');
    if (head === 'sent' || !isPlain(args)) {
      head = 'sent';
      return call('writeHead', args);
    }
    const [status, ...rest] = args as [number, ...unknown[]];
    const message = rest.find((part) => typeof part === 'string');
    const headers = rest.find((part) => typeof part === 'object' && part !== null) ?? {};
    response.statusCode = status;
    if (message !== undefined) response.statusMessage = message;
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as never);
    head = 'written';
    thaw = freezeHead(response, () => end === 'held');
    return response;
  };
  response.flushHeaders = function (): void {
    if (end === 'held') return;
    sendHead();
    call('flushHeaders');
  };
  response.write = function (...args: unknown[]): unknown {
    if (end === 'held') return false;
    sendHead();
    written += sizeOf(args);
    return call('write', args);
  };
  response.end = function (...args: unknown[]): unknown {
    const callback = args.find((part) => typeof part === 'function') as (() => void) | undefined;
    if (end === 'held') {
      if (callback) late.push(callback);
      return response;
    }
    if (end === 'through' || !isSendable(args[0])) return call('end', args);
    const waiting = beforeEnd(response.statusCode, written + sizeOf(args));
    if (!waiting) {
      end = 'through';
      sendHead();
      return call('end', args);
    }
    end = 'held';
    thaw ??= freezeHead(response, () => end === 'held');
    void waiting.then((verdict) => release(verdict, args));
    return response;
  };
}

/** A head that can be kept back: what is wrong with any other, Node says at once. */
function isPlain([status, ...rest]: readonly unknown[]): boolean {
  return (
    typeof status === 'number' &&
    Number.isInteger(status) &&
    status >= 200 &&
    status <= 999 &&
    !rest.some((part) => Array.isArray(part))
  );
}

/** What Node's `end` takes as a last chunk; it throws at anything else, and should throw at the caller. */
function isSendable(chunk: unknown): boolean {
  return (
    chunk === undefined ||
    chunk === null ||
    typeof chunk === 'string' ||
    typeof chunk === 'function' ||
    chunk instanceof Uint8Array
  );
}
