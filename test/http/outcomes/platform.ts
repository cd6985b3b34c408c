import { EventEmitter, once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import type { Durability } from '../../../src/event/types.js';

export const PLATFORMS = ['Nest on Express', 'Nest on Fastify', 'Express', 'Fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** An application of one platform with every route of the table; the twin that nobody watches has no `flush`. */
export interface Server {
  readonly url: string;
  flush?(): Promise<void>;
  close(): Promise<void>;
}

export interface ServerOptions {
  /** Of the log. Absent: nobody watches. */
  readonly databaseUrl?: string;
  readonly durability?: Durability;
}

/** Tells that the request of this id is in a handler's hands. */
export const arrivals = new EventEmitter();

/** Resolves when the connection of the request is gone. */
export async function gone(request: { readonly headers: object; readonly socket: EventEmitter }): Promise<void> {
  const closed = once(request.socket, 'close');
  arrivals.emit(idOf(request));
  await closed;
}

export const streamed = (): Readable => Readable.from([Buffer.alloc(10_000, 'a'), Buffer.alloc(20_000, 'b')]);
export const FILE = Buffer.alloc(70_000, 'f');

/** Sends something, and then either nothing more or an error. */
export function begun(error?: Error): Readable {
  const stream = new PassThrough();
  stream.write('the beginning');
  if (error) setTimeout(() => stream.destroy(error), 20);
  return stream;
}

/** What a plain server writes as events. */
export const EVENTS = ['data: one\n\n', 'data: two\n\n'];

export function idOf({ headers }: { readonly headers: object }): string {
  return String((headers as Record<string, unknown>)['x-request-id']);
}

/** Whom the header names, as authentication would leave it on the request. */
export function userOf({ headers }: { readonly headers: object }): object | undefined {
  const id = (headers as Record<string, string | undefined>)['x-user'];
  return id === undefined ? undefined : { id, email: `${id}@example.test`, role: 'clerk' };
}
