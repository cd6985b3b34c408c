/** A request below the path where the viewer is mounted. */
export interface ViewerRequest {
  readonly method: string;
  /** Below the mount, as it was sent, nothing decoded: `''` (the mount itself), `'/'`, `'/api/session'`. */
  readonly path: string;
  /** Last segment of the path of the mount, as it was sent; a request for `''` is led to the same with a slash. */
  readonly mount: string;
  /** Behind the question mark, as it was sent. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** What `authorize` gets: the framework's own request. */
  readonly native: unknown;
  /** Aborted when whoever asked has gone. */
  readonly signal: AbortSignal;
  /** Whether the server takes no more requests, and waits for those that it has. */
  readonly isEnding: () => boolean;
}

/** What is sent for it. A stream that throws is cut, so that nobody takes a part of it for the whole. */
export interface ViewerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
}

/** The first value of a header. */
export function headerOf({ headers }: Pick<ViewerRequest, 'headers'>, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}
