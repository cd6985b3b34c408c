import { ExternalContextCreator } from '@nestjs/core';
import { AuditError } from '../../event/errors.js';
import { markOf } from '../audited-mark.js';
import { isRootField, type CallKind } from './kinds.js';
import { ownerOf } from './owners.js';
import { currentTurn } from './turn.js';

type Made = (this: unknown, ...args: unknown[]) => unknown;

/** What makes Nest's pipeline around a handler: guards, interceptors, pipes, filters. */
interface Creator {
  create: (this: unknown, instance: object, callback: Made, ...rest: unknown[]) => Made;
}

/** What is asked about each error first. */
interface ErrorHandler {
  handle?: (this: unknown, error: unknown, ...rest: unknown[]) => unknown;
  next?: (this: unknown, error: unknown, ...rest: unknown[]) => unknown;
}

const KEY = Symbol.for('nestjs-prisma-audit.observed');

/**
 * Puts the audit around the pipelines that Nest makes for handlers that are no routes, once for the process. Nest has no hook that
 * sees such a call from its first moment to its last, with the guards' refusals; what it has in 12 does not reach the
 * microservices of a hybrid application, gateways and resolvers.
 * @throws AuditError `AUDIT_OPTIONS_INVALID` when this version of Nest is built otherwise
 */
export function observeExternal(handler: { prototype: object }): void {
  // Nest's declarations have parameters of types of its own, none of which is looked at.
  observe(ExternalContextCreator.prototype as unknown as Creator, 2, ([type]) => {
    if (type === undefined || type === 'http') return undefined;
    return type === 'graphql' || type === 'ws' ? type : 'rpc';
  });
  observeErrors(handler.prototype, 'next');
}

export function observeRpc(creator: { prototype: object }, handler: { prototype: object }): void {
  observe(creator.prototype as Creator, 3, () => 'rpc');
  observeErrors(handler.prototype, 'handle');
}

export function observeWs(creator: { prototype: object }, handler: { prototype: object }): void {
  observe(creator.prototype as Creator, 3, () => 'ws');
  observeErrors(handler.prototype, 'handle');
}

/** @param nameAt where the method's name stands among the arguments @param kindOf is given those from the ninth on */
function observe(creator: Creator, nameAt: number, kindOf: (rest: unknown[]) => CallKind | undefined): void {
  if (KEY in creator) return;
  const { create } = creator;
  if (typeof create !== 'function') throw otherwise('create');
  creator.create = function (...given) {
    const made = create.apply(this, given);
    const kind = kindOf(given.slice(8));
    const [instance, callback] = given;
    if (kind === undefined || typeof instance !== 'object' || instance === null) return made;
    const controller = instance.constructor;
    const named: unknown = Reflect.get(instance, given[nameAt] as string);
    const handler = typeof named === 'function' ? named : callback;
    // A field below another is part of it, and there may be a million; only one that is marked has an entry of its own.
    if (kind === 'graphql' && !isRootField(handler) && !markOf(handler, controller).audited) return made;
    return function (...args) {
      const owner = ownerOf(controller);
      if (!owner) return made.apply(this, args);
      const mark = markOf(handler, controller);
      return owner.around(kind, { controller, handler, mark }, args, () => made.apply(this, args));
    };
  };
  Object.defineProperty(creator, KEY, { value: true });
}

function observeErrors(handler: ErrorHandler, name: 'handle' | 'next'): void {
  if (KEY in handler) return;
  const asked = handler[name];
  if (typeof asked !== 'function') throw otherwise(name);
  handler[name] = function (error, ...rest) {
    currentTurn()?.noteError(error);
    return asked.call(this, error, ...rest);
  };
  Object.defineProperty(handler, KEY, { value: true });
}

function otherwise(member: string): AuditError {
  return new AuditError(
    'AUDIT_OPTIONS_INVALID',
    `this version of Nest has no ${member}() where handlers that are no routes are made: use one that README names`,
  );
}
