import { hash, randomUUID } from 'node:crypto';
import { types } from 'node:util';
import { newContext, type AuditContext } from '../context/context.js';
import type { Actor } from '../event/types.js';
import { header, type AuditRequest } from './request.js';
import { actorOfProxy, type TrustedProxyOptions } from './trusted-proxy.js';

export interface RequestContextOptions {
  /** Who acts, asked at the moment of each write, so after the guards. @defaultValue `req.user`: id (or sub, userId), email, role, onBehalfOf */
  readonly actor?: ((request: AuditRequest) => Actor | null | undefined | false) | undefined;
  /**
   * A proxy whose headers say who acts, where neither `actor` nor `req.user` does. Without this option no header of a request
   * ever names an actor. @defaultValue none
   */
  readonly trustedProxy?: TrustedProxyOptions | undefined;
  /** Chooses the chain. @defaultValue none */
  readonly tenant?: ((request: AuditRequest) => string | null | undefined) | undefined;
  /** The session's id; only its SHA-256 is logged. @defaultValue `req.sessionID` */
  readonly session?: ((request: AuditRequest) => string | null | undefined) | undefined;
}

/** What a client may choose as its request id: anything else is replaced, and never echoed. */
const REQUEST_ID = /^[A-Za-z0-9._:~+/=@-]{1,128}$/;

/** The context of one request. The unit of work is ours; the request id is the client's word and binds nothing. */
export function requestContext(
  request: AuditRequest,
  options: RequestContextOptions,
  /** The application's own id for this request, if a middleware of its own has set one. */
  own?: unknown,
): AuditContext {
  const given = typeof own === 'string' ? own : header(request, 'x-request-id');
  const { actor = userOf, trustedProxy, tenant } = options;
  const { session = (req: AuditRequest): unknown => req['sessionID'] } = options;
  return newContext({
    actor: () => actor(request) || (trustedProxy && actorOfProxy(request, trustedProxy)),
    tenant: tenant && (() => tenant(request) ?? undefined),
    requestId: given !== undefined && REQUEST_ID.test(given) ? given : randomUUID(),
    ip: request.ip,
    userAgent: header(request, 'user-agent'),
    // Asked at each write, as the actor is: a session may be opened after us, and a login makes a new one.
    session: () => hashed(request, session),
  });
}

function hashed(request: AuditRequest, read: (request: AuditRequest) => unknown): string | undefined {
  let session: unknown;
  try {
    session = read(request);
    if (types.isPromise(session)) session.catch(() => undefined); // too late, and not for the process to die of
  } catch {
    return undefined;
  }
  return typeof session === 'string' && session !== '' ? hash('sha256', session).slice(0, 32) : undefined;
}

/** Passport's and most guards' habit. */
function userOf(request: AuditRequest): Actor | undefined {
  const user = request.user as Record<string, unknown> | undefined;
  if (typeof user !== 'object' || user === null) return undefined;
  const id = identity(user['id'] ?? user['sub'] ?? user['userId']);
  const role = Array.isArray(user['roles']) ? user['roles'].join(',') : (user['role'] ?? undefined);
  const delegate = delegateOf(user);
  if (delegate !== undefined) return { id: delegate, type: 'user', onBehalfOf: id };
  return {
    id,
    type: 'user',
    onBehalfOf: identity(user['onBehalfOf']),
    email: typeof user['email'] === 'string' ? user['email'] : undefined,
    role: typeof role === 'string' ? role : undefined,
  };
}

/** Token exchange (RFC 8693, 4.1): `act.sub` acts, for the subject of the token. Role and email are the subject's. */
function delegateOf({ act }: Record<string, unknown>): string | undefined {
  return typeof act === 'object' && act !== null && 'sub' in act ? identity(act.sub) : undefined;
}

function identity(id: unknown): string | undefined {
  return typeof id === 'string' || typeof id === 'number' || typeof id === 'bigint' ? String(id) : undefined;
}
