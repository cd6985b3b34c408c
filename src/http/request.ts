/** What brought a call to its handler where that is no plain HTTP route. */
export type Transport = 'graphql' | 'rpc' | 'ws' | 'cron' | 'job' | 'event' | 'cqrs' | 'command' | 'call';

/**
 * What is read of a request, whatever the platform. Callbacks of the application get the request itself, with this type.
 *
 * A call that comes otherwise has a stand-in with the same members: `params` are the scalars of its data, `body` is the data,
 * `headers` are those of the message or of the handshake where there are any, `user` is what a guard left on the transport's own
 * object (never a member of the data, which is the sender's word). Beside them: `context` (graphql, rpc), `client` (ws), `job`
 * (job). GraphQL over HTTP has the HTTP request itself.
 */
export interface AuditRequest {
  /** Absent on a plain HTTP route. */
  readonly transport?: Transport | undefined;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The client's address as the framework sees it, its own trust-proxy setting applied. */
  readonly ip?: string | undefined;
  readonly params?: Readonly<Record<string, string>> | undefined;
  /** Express: the route that matched. */
  readonly route?: { readonly path?: unknown } | undefined;
  // oxlint-disable-next-line typescript/no-explicit-any -- what authentication left there is the application's business
  readonly user?: any;
  // oxlint-disable-next-line typescript/no-explicit-any -- as is anything else that its middleware put on the request
  readonly [member: string]: any;
}

/** A stream that is piped into a response. */
export interface Source {
  once(event: symbol, listener: (error: unknown) => void): unknown;
}

/** What is used of Node's own response, which lies below that of every platform. */
export interface AuditResponse {
  statusCode: number;
  statusMessage?: string;
  readonly headersSent: boolean;
  readonly writableFinished: boolean;
  /** The error with which the server itself destroyed the response. */
  readonly errored?: Error | null | undefined;
  getHeader(name: string): unknown;
  setHeader(name: string, value: never): unknown;
  once(event: 'finish' | 'close' | 'pipe', listener: (source?: Source) => void): unknown;
  // Replaced by functions that pass every argument on; their overloads are not ours to repeat.
  write: (...args: never[]) => unknown;
  end: (...args: never[]) => unknown;
}

/** One value of a header; the first if it was sent more than once. */
export function header(request: AuditRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
