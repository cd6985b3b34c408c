import { types } from 'node:util';
import { exchangeOf } from '../http/exchange.js';
import type { FastifyReplyLike } from '../http/fastify-hooks.js';
import { noteActor, noteResult as noteGiven, type AuditedRoute } from '../http/request-record.js';

type Handler = (this: unknown, request: unknown, reply: FastifyReplyLike, ...rest: unknown[]) => unknown;
type Serializing = (request: unknown, reply: FastifyReplyLike, payload: unknown, done: Finish) => void;
type Finish = (error: null, payload: unknown) => void;

/** What is read and changed of the options of a route while it is added. */
export interface FastifyRouteLike {
  readonly config?: { readonly audit?: AuditedRoute };
  handler: Handler;
  preSerialization?: unknown;
}

/**
 * Notes when the handler's turn comes (until then whoever answers is a guard), what it gives, and what it throws: an error
 * handler that answers by itself keeps `onError` from being told.
 */
export function noteHandler(route: FastifyRouteLike, audited: AuditedRoute): void {
  const { handler, preSerialization } = route;
  route.handler = function (this: unknown, request, reply, ...rest) {
    const exchange = exchangeOf(reply.raw);
    if (!exchange) return Reflect.apply(handler, this, [request, reply, ...rest]);
    const { record } = exchange;
    record.route = audited;
    noteActor(record, exchange.context);
    const note = (error: unknown): void => exchange.noteError(error);
    try {
      const result: unknown = Reflect.apply(handler, this, [request, reply, ...rest]);
      if (types.isPromise(result)) result.catch(note);
      return result;
    } catch (error) {
      note(error);
      throw error;
    }
  };
  const noteResult: Serializing = (_request, reply, payload, done) => {
    const record = exchangeOf(reply.raw)?.record;
    if (record?.route && record.error === undefined) noteGiven(record, record.route, payload);
    done(null, payload);
  };
  const hooks: readonly unknown[] = Array.isArray(preSerialization) ? preSerialization : [preSerialization];
  route.preSerialization = [...hooks.filter((hook) => hook !== undefined), noteResult];
}
