import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { AuditError } from '../event/errors.js';
import type { Actor } from '../event/types.js';
import { header, type AuditRequest } from './request.js';

/** A proxy that has authenticated the user and says who it is in headers. */
export interface TrustedProxyOptions {
  /**
   * Where it connects from: addresses, and networks as `10.0.0.0/8` or `fd00::/8`. Compared with the remote end of the socket,
   * never with a header. Whoever can connect from there can be anybody.
   */
  readonly addresses: readonly string[];
  /** Which header says what, in any capitals. `user` is the actor's id: without it there is no actor. */
  readonly headers: {
    readonly user: string;
    readonly email?: string;
    readonly role?: string;
    readonly onBehalfOf?: string;
  };
}

const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/; // RFC 9110, 5.1
const FIELDS = ['user', 'email', 'role', 'onBehalfOf'] as const;

/** One list for one object of options. */
const lists = new WeakMap<TrustedProxyOptions, BlockList>();

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead */
export function checkTrustedProxy(options: TrustedProxyOptions): void {
  if (
    typeof options !== 'object' ||
    options === null ||
    typeof options.headers !== 'object' ||
    options.headers === null
  )
    throw invalid("must be { addresses: ['10.0.0.0/8'], headers: { user: 'x-forwarded-user' } }");
  for (const name of Object.keys(options.headers)) {
    if (!FIELDS.some((field) => field === name))
      throw invalid(`has no header for ${JSON.stringify(name)}; there are ${FIELDS.join(', ')}`);
  }
  for (const field of FIELDS) {
    const name: unknown = options.headers[field];
    if ((name !== undefined || field === 'user') && !(typeof name === 'string' && HEADER.test(name)))
      throw invalid(`headers.${field} must be the name of a header: headers: { user: 'x-forwarded-user' }`);
  }
  if (!Array.isArray(options.addresses) || options.addresses.length === 0)
    throw invalid("addresses must list where the proxy connects from: addresses: ['10.0.0.0/8']");
  listOf(options);
}

/** Whom the proxy names, if it was the proxy who sent this. */
export function actorOfProxy(request: AuditRequest, options: TrustedProxyOptions): Actor | undefined {
  const address = remoteAddress(request);
  if (address === undefined || !listOf(options).check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return undefined;
  const read = (name: string | undefined): string | undefined => name && only(request, name.toLowerCase());
  const { user, email, role, onBehalfOf } = options.headers;
  const id = read(user);
  if (id === undefined) return undefined;
  return { id, type: 'user', email: read(email), role: read(role), onBehalfOf: read(onBehalfOf) };
}

/** The other end of the connection, which no header can say. */
function remoteAddress(request: AuditRequest): string | undefined {
  const raw = request['raw'] as { socket?: unknown } | undefined; // Fastify's request has the one of Node inside
  const socket = (request['socket'] ?? raw?.socket) as { remoteAddress?: unknown } | undefined;
  const address = socket?.remoteAddress;
  if (typeof address !== 'string') return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]; // IPv4 on a socket of both
  const plain = mapped ?? address.split('%', 1)[0] ?? '';
  return isIPv4(plain) || isIPv6(plain) ? plain : undefined;
}

/** A header that was sent once. Of two, one may be the client's own, which the proxy passed on beside its own. */
function only(request: AuditRequest, name: string): string | undefined {
  const raw = request['raw'] as { rawHeaders?: unknown } | undefined;
  const names: unknown = request['rawHeaders'] ?? raw?.rawHeaders;
  if (Array.isArray(names) && names.filter((text, i) => i % 2 === 0 && String(text).toLowerCase() === name).length > 1)
    return undefined;
  const value = Array.isArray(request.headers[name]) ? undefined : header(request, name)?.trim();
  return value === '' ? undefined : value;
}

function listOf(options: TrustedProxyOptions): BlockList {
  let list = lists.get(options);
  if (!list) lists.set(options, (list = build(options.addresses)));
  return list;
}

function build(addresses: readonly unknown[]): BlockList {
  const list = new BlockList();
  for (const text of addresses) {
    const [address = '', bits, more] = String(text).split('/');
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
    const most = family === 'ipv4' ? 32 : 128;
    const right = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
    if (family === undefined || more !== undefined || !right)
      throw invalid(`addresses holds ${JSON.stringify(text)}: write an address, or a network as 10.0.0.0/8`);
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function invalid(rule: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', `trustedProxy ${rule}`);
}
