import type { AuditContext } from '../context/context.js';
import type { ActionBook } from '../event/action-book.js';
import type { AuditEvent, Durability, ErrorFact } from '../event/types.js';
import type { Receipt, Recorder } from '../recorder/port.js';
import { withDefinition } from './definition.js';
import { bytesOf, watchEnding, type ResponseEnd } from './ending.js';
import { holdEnd, type HoldableResponse, type Verdict } from './hold.js';
import { recordWhole } from './record-whole.js';
import { requestContext, type RequestContextOptions } from './request-context.js';
import { outcomeOf, requestEvent } from './request-event.js';
import { errorFact, openRecord, type AuditedRoute, type RequestRecord } from './request-record.js';
import type { AuditRequest, AuditResponse } from './request.js';
import { namedParameters } from './route-pattern.js';

export interface ExchangeOptions extends RequestContextOptions {
  /** Asked when the response ends: the route whose entry it leaves; none if it leaves none. */
  readonly routeFor: (request: AuditRequest, record: RequestRecord) => AuditedRoute | undefined;
  /** Whose resource a route takes that names none. @defaultValue nobody's */
  readonly actions?: ActionBook | undefined;
  /** Told of what could not be recorded. */
  readonly onError: (error: unknown) => void;
  /** What an entry says of an error. @defaultValue name, code and message */
  readonly errorOf?: ((error: unknown) => ErrorFact) | undefined;
  /** How far the entry of a route that does not say so itself has to come. @defaultValue 'async' */
  readonly durability?: Durability | undefined;
  /** What becomes of a response whose entry neither came so far nor into a spool: `fail` answers 503 in its place, `spool` lets it go. @defaultValue 'fail' */
  readonly onFailure?: 'spool' | 'fail' | undefined;
}

/** What a request's one entry said before its response was sent. */
type Told = Pick<ResponseEnd, 'status' | 'aborted'>;

const exchanges = new WeakMap<object, Exchange>();

/** One request and its response, from the first moment to the one entry that it leaves. */
export class Exchange {
  context: AuditContext;
  readonly record: RequestRecord;
  #request: AuditRequest;
  readonly #response: AuditResponse;
  readonly #recorder: Recorder;
  readonly #options: ExchangeOptions;
  #route: AuditedRoute | undefined;
  #asked = false;
  #told: Told | undefined;
  #ended = false;
  #holding = false;

  /** Gives the request its context and its id, and waits for the end of the response. */
  constructor(
    recorder: Recorder,
    options: ExchangeOptions,
    request: AuditRequest,
    response: AuditResponse,
    own?: unknown,
  ) {
    const given = own ?? response.getHeader('X-Request-ID');
    this.#recorder = recorder;
    this.#options = options;
    this.#request = request;
    this.#response = response;
    this.context = requestContext(request, options, given);
    this.record = openRecord(this.context);
    const id = this.context.requestId;
    if (given === undefined && !response.headersSent && id !== undefined)
      response.setHeader('X-Request-ID', id as never); // Node's parameter is wider than what the platforms declare
    watchEnding(request, response, (end, error) => this.#end(end, error));
    exchanges.set(response, this);
  }

  get request(): AuditRequest {
    return this.#request;
  }

  /** The framework's own request takes the place of Node's: on it are the user, the parameters, the route. */
  adopt(request: AuditRequest): void {
    this.#request = request;
    this.#asked = false;
    const { root, requestId } = this.context;
    this.context = { ...requestContext(request, this.#options, requestId), root };
  }

  /** From now on the response does not end before its entry has come as far as its route says. */
  hold(): void {
    if (this.#holding) return;
    this.#holding = true;
    // Node's response has what the hold needs; the platforms' types do not promise it.
    holdEnd(this.#response as HoldableResponse, (status, sent) =>
      this.#beforeEnd({ status, bytes: bytesOf(this.#request, status, sent), aborted: false }),
    );
  }

  /** Notes what went wrong; the first error counts. */
  fail(error: unknown): void {
    const { errorOf = errorFact } = this.#options;
    this.record.error ??= errorOf(error);
  }

  #routeOf(): AuditedRoute | undefined {
    if (!this.#asked)
      this.#route = withDefinition(this.#options.routeFor(this.#request, this.record), this.#options.actions);
    this.#asked = true;
    return this.#route;
  }

  #beforeEnd(end: ResponseEnd): Promise<Verdict> | undefined {
    const { durability: byDefault = 'async', actions, onError, onFailure } = this.#options;
    if (this.#ended) return undefined;
    const refusal: Verdict = onFailure === 'spool' ? 'send' : 'refuse';
    try {
      const route = this.#routeOf();
      const durability = route?.durability ?? (route && actions?.find(route.action)?.durability) ?? byDefault;
      if (!route || durability === 'async') return undefined;
      const event = requestEvent(this.record, route, this.#request, end);
      if (!event) return undefined; // its `when` wants none
      this.#told = end;
      const receipt = this.#write(event, durability);
      if (!receipt) return Promise.resolve(refusal);
      return receipt.reached(durability).then(
        () => 'send',
        (error: unknown) => {
          onError(error);
          return refusal;
        },
      );
    } catch (error) {
      onError(error);
      return this.#told && Promise.resolve(refusal);
    }
  }

  #end(end: ResponseEnd, error: unknown): void {
    this.#ended = true;
    this.record.closed = true;
    try {
      for (const field of this.record.fields ?? []) field();
      if (error !== undefined) this.fail(error);
      if (this.#told) return this.#endedOtherwise(this.#told, end);
      const route = this.#routeOf();
      const event = route && requestEvent(this.record, route, this.#request, end);
      if (event) this.#write(event);
    } catch (problem) {
      this.#options.onError(problem);
    }
  }

  /** Its entry was written before the response went out, and then something else came. */
  #endedOtherwise(told: Told, end: ResponseEnd): void {
    if (told.status === end.status && told.aborted === end.aborted) return;
    const event = requestEvent(this.record, { action: 'request.ended' }, this.#request, end);
    if (event) this.#write({ ...event, outcome: outcomeOf(this.record, end) });
  }

  #write(event: AuditEvent, durability?: Durability): Receipt | undefined {
    const context = atTheEnd(this.context, this.record);
    const parameters = namedParameters(this.#request, this.record.params ?? this.#request.params);
    const given = { context, source: 'request', derived: this.#route?.derived, durability, parameters } as const;
    return recordWhole(this.#recorder, event, given, this.#options.onError);
  }
}

/** The exchange that `response` (Node's own) is the end of. */
export function exchangeOf(response: object): Exchange | undefined {
  return exchanges.get(response);
}

/** The context of the entry: what it says now, else what the handler saw. After a logout there is no user to ask. */
export function atTheEnd(context: AuditContext, { seen }: RequestRecord): AuditContext {
  if (!seen) return context;
  const { actor, tenant } = context;
  return {
    ...context,
    actor: () => (typeof actor === 'function' ? actor() : actor) ?? seen.actor,
    tenant: () => (typeof tenant === 'function' ? tenant() : tenant) ?? seen.tenant,
  };
}
