import { visible } from '../event/visible.js';
import type { Seen } from './seen.js';

/** What an entry is about, in the words that all schemas have. */
export type Verb = 'create' | 'read' | 'update' | 'delete' | 'truncate' | 'other';

const VERBS: Readonly<Record<string, Verb>> = {
  create: 'create',
  read: 'read',
  update: 'update',
  delete: 'delete',
  truncate: 'truncate',
  POST: 'create',
  GET: 'read',
  HEAD: 'read',
  PUT: 'update',
  PATCH: 'update',
  DELETE: 'delete',
};

/** The last word of the action (`Invoice.update`), else the method of the request. */
export function verbOf({ text }: Seen): Verb {
  if (text.source === 'read') return 'read';
  return known(text.action?.split('.').at(-1)) ?? known(text.method) ?? 'other';
}

function known(word: string | undefined): Verb | undefined {
  return word !== undefined && Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
}

/** Of what kind an entry is, beside its verb. */
export type Kind = 'login' | 'logout' | 'change' | 'read' | 'call' | 'control' | 'unreadable';

export function kindOf({ text }: Seen): Kind {
  switch (text.source) {
    case 'change':
    case 'change.client':
      return 'change';
    case 'read':
      return 'read';
    case 'control':
      return 'control';
    case 'request':
    case 'record':
      return text.action === 'auth.login' ? 'login' : text.action === 'auth.logout' ? 'logout' : 'call';
    default:
      return 'unreadable';
  }
}

/** A line for people; none of it moves a cursor. */
export function sentenceOf({ text }: Seen): string {
  const on =
    text.type === undefined ? '' : ` on ${text.type}${text.resourceId === undefined ? '' : ` ${text.resourceId}`}`;
  const by = text.actorId === undefined ? '' : ` by ${text.actorId}`;
  return visible(`${text.action ?? 'unreadable'}${on}${by}: ${text.outcome ?? 'unreadable'}`, 300);
}

/** `<trace>-<span>`, as the active span of a unit of work is noted; or a trace alone. */
export function traceOf({ text }: Seen): { readonly trace?: string; readonly span?: string } {
  const [, trace, span] = /^([0-9a-f]{32})(?:-([0-9a-f]{16}))?$/.exec(text.traceId ?? '') ?? [];
  return { ...(trace === undefined ? {} : { trace }), ...(span === undefined ? {} : { span }) };
}

/** In the numbers that OCSF has; informational where nobody said any. */
export const SEVERITY: Readonly<Record<string, readonly [id: number, caption: string]>> = {
  info: [1, 'Informational'],
  notice: [2, 'Low'],
  warning: [3, 'Medium'],
  critical: [5, 'Critical'],
};

export const severityOf = ({ text }: Seen): readonly [id: number, caption: string] =>
  (text.severity !== undefined && Object.hasOwn(SEVERITY, text.severity) ? SEVERITY[text.severity] : undefined) ?? [1, 'Informational']; // prettier-ignore
