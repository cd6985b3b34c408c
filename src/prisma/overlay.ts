export type Bound = (...args: unknown[]) => unknown;

/**
 * The object itself but for a few members; methods run on the original, since classes have private fields.
 *
 * @param method what to give for a method of the original
 */
export function overlay<T extends object>(
  target: T,
  members: object,
  method: (own: Bound, name: PropertyKey) => Bound = (own) => own,
): T {
  return new Proxy(target, {
    get(original, key) {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const value: unknown = Reflect.get(original, key, original);
      // The class itself (`constructor`) must stay what it is.
      if (typeof value !== 'function' || key === 'constructor') return value;
      return method(value.bind(original) as Bound, key); // bind() gives any
    },
    set: (original, key, value) => Reflect.set(original, key, value, original),
    has: (original, key) => Object.hasOwn(members, key) || Reflect.has(original, key),
  });
}
