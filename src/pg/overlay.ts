/** The object itself but for a few members; methods run on the original, since classes have private fields. */
export function overlay<T extends object>(target: T, members: object, method?: (own: Bound, name: string) => Bound): T {
  return new Proxy(target, {
    get(original, key) {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const value: unknown = Reflect.get(original, key, original);
      if (typeof value !== 'function' || key === 'constructor') return value;
      const bound = value.bind(original) as Bound; // whatever its signature
      return method !== undefined && typeof key === 'string' ? method(bound, key) : bound;
    },
    set: (original, key, value) => Reflect.set(original, key, value, original),
  });
}

export type Bound = (...args: unknown[]) => unknown;
