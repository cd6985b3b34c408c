import type { CatalogueModel } from '../../event/catalogue.js';
import { isObject, type Unknowns } from './unknowns.js';

/** Which columns a part of a call asks for, as far as its arguments tell: a client may leave out more (global `omit`). */
export interface Selection {
  readonly fields: readonly string[];
  /** `select` was given: nothing else is handed out. */
  readonly exact: boolean;
}

export function selectionOf({ fields }: CatalogueModel, { select, omit }: Unknowns): Selection {
  const columns = Object.keys(fields).filter((name) => fields[name]?.kind !== 'unsupported');
  if (isObject(select)) return { fields: columns.filter((name) => select[name] === true), exact: true };
  const without = isObject(omit) ? omit : {};
  return { fields: columns.filter((name) => without[name] !== true), exact: false };
}

/** The columns that a row really has: those that `select`, `omit`, the client's own `omit` and other extensions left. */
export function fieldsOf({ fields }: CatalogueModel, row: Unknowns): readonly string[] {
  return Object.keys(row).filter((name) => Object.hasOwn(fields, name));
}
