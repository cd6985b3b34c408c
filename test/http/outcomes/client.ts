import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Ending } from './endings.js';
import { SECRET } from './secret.js';
import { arrivals } from './platform.js';

/** What a client knows of one request when it is over. */
export interface Told {
  readonly id: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly text: string;
  /** The connection was closed before the end of the answer, or before any of it. */
  readonly cut: boolean;
}

/** Headers that differ from one server, or one moment, to the next. */
const OF_THE_MOMENT = ['date', 'x-request-id'];

/** A request that hangs is a finding, not a battery that hangs. */
const NEVER_ANSWERED_MS = 20_000;

/** Sends the request of this ending, and goes away if that is how it ends. */
export async function send(url: string, { request, user, body, last, hangsUp }: Ending): Promise<Told> {
  const [method = '', path = ''] = request.split(' ');
  const id = randomUUID();
  const leaving = new AbortController();
  if (hangsUp === 'before') void once(arrivals, id).then(() => leaving.abort());
  let told: Omit<Told, 'cut'> = { id, text: '' };
  try {
    const response = await fetch(`${url}${path}?q=${SECRET.query}`, {
      method,
      redirect: 'manual',
      signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(NEVER_ANSWERED_MS)]),
      headers: {
        'x-request-id': id,
        ...(last ? { connection: 'close' } : {}),
        ...(user ? { 'x-user': user } : {}),
        ...(hasBody(method) ? { 'content-type': 'application/json' } : {}),
      },
      ...(hasBody(method) ? { body: body ?? JSON.stringify({ note: SECRET.body }) } : {}),
    });
    const headers = Object.fromEntries([...response.headers].filter(([name]) => !OF_THE_MOMENT.includes(name)));
    told = { id, status: response.status, headers, text: '' };
    for await (const chunk of response.body ?? []) {
      told = { ...told, text: told.text + Buffer.from(chunk as Uint8Array).toString('latin1') };
      if (hangsUp === 'during') leaving.abort();
    }
    return { ...told, cut: false };
  } catch {
    return { ...told, cut: true };
  }
}

const hasBody = (method: string): boolean => method !== 'GET' && method !== 'HEAD';
