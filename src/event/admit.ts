import type { ActionBook } from './action-book.js';
import type { ActionDefinition } from './actions.js';
import { AuditError } from './errors.js';
import { nearest } from './nearest.js';
import { validated } from './standard-schema.js';
import type { AuditEvent, Source } from './types.js';

type Details = Readonly<Record<string, unknown>>;

/** Where an event comes from. */
export interface Origin {
  /** @defaultValue 'record' */
  readonly source?: Source | undefined;
  /** Its action is made out of method and route, so nobody could define it. @defaultValue false */
  readonly derived?: boolean | undefined;
}

/** The verbs of what this package writes itself of a type: what was read, and the changes. */
const OWN_VERBS = ['read', 'create', 'update', 'delete', 'truncate'];

const LOGIN = 'auth.login';

/** What this package adds to the details of a request. No schema of an application has to know them. */
const OWN_DETAILS: ReadonlySet<string> = new Set(['http', 'claimed', 'callbacksFailed', 'refused', 'unknownAction']);

/**
 * The event as its action's definition wants it: with the defaults, and with the details that the schema made of those
 * given. Stands in front of everything else that is checked, and leaves what has no form at all to it.
 *
 * The entry of a request is never refused: it was answered already.
 *
 * @throws AuditError `AUDIT_EVENT_INVALID` when the action is unknown and refused, or resource or details are not as defined;
 *   `AUDIT_OPTIONS_INVALID` when the schema validates asynchronously
 */
export function admitted(
  event: AuditEvent,
  book: ActionBook | undefined,
  { source = 'record', derived = false }: Origin = {},
): AuditEvent {
  if (book === undefined || typeof event !== 'object' || event === null || typeof event.action !== 'string')
    return event;
  const definition = book.find(event.action);
  if (definition === undefined) return derived || isOwn(event, book, source) ? event : unknown(event, book, source);
  const { resource, severity } = definition;
  const other = otherType(event, resource);
  if (other !== undefined && source !== 'request') throw other;
  const details =
    source === 'request' ? ofRequest(event, definition, book, other?.message) : ofRecord(event, definition);
  return {
    ...event,
    ...(resource === undefined || other ? {} : { resource: { ...event.resource, type: resource } }),
    ...(severity === undefined ? {} : { severity: event.severity ?? severity }),
    ...(details === undefined ? {} : { details }),
  };
}

function isOwn({ action, resource }: AuditEvent, book: ActionBook, source: Source): boolean {
  return source === 'control' || book.knows(action) || OWN_VERBS.some((verb) => action === `${resource?.type}.${verb}`);
}

function unknown(event: AuditEvent, book: ActionBook, source: Source): AuditEvent {
  if (book.unknown === 'allow') return event;
  if (book.unknown === 'refuse' && source !== 'request') {
    const near = nearest(event.action, book.names);
    throw new AuditError(
      'AUDIT_EVENT_INVALID',
      `action ${JSON.stringify(event.action.slice(0, 128))} is in no catalogue${near === undefined ? '' : `; did you mean ${near}?`}`,
      { member: 'action' },
    );
  }
  const { details } = event;
  const hasForm = details === undefined || (typeof details === 'object' && details !== null && !Array.isArray(details));
  return hasForm ? { ...event, details: { ...details, unknownAction: true } } : event;
}

function otherType({ action, resource }: AuditEvent, type: string | undefined): AuditError | undefined {
  const given: unknown = resource?.type;
  if (type === undefined || given === undefined || given === type) return undefined;
  return new AuditError('AUDIT_EVENT_INVALID', `resource.type must be ${type}, which ${action} acts upon`, {
    member: 'resource.type',
  });
}

/** A login that failed has the identity that was attempted among its details: ours, and no schema has to know it. */
function ofRecord({ action, details }: AuditEvent, definition: ActionDefinition): Details | undefined {
  if (action !== LOGIN || details?.['claimed'] === undefined) return checked(details, action, definition);
  const { claimed, ...given } = details;
  return { ...checked(given, action, definition), claimed };
}

/** Absent details are an object without members: its schema says whether that is enough. */
function checked(details: unknown, action: string, { details: schema }: ActionDefinition): Details | undefined {
  // What is no object has no place in an entry, and is refused as such.
  if (schema === undefined || (details !== undefined && (typeof details !== 'object' || details === null)))
    return details as Details | undefined;
  return validated(schema, details ?? {}, 'details', action) as Details; // an object, by the type of the schema
}

/**
 * What does not fit its schema is left out, for it may be what the schema would have taken out, and the entry says so. Of a
 * request that did not succeed the application knows a part at best (there is no result), so nobody is told.
 */
function ofRequest(
  event: AuditEvent,
  definition: ActionDefinition,
  book: ActionBook,
  other: string | undefined,
): Details | undefined {
  const members = Object.entries(event.details ?? {});
  const own = {
    ...(other === undefined ? {} : { refused: other }),
    ...Object.fromEntries(members.filter(([name]) => OWN_DETAILS.has(name))),
  };
  const given = Object.fromEntries(members.filter(([name, value]) => !OWN_DETAILS.has(name) && value !== undefined));
  const succeeded = event.outcome === undefined || event.outcome === 'success';
  const nothing = Object.keys(given).length === 0;
  if (nothing && (!succeeded || 'refused' in own || 'callbacksFailed' in own)) {
    return Object.keys(own).length === 0 ? event.details : own;
  }
  try {
    const details = { ...checked(given, event.action, definition), ...own };
    return event.details === undefined && Object.keys(details).length === 0 ? undefined : details;
  } catch (error) {
    if (succeeded) book.tell(error);
    return { ...own, refused: error instanceof Error ? error.message : String(error) };
  }
}
