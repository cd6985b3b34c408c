import { resourceId } from '../event/identity.js';
import type { Resource } from '../event/types.js';
import type { AuditedEntry } from './audited-entry.js';

/** `expect.any(String)`, `expect.stringContaining('…')` and the like, of jest or vitest. */
export interface AsymmetricMatcher {
  asymmetricMatch(other: unknown): boolean;
}

/** A part of a value: of an object any members; of a list all of its elements. */
export type Like<T> =
  | AsymmetricMatcher
  | (T extends Date
      ? T
      : T extends readonly (infer E)[]
        ? readonly Like<E>[]
        : T extends object
          ? { readonly [K in keyof T]?: Like<T[K]> }
          : T);

/** What an entry must say; what is left out may be anything. `resource.id` may be given as the application has it: `7` is `'7'`. */
export type ExpectedEntry = {
  readonly [K in keyof Omit<AuditedEntry, 'action' | 'resource'>]?: Like<AuditedEntry[K]>;
} & {
  readonly resource?: { readonly type?: string | AsymmetricMatcher; readonly id?: Resource['id'] | AsymmetricMatcher };
};

/** One place where an entry is not as expected. */
export interface Difference {
  /** `actor.role` */
  readonly path: string;
  readonly expected: unknown;
  readonly received: unknown;
}

/** Where `entry` is not as `expected`; empty if it is. */
export function differences(entry: AuditedEntry, expected: ExpectedEntry): Difference[] {
  return [...compare(normalised(expected), entry, '')];
}

/** `expected` with the id of its resource as it is stored. */
export function normalised(expected: ExpectedEntry): Readonly<Record<string, unknown>> {
  const { resource } = expected;
  if (resource?.id === undefined || resource.id === null || isMatcher(resource.id)) return expected;
  return { ...expected, resource: { ...resource, id: resourceId(resource.id) } };
}

/** Of `entry` what `expected` speaks of, for a diff of the two. */
export function project(expected: unknown, received: unknown): unknown {
  if (isMatcher(expected)) return expected.asymmetricMatch(received) ? expected : received;
  if (!isObject(expected) || !isObject(received) || Array.isArray(expected)) return received;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, project(expected[key], received[key])]));
}

function* compare(expected: unknown, received: unknown, path: string): Generator<Difference> {
  if (isMatcher(expected)) {
    if (!expected.asymmetricMatch(received)) yield { path, expected, received };
  } else if (expected instanceof Date) {
    if (!(received instanceof Date && received.getTime() === expected.getTime())) yield { path, expected, received };
  } else if (Array.isArray(expected)) {
    if (!Array.isArray(received) || received.length !== expected.length) yield { path, expected, received };
    else for (const [i, each] of expected.entries()) yield* compare(each, received[i], `${path}[${i}]`);
  } else if (isObject(expected)) {
    if (!isObject(received)) yield { path, expected, received };
    else
      for (const [key, each] of Object.entries(expected))
        yield* compare(each, received[key], path === '' ? key : `${path}.${key}`);
  } else if (!Object.is(expected, received)) yield { path, expected, received };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isMatcher(value: unknown): value is AsymmetricMatcher {
  return isObject(value) && typeof value['asymmetricMatch'] === 'function';
}
