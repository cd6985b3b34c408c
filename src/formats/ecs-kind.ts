import type { Seen } from './seen.js';
import { isOneOf } from './values.js';
import { kindOf, verbOf, type Verb } from './verb.js';

/** `event.category` and `event.type`: only pairs that the schema allows. */
export interface EcsKind {
  readonly category: string;
  readonly type: readonly string[];
}

const TYPES: Readonly<Record<Verb, string>> = {
  create: 'creation',
  read: 'access',
  update: 'change',
  delete: 'deletion',
  truncate: 'deletion',
  other: 'info',
};

/** @param users actions that are about accounts and roles */
export function ecsKindOf(seen: Seen, users: readonly string[]): EcsKind {
  const type = TYPES[verbOf(seen)];
  const kind = kindOf(seen);
  switch (kind) {
    case 'login':
      return { category: 'authentication', type: ['start'] };
    case 'logout':
      return { category: 'authentication', type: ['end'] };
    case 'read':
      return { category: 'database', type: ['access'] };
    case 'control':
      return { category: 'configuration', type: ['info'] };
    case 'unreadable':
      return { category: 'api', type: ['info'] };
    default:
      // Which has no reading.
      if (isOneOf(seen.text.action ?? '', users))
        return { category: 'iam', type: ['user', type === 'access' ? 'info' : type] };
      // Of a row that came or went, the schema knows that something changed; which it was is in `event.action`.
      if (kind === 'change') return { category: 'database', type: ['change'] };
      return { category: 'api', type: seen.text.outcome === 'denied' ? [type, 'denied'] : [type] };
  }
}
