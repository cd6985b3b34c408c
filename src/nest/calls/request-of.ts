import 'reflect-metadata';
import type { AuditRequest, Transport } from '../../http/request.js';
import { nestedHeaders, textHeaders } from './headers.js';
import type { CallKind } from './kinds.js';

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

interface Path {
  readonly prev?: Path | undefined;
  readonly key: string | number;
}

/** What is read of GraphQL's `info` (GraphQLResolveInfo). */
interface Info {
  readonly path: Path;
  readonly parentType?: { readonly name?: unknown };
  readonly fieldName: string;
  readonly operation?: { readonly operation?: string; readonly name?: { readonly value?: string } };
}

type Target = Pick<HandlerCall, 'controller' | 'handler'>;

/** Reads what Nest hands to a handler of this kind. */
export function callOf(kind: CallKind, target: Target, args: readonly unknown[]): HandlerCall {
  return { kind, ...target, ...READERS[kind](args, target) };
}

type Read = Pick<HandlerCall, 'request' | 'about' | 'root'>;

const READERS: Readonly<Record<CallKind, (args: readonly unknown[], target: Target) => Read>> = {
  graphql: ofGraphql,
  rpc: ([data, context]) => {
    const pattern = patternOf(context);
    return {
      request: message('rpc', { body: data, headers: nestedHeaders(context), context }, () =>
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
      request: message(
        'ws',
        {
          body: data,
          headers: textHeaders(memberOf(handshake, 'headers')),
          client,
          ...(typeof address === 'string' ? { ip: address } : {}),
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
      request: message('job', { body: memberOf(job, 'data'), job }),
      about: {
        transport: 'job',
        ...(typeof queue === 'string' ? { queue } : {}),
        ...(typeof id === 'string' ? { job: id } : {}),
        ...(typeof attempts === 'number' ? { attempt: attempts + 1 } : {}),
      },
    };
  },
  cron: () => ({ request: message('cron', {}), about: { transport: 'cron' } }),
  event: ([body]) => ({ request: message('event', { body }), about: { transport: 'event' } }),
  cqrs: ([body]) => ({ request: message('cqrs', { body }), about: { transport: 'cqrs' } }),
  command: ([body, options]) => ({ request: message('command', { body, options }), about: { transport: 'command' } }),
  call: ([body]) => ({ request: message('call', { body }), about: { transport: 'call' } }),
};

function ofGraphql([, given, context, described]: readonly unknown[]): Read {
  const info = described as Info | undefined;
  const http = httpRequestOf(context);
  const args = typeof given === 'object' && given !== null ? (given as Readonly<Record<string, unknown>>) : {};
  const operation = info?.operation?.operation ?? 'query';
  const parent = typeof info?.parentType?.name === 'string' ? info.parentType.name : undefined;
  const name = info?.operation?.name?.value;
  const shown = {
    transport: 'graphql',
    operation,
    ...(info ? { field: parent === undefined ? info.fieldName : `${parent}.${info.fieldName}` } : {}),
    ...(name === undefined ? {} : { name }),
  } as const;
  const read = message('graphql', { body: args, context }, () => memberOf(context, 'user'));
  const { path } = info ?? {};
  return {
    // The request itself where there is one, so that a function of it is asked the same as on HTTP; its parameters are the field's.
    request: http ? overlay(http, { transport: 'graphql', params: read.params, body: args, context }) : read,
    about: shown,
    root: path && path.prev === undefined ? { writes: operation === 'mutation', key: path.key } : undefined,
  };
}

/**
 * Where the servers for Nest leave it: Apollo's `req`, Mercurius' `reply.request`; over a socket, graphql-ws' `extra.request`, which
 * Apollo's driver puts below `req`.
 */
function httpRequestOf(context: unknown): AuditRequest | undefined {
  const req = memberOf(context, 'req');
  const found = [
    req,
    memberOf(memberOf(context, 'reply'), 'request'),
    memberOf(memberOf(req ?? context, 'extra'), 'request'),
    memberOf(context, 'request'),
  ].find((each) => typeof memberOf(each, 'headers') === 'object' && memberOf(each, 'headers') !== null);
  return found as AuditRequest | undefined; // Node's own has headers and a method
}

/** The request with other members in front of its own; a user who is not there is where guards leave him over a socket. */
function overlay(request: AuditRequest, members: Readonly<Record<string, unknown>>): AuditRequest {
  const context = members['context'];
  return new Proxy(request, {
    get(target, key) {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key) as unknown;
      const own: unknown = Reflect.get(target, key, target);
      if (key !== 'user' || own !== undefined) return own;
      return memberOf(memberOf(context, 'req'), 'user') ?? memberOf(context, 'user');
    },
    has: (target, key) => Object.hasOwn(members, key) || key in target,
  });
}

/** @param user asked whenever it is read: a guard comes later */
function message(
  transport: Transport,
  members: Readonly<Record<string, unknown>>,
  user: () => unknown = () => undefined,
): AuditRequest {
  const request = { method: transport.toUpperCase(), headers: {}, transport, ...members };
  let params: Readonly<Record<string, string>> | undefined;
  return Object.defineProperties(request, {
    user: { get: user, enumerable: true },
    params: { get: () => (params ??= scalars(members['body'])), enumerable: true }, // a message can have a million members
  });
}

/** The scalars of a message's data, as a route has parameters: `id` names the resource where `@Audited` names its type. */
function scalars(data: unknown): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return found;
  try {
    for (const key of Object.keys(data).slice(0, 64)) {
      const value = Object.getOwnPropertyDescriptor(data, key)?.value as unknown; // no getter is run
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
        Object.defineProperty(found, key, { value: String(value), enumerable: true });
    }
  } catch {
    // A proxy's traps: what could be read is there.
  }
  return found;
}

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

/** Total: what a transport hands over may be anything. */
function memberOf(value: unknown, name: string): unknown {
  try {
    return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  } catch {
    return undefined;
  }
}
