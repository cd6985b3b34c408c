import { runInContext } from '../context/context.js';
import type { Recorder } from '../recorder/port.js';
import { Exchange, exchangeOf } from './exchange.js';
import type { MiddlewareOptions } from './middleware.js';
import type { AuditRequest, AuditResponse } from './request.js';

type Done = (error?: Error) => void;

/** What is used of Fastify's reply. */
export interface FastifyReplyLike {
  readonly raw: object;
  getHeader(name: string): unknown;
}

type Hook = (request: AuditRequest, reply: FastifyReplyLike, done: Done) => void;

/** What is used of a Fastify instance. */
export interface FastifyLike {
  // Fastify's overloads are not ours to repeat.
  readonly addHook: (name: never, hook: never) => unknown;
}

/** Gives each request its context, and lets it leave its entry when the response has ended. */
export function fastifyHooks(fastify: FastifyLike, recorder: Recorder, options: MiddlewareOptions): void {
  const addHook = fastify.addHook.bind(fastify) as (name: string, hook: Hook) => unknown; // of its overloads, these two
  addHook('onRequest', (request, reply, done) => {
    const response = reply.raw as AuditResponse; // Node's own, of HTTP/1 or HTTP/2
    let exchange = exchangeOf(response);
    // A middleware in front of the hooks may have begun it, with Node's request.
    if (exchange) exchange.adopt(request);
    else exchange = new Exchange(recorder, options, request, response, reply.getHeader('X-Request-ID'));
    if (options.holds?.(request) === true) exchange.hold();
    runInContext(exchange.context, done);
  });
  // The body has been read meanwhile, and its last byte came in the context of the connection.
  addHook('preValidation', (_request, reply, done) => {
    const exchange = exchangeOf(reply.raw);
    if (exchange) runInContext(exchange.context, done);
    else done();
  });
  // Middleware stands in front of every hook, with Node's request, which knows no route. What it refused comes by here, in
  // front of whoever listens for the end of the response later than Fastify itself.
  addHook('onResponse', (request, reply, done) => {
    const exchange = exchangeOf(reply.raw);
    if (exchange && exchange.request !== request) exchange.adopt(request);
    done();
  });
}
