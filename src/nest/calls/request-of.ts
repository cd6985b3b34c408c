import 'reflect-metadata';
import type { AuditRequest } from '../../http/request.js';
import { ofGraphql } from './graphql-call.js';
import { nestedHeaders, textHeaders } from './headers.js';
import type { CallKind } from './kinds.js';
import { memberOf, standIn } from './stand-in.js';

/** One call of a handler, as the audit sees it. */
export interface HandlerCall {
  readonly kind: CallKind;
  readonly controller: { readonly name: string };
  readonly handler: { readonly name: string };
  /** What the options' callbacks are given in place of an HTTP request. */
  readonly request: AuditRequest;
  /** What the entry's `details.call` says. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Of GraphQL, where the field is one of the operation itself: its name in the answer, and whether it is a mutation's. */
  readonly root?: { readonly writes: boolean; readonly key: string | number } | undefined;
}

type Target = Pick<HandlerCall, 'controller' | 'handler'>;

/** Reads what Nest hands to a handler of this kind. */
export function callOf(kind: CallKind, target: Target, args: readonly unknown[]): HandlerCall {
  return { kind, ...target, ...READERS[kind](args, target) };
}

export type CallRead = Pick<HandlerCall, 'request' | 'about' | 'root'>;

const READERS: Readonly<Record<CallKind, (args: readonly unknown[], target: Target) => CallRead>> = {
  graphql: ofGraphql,
  rpc: ([data, context]) => {
    const pattern = patternOf(context);
    return {
      request: standIn('rpc', { body: data, headers: nestedHeaders(context), context }, () =>
        memberOf(context, 'user'),
      ),
      about: { transport: 'rpc', ...(pattern === undefined ? {} : { pattern }) },
    };
  },
  ws: ([client, data], { handler }) => {
    const event: unknown = Reflect.getMetadata('message', handler); // Nest's own key
    const handshake = memberOf(client, 'handshake');
    const address = memberOf(handshake, 'address') ?? memberOf(memberOf(client, '_socket'), 'remoteAddress');
    return {
      request: standIn(
        'ws',
        {
          body: data,
          headers: textHeaders(memberOf(handshake, 'headers')),
          client,
          // As Node's request has them, for a trusted proxy: the other end of the socket, and headers that came twice.
          rawHeaders: memberOf(memberOf(client, 'request'), 'rawHeaders'),
          ...(typeof address === 'string' ? { ip: address, socket: { remoteAddress: address } } : {}),
        },
        () => memberOf(client, 'user') ?? memberOf(memberOf(client, 'data'), 'user'),
      ),
      about: { transport: 'ws', ...(typeof event === 'string' ? { event: event.slice(0, 256) } : {}) },
    };
  },
  job: ([job]) => {
    const queue = memberOf(job, 'queueName');
    const id = memberOf(job, 'id');
    const attempts = memberOf(job, 'attemptsMade');
    return {
      request: standIn('job', { body: memberOf(job, 'data'), job }),
      about: {
        transport: 'job',
        ...(typeof queue === 'string' ? { queue } : {}),
        ...(typeof id === 'string' ? { job: id } : {}),
        ...(typeof attempts === 'number' ? { attempt: attempts + 1 } : {}),
      },
    };
  },
  cron: () => ({ request: standIn('cron', {}), about: { transport: 'cron' } }),
  event: ([body]) => ({ request: standIn('event', { body }), about: { transport: 'event' } }),
  cqrs: ([body]) => ({ request: standIn('cqrs', { body }), about: { transport: 'cqrs' } }),
  command: ([body, options]) => ({ request: standIn('command', { body, options }), about: { transport: 'command' } }),
  call: ([body]) => ({ request: standIn('call', { body }), about: { transport: 'call' } }),
};

/** What the transport says the message was for. */
function patternOf(context: unknown): string | undefined {
  for (const name of ['getPattern', 'getSubject', 'getTopic', 'getChannel']) {
    const method = memberOf(context, name);
    if (typeof method !== 'function') continue;
    try {
      const said: unknown = Reflect.apply(method, context, []);
      if (typeof said === 'string') return said.slice(0, 256);
    } catch {
      // It does not say.
    }
  }
  return undefined;
}
