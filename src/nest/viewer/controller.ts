import {
  All,
  Controller,
  Inject,
  Req,
  RequestMapping,
  RequestMethod,
  Res,
  VERSION_NEUTRAL,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { routePattern } from '../../http/route-pattern.js';
import type { AuditRequest } from '../../http/request.js';
import { below, depthOf } from '../../viewer/below.js';
import type { ViewerHandler } from '../../viewer/handler.js';
import { answerWith, type ResponseLike } from '../../viewer/node-http.js';
import { SkipAudit } from '../audited.decorator.js';

export const VIEWER_HANDLER = Symbol('nestjs-prisma-audit:viewer-handler');

/** Everything below a path, as the routers write it. Nest takes each as it is. */
const EXPRESS = '{*path}';
const FASTIFY = '*';

/** What is read of a request, Express's or Fastify's. */
interface Asked extends AuditRequest {
  readonly originalUrl: string;
}

/** Express's is Node's own; Fastify's stands in front of that. */
interface Answer {
  readonly raw?: object;
  hijack?(): unknown;
}

/**
 * A controller, and so behind the guards of the application; it answers by Node's own response, so that no interceptor, filter or pipe of
 * the application changes what is sent. The path is told by the route that matched, not by any header.
 */
export function viewerController(path: string): Type<unknown> {
  @SkipAudit()
  @Controller({ path, version: VERSION_NEUTRAL })
  class AuditViewerController {
    readonly #handler: ViewerHandler;

    constructor(@Inject(VIEWER_HANDLER) handler: ViewerHandler, @Inject(HttpAdapterHost) host: HttpAdapterHost) {
      this.#handler = handler;
      // Known now, and before Nest reads the path: its routes are made when all there is has been made.
      if (host.httpAdapter?.getType() === 'fastify')
        RequestMapping({ path: ['', FASTIFY], method: RequestMethod.ALL })(
          AuditViewerController.prototype,
          'answer',
          Object.getOwnPropertyDescriptor(AuditViewerController.prototype, 'answer') ?? {},
        );
    }

    @All(['', EXPRESS])
    async answer(@Req() request: Asked, @Res() response: Answer): Promise<void> {
      const { method, headers, originalUrl } = request;
      response.hijack?.();
      const target = below(originalUrl, depthOf(routePattern(request) ?? path));
      await answerWith(
        this.#handler,
        { method, headers, native: request, ...target },
        (response.raw ?? response) as ResponseLike,
      ); // Node's own
    }
  }
  // In messages and in tables of routes, each by its path.
  Object.defineProperty(AuditViewerController, 'name', { value: `AuditViewerController(${path})` });
  return AuditViewerController;
}
