import type { AuditRequest } from '../../http/request.js';
import type { CallRead } from './request-of.js';
import { memberOf, standIn } from './stand-in.js';

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

/** Of a resolver: root value, arguments, context, info. */
export function ofGraphql([, given, context, described]: readonly unknown[]): CallRead {
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
  const read = standIn('graphql', { body: args, context }, () => memberOf(context, 'user'));
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
