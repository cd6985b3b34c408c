import { currentContext, runInContext, type AuditContext } from '../../context/context.js';
import { asksForCall } from '../../http/audited-options.js';
import { askBefore } from '../../http/before.js';
import { REASON_MISSING, REASON_OF_CALL, takeReason } from '../../http/reason.js';
import type { RequestContextOptions } from '../../http/request-context.js';
import { noteActor, noteResult, openRecord, recordOf, type RequestRecord } from '../../http/request-record.js';
import type { Mark } from '../audited-mark.js';
import { noteField } from './field-errors.js';
import { isGuarded } from './kinds.js';
import { outcomeOfCall, statusOf, statusOfRefusal } from './outcome.js';
import type { HandlerCall } from './request-of.js';
import { turnContext } from './turn-context.js';
import { durabilityOf, leaveDurably, leaveEntry, routeOf, type EndedCall, type EntrySettings } from './turn-entry.js';
import { watchPipeline, watchResult, type Watching } from './watch.js';

export interface TurnSettings extends RequestContextOptions, EntrySettings {
  /** What is thrown to who calls without a reason that is required. */
  readonly refusal: (message: string) => Error;
  readonly open: OpenTurns;
}

const turns = new WeakMap<object, Turn>();

/** Calls that have not ended, of one audit. */
export type OpenTurns = Set<Turn>;

/** The call of a handler inside which the caller runs. */
export function currentTurn(): Turn | undefined {
  const turn = currentContext()?.turn;
  return turn && turns.get(turn);
}

/** One call of a handler that is no HTTP route: its context, and the one entry that it leaves if it leaves any. */
export class Turn implements Watching {
  readonly context: AuditContext;
  readonly record: RequestRecord;
  readonly call: HandlerCall;
  readonly #settings: TurnSettings;
  readonly #mark: Mark;
  /** That of the HTTP request whose field this is. */
  readonly #outer: RequestRecord | undefined;
  /** Of whoever calls. */
  readonly #caller: RequestRecord | undefined;
  #entered = false;
  #ended = false;
  #inPart = false;
  #pending = false;
  #left = false;
  #raw: { readonly error: unknown } | undefined;
  /** Whether Nest's own guards were asked, and then let it pass; neither is known of one that has no global ones. */
  #guards: 'asked' | 'passed' | undefined;

  constructor(settings: TurnSettings, call: HandlerCall, mark: Mark) {
    const outer = currentContext();
    const record = recordOf(outer);
    this.#settings = settings;
    this.#caller = record;
    this.#mark = mark;
    this.call = call;
    this.context = turnContext(settings, call);
    this.record = openRecord(this.context);
    turns.set(this.context.turn ?? this.context.root, this);
    if (mark.audited && !mark.skipped) settings.open.add(this);
    if (call.root) noteField(call.request['context'], call.root.key, this);
    if (call.kind !== 'graphql' || record === undefined || record.closed === true || currentTurn()) return;
    this.#outer = record;
    record.fields ??= [];
  }

  /** Runs the call in its context, and lets pass what it gives. Of one that leaves no entry nothing is looked at. */
  run(proceed: () => unknown): unknown {
    return runInContext(this.context, () => {
      let result: unknown;
      try {
        result = proceed();
      } catch (error) {
        void this.end({ error }, false);
        throw error;
      }
      if (isGuarded(this.call.kind)) return watchPipeline(result, this.context, this);
      if (!this.#mark.audited) return result;
      return watchResult(result, this.context, this, () => (this.#pending = true));
    });
  }

  /** Whether the method that is called is the handler itself, for the first time. */
  awaits(handler: object): boolean {
    return !this.#entered && this.call.handler === handler;
  }

  /** The handler's turn has come: no guard refused it. What stands before it: the reason that it requires, the values as they are. */
  enter(args: readonly unknown[], body: () => unknown): unknown {
    const { record, call } = this;
    this.#entered = record.reached = true;
    noteActor(record, currentContext());
    const { audited } = this.#mark;
    if (!audited) return body();
    if (asksForCall(audited)) record.args = args;
    const asked = { request: call.request, params: call.request.params ?? {} };
    if (!takeReason(record, audited, asked) && !this.#takeCallers())
      throw this.#settings.refusal(call.kind === 'graphql' ? REASON_MISSING : REASON_OF_CALL);
    const asking = askBefore(record, audited, asked);
    return asking ? asking.then(body) : body();
  }

  /** A listener, a command or a method has the reason of its caller. */
  #takeCallers(): boolean {
    if (isGuarded(this.call.kind)) return false;
    this.record.reason = this.#caller?.reason;
    return this.record.reason !== undefined;
  }

  /** Its guards are asked now: ours is the first. */
  noteGuards(): void {
    this.#guards = 'asked';
  }

  /** They have let it pass. */
  noteInterceptors(): void {
    this.#guards = 'passed';
  }

  /** What was thrown, before the application's filters make something else of it. The first counts. */
  noteError(error: unknown): void {
    this.#raw ??= { error };
  }

  /** A field below this one failed. */
  notePart(): void {
    this.#inPart = true;
  }

  next(value: unknown): void {
    noteResult(this.record, this.#mark.audited, value);
  }

  /** The audit closes: what becomes of the call is not known to it any more. */
  leave(): void {
    this.#left = true;
    void this.end(undefined, true);
  }

  end(thrown: { readonly error: unknown } | undefined, cancelled: boolean): Promise<void> | undefined {
    if (this.#ended) return undefined;
    this.#ended = true;
    this.#settings.open.delete(this);
    try {
      return this.#end(this.#raw ?? thrown, cancelled);
    } catch (problem) {
      this.#settings.onError(problem);
      return undefined;
    }
  }

  #end(raw: { readonly error: unknown } | undefined, cancelled: boolean): Promise<void> | undefined {
    const settings = this.#settings;
    const { call, record, context } = this;
    const route = routeOf(call, this.#mark, settings);
    if (!route) return undefined;
    if (raw) record.error ??= settings.policy.errorOf(raw.error);
    const status = raw && (statusOf(raw.error) ?? (this.#guards === 'asked' ? statusOfRefusal(raw.error) : undefined));
    const durability = durabilityOf(route, settings);
    const details = {
      ...(this.#left ? { atShutdown: true } : cancelled ? { cancelled: true } : {}),
      ...(this.#pending ? { pending: true } : {}),
    };
    const ended = (): EndedCall => {
      const outcome = outcomeOfCall(record, { failed: raw !== undefined, status, cancelled }, this.#inPart);
      return { route, call, record, context, durability, outcome, details };
    };
    if (durability !== 'async') return leaveDurably(settings, ended());
    // Whether all that was asked for below a field is there is known when the response is.
    if (this.#outer && this.#outer.closed !== true) this.#outer.fields?.push(() => void leaveEntry(settings, ended()));
    else leaveEntry(settings, ended());
    return undefined;
  }
}
