import { hash } from 'node:crypto';
import { types } from 'node:util';
import { LIMITS } from './limits.js';
import type { KeyPart, Resource } from './types.js';

/**
 * A record's id as text: the primary key of a simple key, a JSON array of strings for a composite one. The capture
 * function in the database writes the same form.
 */
export function resourceId(id: Resource['id']): string | undefined {
  if (id === undefined || id === null) return undefined;
  return isList(id) ? JSON.stringify(id.map((part) => keyText(part))) : keyText(id);
}

function isList(id: KeyPart | readonly KeyPart[]): id is readonly KeyPart[] {
  return Array.isArray(id);
}

function keyText(part: KeyPart): string {
  // Not `instanceof`: a Date of another realm (a vm context, as in jest) is one as well.
  return types.isDate(part) ? part.toISOString() : String(part);
}

/**
 * The form in which an id is indexed and searched. Short well-formed text stands for itself; what a btree or a
 * PostgreSQL `text` cannot hold (long, NUL, lone surrogate) is replaced by `sha256:<hex>` of its UTF-8, on both sides of
 * the comparison.
 */
export function projected(id: string | undefined): string | null {
  if (id === undefined) return null;
  const short = id.length <= LIMITS.projectionBytes && Buffer.byteLength(id) <= LIMITS.projectionBytes;
  if (short && !id.includes('\0') && id.isWellFormed()) return id;
  return `sha256:${hash('sha256', id)}`;
}

/**
 * The form in which an e-mail address is indexed and searched: see `projected`. A to Z alone are made small: what else is a capital
 * depends on the version of Unicode, and a verifier of another one would find what was sealed altered.
 */
export function emailKey(email: string | undefined): string | null {
  return projected(email?.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase()));
}

/** The tenant key of the registry's chain, which is no tenant's. */
export const REGISTRY_TENANT = 'audit:registry';

/** The form in which a tenant is a key: see `projected`. The default chain has ''. The registry's key nobody can claim, or ask for. */
export function tenantKey(tenant: string): string {
  return tenant === REGISTRY_TENANT ? `sha256:${hash('sha256', tenant)}` : (projected(tenant) ?? '');
}
