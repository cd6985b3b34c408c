import type { ErrorAnswer } from '../answers.js';

/**
 * Why there is no answer.
 * - `ended`: there was a session, and there is none now; `stranger`: there was none
 * - `denied`: there is one, and it may not
 * - `inconsistent`: no outage, but a finding: what is stored is not what was sealed
 * - `blocked`: the request did not leave the browser, while others do; `unreachable`: none does
 */
export type Fault = 'ended' | 'stranger' | 'denied' | 'absent' | 'not-yet' | 'inconsistent' | 'invalid' | 'away' | 'timeout' | 'blocked' | 'unreachable' | 'failed'; // prettier-ignore

export class NoAnswer extends Error {
  readonly fault: Fault;
  /** Of the server, such as `AUDIT_QUERY_INVALID`. */
  readonly code: string | undefined;
  /** What was asked, relative to the mount. */
  readonly path: string;

  constructor(fault: Fault, path: string, said?: { readonly code?: string; readonly message?: string }) {
    super(said?.message?.replace(/ \[AUDIT_\w+\]$/, '') ?? fault);
    this.fault = fault;
    this.code = said?.code;
    this.path = path;
  }
}

const FAULTS: Readonly<Record<number, Fault>> = { 400: 'invalid', 403: 'denied', 404: 'absent', 409: 'not-yet', 503: 'away', 504: 'timeout' }; // prettier-ignore

/** No page of another site can send it. */
const OURS = { 'x-audit-viewer': '1' };

/** The server below one mount. */
export class Api {
  /** Of the mount, with its slash at the end. */
  readonly base: URL;
  #isKnown = false;

  constructor(base: URL) {
    this.base = base;
  }

  url(path: string, query?: URLSearchParams): string {
    const text = query?.toString() ?? '';
    return new URL(`api/${path}${text === '' ? '' : `?${text}`}`, this.base).href;
  }

  /** @throws NoAnswer */
  async ask<T>(path: string, query?: URLSearchParams, signal?: AbortSignal): Promise<T> {
    const response = await this.send(path, query, signal ? { signal } : {});
    try {
      return (await response.json()) as T; // the types of answers.ts are the contract
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new NoAnswer('failed', path);
    }
  }

  /** @throws NoAnswer, or what the signal throws */
  async send(path: string, query: URLSearchParams | undefined, init: RequestInit): Promise<Response> {
    const headers = { accept: 'application/json', ...OURS };
    let response: Response;
    try {
      // A redirect is one to a page for signing in.
      response = await fetch(this.url(path, query), { credentials: 'same-origin', redirect: 'manual', ...init, headers }); // prettier-ignore
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new NoAnswer(await this.#whyNot(), path);
    }
    const ended = this.#isKnown ? 'ended' : 'stranger';
    if (response.type === 'opaqueredirect') throw new NoAnswer(ended, path);
    if (!response.ok) throw await refusal(response, path, ended);
    if ((response.headers.get('content-type') ?? '').startsWith('text/html')) throw new NoAnswer(ended, path);
    this.#isKnown = true;
    return response;
  }

  /** An extension blocks one address; a network or a server that is away, all of them. */
  async #whyNot(): Promise<Fault> {
    try {
      await fetch(this.url('session'), { redirect: 'manual', headers: OURS });
      return 'blocked';
    } catch {
      return 'unreachable';
    }
  }
}

async function refusal(response: Response, path: string, ended: Fault): Promise<NoAnswer> {
  const said = (await response.json().catch(() => undefined)) as Partial<ErrorAnswer> | undefined;
  if (said?.error?.code === 'AUDIT_LOG_INCONSISTENT') return new NoAnswer('inconsistent', path, said.error);
  return new NoAnswer(response.status === 401 ? ended : (FAULTS[response.status] ?? 'failed'), path, said?.error);
}

/** A fault that may be gone in a moment. */
export const mayPass = (error: unknown): boolean =>
  error instanceof NoAnswer && (error.fault === 'away' || error.fault === 'unreachable');
