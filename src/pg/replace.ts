import type { Bound } from '../prisma/overlay.js';

/** A method of an object's own in front of the one it has, which is looked up each time: tracing may replace it later. */
export function replace(target: object, name: string, instead: (inner: Bound, args: unknown[]) => unknown): void {
  const own: unknown = Object.getOwnPropertyDescriptor(target, name)?.value;
  const value = function (this: object | undefined, ...args: unknown[]): unknown {
    const self = this ?? target;
    const inner = (own ?? Reflect.get(Object.getPrototypeOf(target) as object, name)) as Bound; // a method, or nobody could call it
    return instead((...given) => Reflect.apply(inner, self, given), args);
  };
  Object.defineProperty(target, name, { value, writable: true, enumerable: false, configurable: true });
}
