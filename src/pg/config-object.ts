import type { Callback } from './pg-like.js';

/** What `pg` reads of a config object, wherever in its class it comes from. */
const READ = ['values', 'types', 'rowMode', 'rows', 'binary', 'portal', 'queryMode', 'query_timeout', 'callback'];

export interface ConfigChanges {
  readonly text: string;
  readonly name?: undefined;
  readonly queryMode?: unknown;
  readonly callback?: Callback;
}

/** A copy of a config object with other members: the caller's own stays as it is, and can be sent again. */
export function copyOf(config: object, changes: ConfigChanges): object {
  const prototype: unknown = Object.getPrototypeOf(config);
  if (prototype === Object.prototype) return { ...config, ...changes };
  const copy = Object.create(prototype as object | null, Object.getOwnPropertyDescriptors(config)) as object;
  const own = (key: string, value: unknown): void => {
    Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
  };
  // Read here: a getter may want the object itself, for its private fields.
  for (const key of READ) if (key in config) own(key, Reflect.get(config, key));
  for (const [key, value] of Object.entries(changes)) own(key, value);
  return copy;
}
