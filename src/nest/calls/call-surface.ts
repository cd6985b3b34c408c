import { BadRequestException } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import { standFirst } from '../first-guard.js';
import { checkMarks } from './check-marks.js';
import { observeExternal, observeRpc, observeWs } from './creators.js';
import { classesOf, handlersOf, type Handler } from './handlers.js';
import { signJobs } from './jobs.js';
import { isGuarded, isRoute, type CallKind } from './kinds.js';
import { load } from './load.js';
import { watchedMethod } from './methods.js';
import { closeOwner, openOwner, setOwner, type CallOwner, type Handled } from './owners.js';
import { callOf } from './request-of.js';
import { beginsWork } from './turn-context.js';
import { currentTurn, Turn, type OpenTurns, type TurnSettings } from './turn.js';

/**
 * Where calls come in that are no HTTP requests: resolvers, messages, gateways, cron jobs, jobs of a queue, events, commands, and
 * methods that are `@Audited` and called by other code.
 */
export class CallSurface implements CallOwner {
  readonly #settings: Omit<TurnSettings, 'refusal' | 'open'>;
  readonly #modules: ModulesContainer;
  readonly #refusals = new Map<CallKind, new (message: string) => Error>();
  readonly #open: OpenTurns = new Set();
  readonly #config: ApplicationConfig;

  constructor(settings: Omit<TurnSettings, 'refusal' | 'open'>, modules: ModulesContainer, config: ApplicationConfig) {
    this.#settings = settings;
    this.#modules = modules;
    this.#config = config;
  }

  /**
   * Before Nest makes the first handler: a hybrid application makes those of its messages before it is initialised.
   * @throws AuditError `AUDIT_OPTIONS_INVALID` when something that `@Audited` says cannot be done
   */
  async attach(): Promise<void> {
    const handlers = Array.from(classesOf(this.#modules), (controller) => handlersOf(controller)).flat();
    const kinds = new Set(handlers.map(({ kind }) => kind));
    observeExternal((await load.external()).ExternalExceptionsHandler);
    if (kinds.has('rpc')) await this.#attachRpc();
    if (kinds.has('ws')) await this.#attachWs();
    this.#register(handlers);
    standFirst(this.#config.getGlobalGuards());
    openOwner(this);
  }

  /** When all instances are made, and before the last hooks look for handlers: those of factories, and the queues. */
  attachInstances(): void {
    this.#register(Array.from(classesOf(this.#modules, true), (controller) => handlersOf(controller)).flat());
    for (const { providers } of this.#modules.values())
      for (const { token, instance } of providers.values()) signJobs(token, instance);
  }

  /**
   * Waits for calls that are at work, `longestMs` at most; those that are then still at work leave the entry that they would leave if
   * nobody waited for them any more. From then on calls leave none.
   */
  async close(longestMs: number): Promise<void> {
    const until = performance.now() + longestMs;
    while (this.#open.size > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const turn of this.#open) turn.leave();
    closeOwner(this);
  }

  around(kind: CallKind, at: Handled, args: readonly unknown[], proceed: () => unknown): unknown {
    const turn = this.#turn(kind, at, args);
    return turn ? turn.run(proceed) : proceed();
  }

  enter(kind: CallKind, at: Handled, args: readonly unknown[], body: () => unknown): unknown {
    const current = currentTurn();
    if (current?.awaits(at.handler)) return current.enter(args, body);
    const isLibrarys = kind !== 'call' && !isGuarded(kind);
    // Nobody marked it: it needs a context where it has none of its own.
    if (!at.mark.audited && !(isLibrarys && beginsWork(kind))) return body();
    const turn = this.#turn(isLibrarys ? kind : 'call', at, args);
    return turn ? turn.run(() => turn.enter(args, body)) : body();
  }

  /** None where something of the application's throws that is only looked at: the call goes on without. */
  #turn(kind: CallKind, at: Handled, args: readonly unknown[]): Turn | undefined {
    try {
      const call = callOf(kind, at, args);
      const refusal = (message: string): Error => new (this.#refusals.get(kind) ?? BadRequestException)(message);
      return new Turn({ ...this.#settings, refusal, open: this.#open }, call, at.mark);
    } catch (problem) {
      this.#settings.onError(problem);
      return undefined;
    }
  }

  #register(handlers: readonly Handler[]): void {
    checkMarks(handlers);
    for (const { controller, name, method, kind } of handlers) {
      setOwner(controller, this);
      // A method that is marked and called by other code is watched by its decorator.
      if (isRoute(method) || kind === 'call') continue;
      const watched = watchedMethod(method, name);
      if (watched !== method)
        Object.defineProperty(controller.prototype, name, { value: watched, writable: true, configurable: true });
    }
  }

  async #attachRpc(): Promise<void> {
    const { RpcContextCreator } = await load.rpcCreator();
    const { RpcExceptionsHandler } = await load.rpcErrors();
    observeRpc(RpcContextCreator, RpcExceptionsHandler);
    this.#refusals.set('rpc', (await load.rpc()).RpcException);
  }

  async #attachWs(): Promise<void> {
    const { WsContextCreator } = await load.wsCreator();
    const { WsExceptionsHandler } = await load.wsErrors();
    observeWs(WsContextCreator, WsExceptionsHandler);
    this.#refusals.set('ws', (await load.ws()).WsException);
  }
}
