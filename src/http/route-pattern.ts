import { secretNames } from '../event/redaction.js';
import { patternOf } from './path-list.js';
import type { AuditRequest } from './request.js';

const isSecret = secretNames();

const noted = new WeakMap<object, string>();

/** Keeps the pattern of the route for the end: an Express router that hands an error on takes its mount path back. */
export function notePattern(request: AuditRequest): void {
  const pattern = routePattern(request);
  if (pattern !== undefined) noted.set(request, pattern);
}

const passed = new WeakMap<object, unknown>();

/**
 * Notes that no route answered: whatever Express left on the request belongs to middleware that was bound to a path, or to a
 * handler that passed on. Called behind all routes.
 */
export function notePassed(request: AuditRequest): void {
  passed.set(request, request.route);
}

/** The pattern of the route that matched, e.g. `/invoices/:id`; nothing where none did. Never the path of the request. */
export function routePattern(request: AuditRequest): string | undefined {
  const known = noted.get(request);
  if (known !== undefined) return known;
  const { routeOptions, baseUrl } = request as { routeOptions?: { url?: unknown }; baseUrl?: unknown };
  if (typeof routeOptions === 'object') return typeof routeOptions.url === 'string' ? routeOptions.url : undefined;
  if (passed.has(request) && !isLater(request)) return undefined;
  const mount = typeof baseUrl === 'string' ? baseUrl : '';
  const path = patternOf(request.route?.path, pathBelow(request, mount), request.params);
  if (path === undefined || mount === '') return path;
  return mountPattern(mount, request.params ?? {}) + (path === '/' ? '' : path);
}

/** For a look at it alone: it is never kept. */
function pathBelow(request: AuditRequest, mount: string): string {
  const url: unknown = request['originalUrl'] ?? request['url'];
  const path = typeof url === 'string' ? (url.split(/[?#]/, 1)[0] ?? '') : '';
  return path.startsWith(mount) ? path.slice(mount.length) || '/' : path;
}

/**
 * The parameters of a route by names that tell what is in them: a capture or a wildcard has a number, and whether its value may
 * be a secret is said by what stands before it in the pattern.
 */
export function namedParameters(request: AuditRequest, params: AuditRequest['params']): AuditRequest['params'] {
  if (params === undefined || !Object.keys(params).some((name) => NUMBER.test(name))) return params;
  const pattern = routePattern(request) ?? '';
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      if (!NUMBER.test(name)) return [name, value];
      const places = [`${pattern}/`.indexOf(`:${name}/`), pattern.search(/[*(]/)].filter((place) => place >= 0);
      return [`${pattern.slice(0, places[0])} ${name}`, value];
    }),
  );
}

const NUMBER = /^(?:\d+|\*)$/;

/** What is read of a route of Express, and of the response on its request. */
interface Left {
  readonly route?: { readonly path?: unknown; readonly methods?: Readonly<Record<string, unknown>> };
  readonly res?: { readonly statusCode?: unknown };
}

/** More methods than anybody writes down: `all()` of an application names each. */
const MANY = 10;

/** Whether a route came behind all others that is more than Nest's answer to what matches none: it binds one to its prefix. */
function isLater(request: AuditRequest): boolean {
  const { route, res } = request as Left;
  if (passed.get(request) === route) return false;
  const methods = route?.methods ?? {};
  const all = methods['_all'] === true || Object.keys(methods).length > MANY;
  return !all || (route?.path !== '*path' && res?.statusCode !== 404);
}

/** For a policy: the route that matched, by its pattern alone. */
export function matchedOf(request: AuditRequest): { readonly pattern: string } | undefined {
  const pattern = routePattern(request);
  return pattern === undefined ? undefined : { pattern };
}

/** A word of a path as programmers write them, or the number of a version. Ids have digits, and are rarely so short. */
const WORD = /^(?:[a-z][a-z_-]{0,31}|v\d{1,3})$/i;

/** Express tells where a router is mounted only as the raw path: what is a parameter there, or may be an id, is masked. */
function mountPattern(baseUrl: string, params: Readonly<Record<string, unknown>>): string {
  // What stands behind `reset-password` or `token` is one, as often as not.
  let secret = false;
  return baseUrl
    .split('/')
    .map((segment) => {
      if (segment === '') return segment;
      const text = decoded(segment);
      const behind = secret;
      secret ||= isSecret(text);
      const name = Object.keys(params).find((key) => params[key] === text);
      if (name !== undefined) return `:${name}`;
      return WORD.test(segment) && !behind ? segment : ':masked';
    })
    .join('/');
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
