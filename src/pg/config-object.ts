import { hasName } from './names.js';

/** What `pg` reads of a config object, wherever in its class it comes from. */
const READ = [
  'values',
  'types',
  'rowMode',
  'rows',
  'binary',
  'portal',
  'queryMode',
  'query_timeout',
  'callback',
] as const;

/**
 * A copy of a config object with another text and without its name; the caller's own stays as it is, and can be sent again.
 *
 * @param around what takes the place of its callback
 */
export function copyOf(config: object, text: string, around: (callback: unknown) => unknown): object {
  const given = config as Partial<Record<(typeof READ)[number], unknown>>; // whatever is there goes to pg
  const changes = {
    text,
    // One with a name never goes by the simple protocol.
    ...(hasName(config) ? { name: undefined, queryMode: given.queryMode ?? 'extended' } : {}),
    ...(given.callback === undefined ? {} : { callback: around(given.callback) }),
  };
  const prototype: unknown = Object.getPrototypeOf(config);
  if (prototype === Object.prototype) return { ...config, ...changes };
  // Read here: a getter may want the object itself, for its private fields.
  const read = Object.fromEntries(READ.filter((key) => key in config).map((key) => [key, given[key]]));
  // What getPrototypeOf() gives any for, and create().
  return Object.create(prototype as object | null, {
    ...Object.getOwnPropertyDescriptors(config),
    ...Object.getOwnPropertyDescriptors({ ...read, ...changes }),
  }) as object;
}
