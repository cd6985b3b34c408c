import { isAccessAction, plateKey } from '../event/access.js';
import { parseJsonObject } from '../event/json-object.js';
import { READ_LIMITS } from '../event/limits.js';

/** By what else an entry of an access is found. */
export interface AccessKeys {
  /** As it is looked for: see `plateKey`. */
  readonly plate: string | undefined;
  readonly subject: string | undefined;
}

const NONE: AccessKeys = { plate: undefined, subject: undefined };

/** What stands in the header of every row whose data section a sealer reads for this: it asks the database for no other. */
export const ACCESS_MARK = '"access.';

/** Total. @param data of the row; `undefined` or `null`: it is not there, or was not asked for */
export function accessKeys(action: string, header: string | null, data: string | null | undefined): AccessKeys {
  if (!isAccessAction(action) || header?.includes(ACCESS_MARK) !== true) return NONE;
  if (data === undefined || data === null || Buffer.byteLength(data) > READ_LIMITS.access) return NONE;
  const details = member(parseJsonObject(data), 'details');
  const plate = text(member(member(details, 'vehicle'), 'plate'));
  return { plate: text(plate === undefined ? undefined : plateKey(plate)), subject: text(member(details, 'subject')) };
}

function member(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
