import { LIMITS } from '../event/limits.js';
import type { AuditRequest } from './request.js';

/** What a request is called that matched no route: its path says nothing that may be kept. */
export const UNMATCHED = 'http.unmatched';

export interface DefaultAction {
  readonly action: string;
  /** Absent where the pattern has no word in it. */
  readonly type?: string;
  /** The parameter of the route that has the id. */
  readonly idParameter?: string;
}

interface Segment {
  readonly text: string;
  /** The name of the parameter in it; empty for one without a name. */
  readonly parameter: string | undefined;
}

/** What may stand before the first word of a resource. */
const PREFIX = /^(api|rest|v\d+(\.\d+)*)$/i;
const OF_COLLECTION: Readonly<Record<string, string>> = { POST: 'create', GET: 'list', HEAD: 'list' };
const OF_ITEM: Readonly<Record<string, string>> = { POST: 'update', GET: 'read', HEAD: 'read' };
const OF_EITHER: Readonly<Record<string, string>> = { PUT: 'update', PATCH: 'update', DELETE: 'delete' };

/**
 * Action and resource of a request out of its method and the pattern of its route: `POST /api/v1/residents` is
 * `residents.create`, `PUT /residents/:id` is `residents.update`, `POST /invoices/:id/approve` is `invoices.approve`,
 * `GET /invoices/:id/lines` is `invoices.lines.list`. Of a nested resource the last one counts.
 */
export function defaultAction(
  method: string,
  pattern: string | undefined,
  given: AuditRequest['params'],
): DefaultAction {
  if (pattern === undefined) return { action: UNMATCHED };
  const segments = withoutPrefix(segmentsOf(pattern, given));
  const last = segments.findLastIndex(({ parameter }) => parameter !== undefined);
  const before = last < 0 ? segments : segments.slice(0, last);
  const owner = words(before.slice(before.findLastIndex(({ parameter }) => parameter !== undefined) + 1));
  const tail = last < 0 ? [] : words(segments.slice(last + 1));
  const item = last >= 0 && tail.length === 0;
  const verb = OF_EITHER[method] ?? (item ? OF_ITEM : OF_COLLECTION)[method] ?? method.toLowerCase();
  // What is posted to a part of one thing is mostly a command to it.
  const said = tail.length > 0 && method === 'POST' ? [] : [verb];
  const type = owner.at(-1);
  const idParameter = segments[last]?.parameter;
  return {
    action: bounded([...(owner.length > 0 ? owner : ['http']), ...tail, ...said].join('.')),
    ...(type === undefined ? {} : { type: type.slice(0, LIMITS.typeLength) }),
    ...(idParameter ? { idParameter } : {}),
  };
}

/** The pattern without a prefix like `/api/v1`, as text. */
export function unprefixed(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '');
  const first = segments.findIndex((segment) => !PREFIX.test(segment));
  return `/${(first < 0 ? [] : segments.slice(first)).join('/')}`;
}

function withoutPrefix(segments: readonly Segment[]): readonly Segment[] {
  const first = segments.findIndex(({ text, parameter }) => parameter !== undefined || !PREFIX.test(text));
  return first < 0 ? [] : segments.slice(first);
}

/** Of Express (`:id`, `*path`, `{/:id}`), of Fastify (`:id(^\\d+$)`, `:id?`, `*`). */
function segmentsOf(pattern: string, given: AuditRequest['params']): Segment[] {
  // An optional part counts if the request has it.
  const whole = pattern.replaceAll(/\{([^{}]*)\}/g, (_, part: string) => {
    const name = /[:*](\w+)/.exec(part)?.[1];
    return name === undefined || given?.[name] !== undefined ? part : '';
  });
  return whole
    .split('/')
    .filter((text) => text !== '')
    .map((text) => ({ text, parameter: /[:*(]/.test(text) ? (/[:*](\w+)/.exec(text)?.[1] ?? '') : undefined }));
}

/** What an action may be made of. */
function words(segments: readonly Segment[]): string[] {
  return segments.map(({ text }) => text.replaceAll(/[^\w-]+/g, '_')).filter((text) => text !== '');
}

/** An action begins with a letter or digit. */
function bounded(action: string): string {
  return (/^[A-Za-z0-9]/.test(action) ? action : `http.${action}`).slice(0, LIMITS.actionLength);
}
