import { types } from 'node:util';
import { beforeHandler } from '../http/before-handler.js';
import { exchangeOf } from '../http/exchange.js';
import type { FastifyReplyLike } from '../http/fastify-hooks.js';
import { noteResult as noteGiven, type AuditedMark } from '../http/request-record.js';

type Handler = (this: unknown, request: unknown, reply: FastifyReplyLike, ...rest: unknown[]) => unknown;
type Serializing = (request: unknown, reply: FastifyReplyLike, payload: unknown, done: Finish) => void;
type Finish = (error: null, payload: unknown) => void;

/** What is read and changed of the options of a route while it is added. */
export interface FastifyRouteLike {
  readonly method: string | readonly string[];
  readonly config?: { readonly audit?: AuditedMark | false };
  handler: Handler;
  preSerialization?: unknown;
}

/**
 * Notes when the handler's turn comes (until then whoever answers is a guard), what it gives, and what it throws: an error
 * handler that answers by itself keeps `onError` from being told.
 */
export function noteHandler(route: FastifyRouteLike, mark: AuditedMark | undefined): void {
  const { handler, preSerialization } = route;
  route.handler = function (this: unknown, request, reply, ...rest) {
    const call = (): unknown => Reflect.apply(handler, this, [request, reply, ...rest]);
    const exchange = exchangeOf(reply.raw);
    // The route for HEAD that comes with one for GET has its handler, which is this one already.
    if (!exchange || exchange.record.reached === true) return call();
    try {
      const waiting = beforeHandler(exchange, mark);
      const result = waiting ? waiting.then(call) : call();
      if (types.isPromise(result)) result.catch((error: unknown) => exchange.fail(error));
      return result;
    } catch (error) {
      exchange.fail(error);
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
