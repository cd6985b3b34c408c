import type { ActionBook } from './action-book.js';
import type { ActionDefinition } from './actions.js';
import { AuditError } from './errors.js';
import { nearest } from './nearest.js';
import { validated } from './standard-schema.js';
import type { AuditEvent, Source } from './types.js';

type Details = Readonly<Record<string, unknown>>;

/** What this package writes itself, beside `<Type>.read` and the changes. */
const OWN_ACTIONS: ReadonlySet<string> = new Set(['auth.login', 'request.ended', 'http.unmatched', 'chain.open']);
const OWN_VERBS = ['read', 'create', 'update', 'delete', 'truncate'];

/** What this package adds to the details of a request. No schema of an application has to know them. */
const OWN_DETAILS: ReadonlySet<string> = new Set(['http', 'callbacksFailed', 'refused', 'unknownAction']);

/**
 * The event as its action's definition wants it: with the defaults, and with the details that the schema made of those
 * given. Stands in front of everything else that is checked, and leaves what has no form at all to it.
 *
 * The entry of a request must not be lost, whatever the application added to it: see there what becomes of it.
 *
 * @throws AuditError `AUDIT_EVENT_INVALID` when the action is unknown and refused, or resource or details are not as defined;
 *   `AUDIT_OPTIONS_INVALID` when the schema validates asynchronously
 */
export function admitted(event: AuditEvent, book: ActionBook | undefined, source: Source): AuditEvent {
  if (book === undefined || typeof event !== 'object' || event === null || typeof event.action !== 'string')
    return event;
  const definition = book.find(event.action);
  if (definition === undefined) return isOwn(event, source) ? event : unknown(event, book, source);
  const { resource, severity } = definition;
  const details =
    source === 'request' ? ofRequest(event, definition) : checked(event.details, event.action, definition);
  return {
    ...event,
    ...(resource === undefined ? {} : { resource: { ...event.resource, type: typeOf(event, resource) } }),
    ...(severity === undefined ? {} : { severity: event.severity ?? severity }),
    ...(details === undefined ? {} : { details }),
  };
}

function isOwn({ action, resource }: AuditEvent, source: Source): boolean {
  return (
    source === 'control' || OWN_ACTIONS.has(action) || OWN_VERBS.some((verb) => action === `${resource?.type}.${verb}`)
  );
}

function unknown(event: AuditEvent, book: ActionBook, source: Source): AuditEvent {
  if (book.unknown === 'allow') return event;
  // A request was answered already: its entry is never refused.
  if (book.unknown === 'refuse' && source !== 'request') {
    const near = nearest(event.action, book.names);
    throw new AuditError(
      'AUDIT_EVENT_INVALID',
      `action ${JSON.stringify(event.action.slice(0, 128))} is in no catalogue${near === undefined ? '' : `; did you mean ${near}?`}`,
      { member: 'action' },
    );
  }
  const details: unknown = event.details ?? {};
  return typeof details === 'object' ? { ...event, details: { ...details, unknownAction: true } } : event;
}

function typeOf({ action, resource }: AuditEvent, type: string): string {
  const given: unknown = resource?.type;
  if (given !== undefined && given !== type)
    throw new AuditError('AUDIT_EVENT_INVALID', `resource.type must be ${type}, which ${action} acts upon`, {
      member: 'resource.type',
    });
  return type;
}

/** Absent details are an object without members: its schema says whether that is enough. */
function checked(details: unknown, action: string, { details: schema }: ActionDefinition): Details | undefined {
  // What is no object has no place in an entry, and is refused as such.
  if (schema === undefined || (details !== undefined && (typeof details !== 'object' || details === null)))
    return details as Details | undefined;
  return validated(schema, details ?? {}, 'details', action) as Details; // an object, by the type of the schema
}

/**
 * Of a request that did not succeed the application knows a part at best (there is no result): what does not fit its schema
 * is left out, for it may be what the schema would have taken out, and the entry says so.
 */
function ofRequest(event: AuditEvent, definition: ActionDefinition): Details | undefined {
  const members = Object.entries(event.details ?? {});
  const own = Object.fromEntries(members.filter(([name]) => OWN_DETAILS.has(name)));
  const given = Object.fromEntries(members.filter(([name]) => !OWN_DETAILS.has(name)));
  const succeeded = event.outcome === undefined || event.outcome === 'success';
  const nothing = Object.keys(given).length === 0;
  if ('refused' in own || (nothing && (!succeeded || 'callbacksFailed' in own))) return event.details;
  try {
    return { ...checked(given, event.action, definition), ...own };
  } catch (error) {
    if (succeeded || !(error instanceof AuditError)) throw error;
    return { refused: error.message, ...own };
  }
}
