import type { Mark } from '../audited-mark.js';
import type { CallKind } from './kinds.js';

/** The audit of one application, for what is called in its classes. */
export interface CallOwner {
  /** Runs one call of `handler` in a unit of work, or in a part of the caller's. */
  around(kind: CallKind, at: Handled, args: readonly unknown[], proceed: () => unknown): unknown;
  /** The handler itself is called: by the one that `around` runs, or by other code. */
  enter(kind: CallKind, at: Handled, args: readonly unknown[], body: () => unknown): unknown;
}

export interface Handled {
  readonly controller: { readonly name: string };
  readonly handler: { readonly name: string };
  readonly mark: Mark;
}

interface Owners {
  /** Of one class, the application that registered it last. */
  readonly classes: WeakMap<object, CallOwner>;
  readonly open: Set<CallOwner>;
}

/** One for the process: both module formats can be loaded, and a class is decorated by one of them. */
const KEY = Symbol.for('nestjs-prisma-audit.owners');
type Registry = { [KEY]?: Owners };
const owners: Owners = ((globalThis as Registry)[KEY] ??= { classes: new WeakMap(), open: new Set() });

export function openOwner(owner: CallOwner): void {
  owners.open.add(owner);
}

export function closeOwner(owner: CallOwner): void {
  owners.open.delete(owner);
}

export function setOwner(controller: object, owner: CallOwner): void {
  owners.classes.set(controller, owner);
}

/** The audit of the application whose modules list the class. */
export function ownerOf(controller: object): CallOwner | undefined {
  const owner = owners.classes.get(controller);
  return owner && owners.open.has(owner) ? owner : undefined;
}

/** Of a class that no module lists: the only audit there is. */
export function onlyOwner(): CallOwner | undefined {
  const [only, ...others] = owners.open;
  return others.length === 0 ? only : undefined;
}
