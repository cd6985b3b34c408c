import type { AuditContext } from '../../context/context.js';
import { errorFact } from '../../event/error-fact.js';
import type { AuditEvent } from '../../event/types.js';
import type { ReadFact } from '../../recorder/read.port.js';
import type { Access } from './accesses.js';
import { foundBy, type Call, type Found } from './rows.js';
import type { Key } from './keys.js';

/** Columns of a model that are named, at most. */
const MOST_FIELDS = 200;

/** When, and by whom, something was read. */
export interface Moment {
  readonly at: Date;
  readonly context: AuditContext | undefined;
}

/** How a call ended. */
export type Ending = { readonly result: unknown } | { readonly error: unknown };

/** Of an array transaction that fails, the operations that did not fail themselves end with nothing. */
export function hasFailed(ending: Ending): boolean {
  return 'error' in ending || ending.result === undefined;
}

/** The entry of one access. Total: what cannot be looked at is missing in it. */
export function factOf(access: Access, model: string, call: Call, moment: Moment, ending: Ending): ReadFact {
  const found = 'result' in ending && !hasFailed(ending) ? look(access, call, ending.result) : {};
  const { path, through, asked } = access;
  const fields = found.fields ?? asked.fields ?? access.selection?.fields;
  return fact(access.model.name, moment, ending, found.id, {
    operation: `${model}.${call.operation}`,
    ...(path.length === 0 ? {} : { path: path.join('.') }),
    ...(through === undefined ? {} : { through }),
    ...(found.count === undefined ? {} : { count: found.count }),
    ...(found.ids === undefined ? {} : { ids: found.ids }),
    ...asked,
    ...(fields === undefined || through !== undefined ? {} : { fields: fields.slice(0, MOST_FIELDS) }),
  });
}

/** The entry of SQL that names the table of a model: nobody knows which of its rows were seen. */
export function gapOf(model: string, operation: string, moment: Moment, ending: Ending): ReadFact {
  const result = 'result' in ending ? ending.result : undefined;
  const rows = Array.isArray(result) ? result.length : typeof result === 'number' ? result : undefined;
  const details = { operation, gap: 'SQL that names the table', ...(rows === undefined ? {} : { rows }) };
  return { ...fact(model, moment, ending, undefined, details), gap: true };
}

function fact(
  type: string,
  { at, context }: Moment,
  ending: Ending,
  id: Key | undefined,
  details: Readonly<Record<string, unknown>>,
): ReadFact {
  const event: AuditEvent = {
    action: `${type}.read`,
    occurredAt: at,
    outcome: hasFailed(ending) ? 'failure' : 'success',
    resource: { type, ...(id === undefined ? {} : { id }) },
    details,
    ...('error' in ending ? { error: errorFact(ending.error) } : {}),
  };
  return { event, context };
}

function look(access: Access, call: Call, result: unknown): Found {
  try {
    return foundBy(access, call, result);
  } catch {
    return {}; // other extensions may hand out rows whose members throw
  }
}
