import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { kindOf, type CallKind } from './kinds.js';

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Class = { readonly name: string; readonly prototype: object };

/** A method of a class that the application's modules list. */
export interface Handler {
  readonly controller: Class;
  readonly name: string;
  readonly method: Method;
  readonly kind: CallKind;
}

/** The classes of all controllers and providers. @param made of instances too, where a factory made them */
export function classesOf(modules: ModulesContainer, made = false): Set<Class> {
  const classes = new Set<Class>();
  for (const { controllers, providers } of modules.values())
    for (const { metatype, instance, inject } of [...controllers.values(), ...providers.values()]) {
      // Of a factory the metatype is the factory.
      const given: unknown = inject || !metatype ? (made ? constructorOf(instance) : undefined) : metatype;
      if (isClass(given)) classes.add(given);
    }
  return classes;
}

/** Total: what a factory made may be a proxy that allows nothing. */
function constructorOf(instance: unknown): unknown {
  try {
    return typeof instance === 'object' && instance !== null ? instance.constructor : undefined;
  } catch {
    return undefined;
  }
}

function isClass(value: unknown): value is Class {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== Object.prototype;
}

/** The methods of a class and of those that it extends. Asked for by descriptor: a getter of the application's is not run. */
export function handlersOf(controller: Class): Handler[] {
  return new MetadataScanner().getAllMethodNames(controller.prototype).flatMap((name) => {
    const method = methodOf(controller.prototype, name);
    return method ? [{ controller, name, method, kind: kindOf(controller, name, method) }] : [];
  });
}

function methodOf(prototype: object, name: string): Method | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const descriptor = Object.getOwnPropertyDescriptor(at, name);
    if (descriptor) return typeof descriptor.value === 'function' ? (descriptor.value as Method) : undefined;
  }
  return undefined;
}
