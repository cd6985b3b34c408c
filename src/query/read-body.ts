import { canonicalJson } from '../event/canonical.js';
import { formatMicros } from '../event/clock.js';
import {
  FLAGS,
  OUTCOMES,
  SEVERITIES,
  SOURCES,
  type Flag,
  type JsonObject,
  type JsonValue,
  type Outcome,
  type Severity,
  type Source,
} from '../event/types.js';
import type { StoredEntry } from '../store/entry.port.js';
import { readSection } from './read-section.js';
import type { Unread } from './unreadable.js';

/** What a body says, as far as it can be understood. */
export interface ReadBody {
  readonly occurredAt: string;
  readonly source: Source | 'unreadable';
  readonly action: string;
  readonly outcome: Outcome | 'unreadable';
  readonly resource: string | undefined;
  readonly group: string | undefined;
  readonly tx: string | undefined;
  readonly durationMs: number | undefined;
  readonly severity: Severity | undefined;
  readonly flags: readonly Flag[];
}

const MEMBERS = 'action commit durationMs flags group id occurredAt outcome resource severity source tx v'.split(' ');
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Total. What a body does not say in a form that is understood, the columns say by which the entry was found. */
export function readBody({ body: text, columns }: StoredEntry, unread: Unread): ReadBody {
  if (text === null) unread.note('body', 'too-large');
  const body = text === null ? undefined : readSection(text, 'body', unread);
  if (body && !isCanonical(body, text)) unread.note('body', 'not-canonical');
  for (const name of Object.keys(body ?? {}))
    if (!MEMBERS.includes(name)) unread.note(`body.${name.slice(0, 60)}`, 'unknown', body?.[name]);

  /** A member that is there and is not what it must be is noted, and is not there. */
  const member = <T extends JsonValue>(
    name: string,
    is: (value: JsonValue) => value is T,
    must: boolean,
  ): T | undefined => {
    const value = body && Object.hasOwn(body, name) ? body[name] : undefined;
    if (value !== undefined && is(value)) return value;
    if (body && value !== undefined)
      unread.note(`body.${name}`, typeof value === 'string' ? 'unknown' : 'wrong-type', value);
    else if (body && must) unread.note(`body.${name}`, 'missing');
    return undefined;
  };
  const name = (value: JsonValue): value is string => typeof value === 'string' && value !== '';
  const flags = member('flags', Array.isArray as unknown as (value: JsonValue) => value is JsonValue[], false) ?? [];
  const known = flags.filter(oneOf(FLAGS));
  if (known.length < flags.length)
    unread.note(
      'body.flags',
      'unknown',
      flags.find((flag) => !oneOf(FLAGS)(flag)),
    );

  return {
    occurredAt: member('occurredAt', (value): value is string => name(value) && TIME.test(value), true) ?? time(columns.occurredAt), // prettier-ignore
    source: member('source', oneOf(SOURCES), true) ?? 'unreadable',
    action: member('action', name, true) ?? columns.action,
    outcome: member('outcome', oneOf(OUTCOMES), true) ?? OUTCOMES.find((each) => each === columns.outcome) ?? 'unreadable', // prettier-ignore
    resource: member('resource', name, false) ?? (body && !Object.hasOwn(body, 'resource') ? undefined : (columns.resourceType ?? undefined)), // prettier-ignore
    group: member('group', name, false),
    tx: member('tx', name, false),
    durationMs: member('durationMs', (value): value is number => Number.isSafeInteger(value) && Number(value) >= 0, false), // prettier-ignore
    severity: member('severity', oneOf(SEVERITIES), false),
    flags: known,
  };
}

function oneOf<T extends string>(set: readonly T[]): (value: JsonValue) => value is T {
  return (value): value is T => set.some((each) => each === value);
}

function isCanonical(body: JsonObject, text: string | null): boolean {
  try {
    return canonicalJson(body) === text;
  } catch {
    return false;
  }
}

/** '' for a time that no body can hold. */
function time(micros: number): string {
  try {
    return formatMicros(micros);
  } catch {
    return '';
  }
}
