import { types } from 'node:util';
import { plainJson } from '../event/plain-json.js';
import type { Values } from './audited-options.js';

/** Asks the application's callbacks, and notes those that failed: none of them may cost the entry. */
export class Callbacks {
  readonly failed: string[];

  constructor(failed: readonly string[] = []) {
    this.failed = [...failed];
  }

  attempt<T>(name: string, callback: () => T): T | undefined {
    try {
      const value = callback();
      if (!types.isPromise(value)) return value;
      // It comes too late for the entry, and its failure must not be left for the process to die of.
      value.catch(() => undefined);
      throw new TypeError('a promise');
    } catch {
      this.fail(name);
      return undefined;
    }
  }

  fail(name: string): void {
    if (!this.failed.includes(name)) this.failed.push(name);
  }
}

/** A copy, made where a getter may throw; what would be copied as nothing (a Map) or as indexes (a list) is refused. */
export function members(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (value === undefined || value === null) return undefined;
  if (types.isPromise(value)) return value as never; // for `attempt` to refuse
  if (typeof value !== 'object' || Symbol.iterator in value) throw new TypeError('not an object');
  return { ...value };
}

/**
 * The values as they are now, whatever becomes of the object: an entity is changed by the handler that follows. Secrets
 * are still in them; the recorder takes them out.
 * @throws AuditError when they are not plain JSON, or too large
 */
export function snapshot(values: Values): Readonly<Record<string, unknown>> | undefined {
  const copy = members(values);
  if (copy === undefined || types.isPromise(copy)) return copy;
  return JSON.parse(plainJson(copy, 'values', () => false).json) as Readonly<Record<string, unknown>>;
}
