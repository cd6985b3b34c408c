import { below, depthOf } from '../viewer/below.js';
import { viewerHandler } from '../viewer/handler.js';
import { answerWith, type ResponseLike } from '../viewer/node-http.js';
import { checkViewerOptions, type ViewerOptions } from '../viewer/options.js';
import { VIEWER, type Viewable } from '../viewer/port.js';

/** What is read of Fastify's request. */
interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly originalUrl: string;
  readonly raw: object;
}

interface ReplyLike {
  readonly raw: object;
  hijack(): unknown;
}

interface RouteLike {
  readonly method: readonly string[];
  readonly url: string;
  readonly exposeHeadRoute: boolean;
  readonly config: { readonly audit: false };
  readonly handler: (request: Asked, reply: ReplyLike) => Promise<void>;
}

/** What is used of a Fastify instance. */
export interface ViewerFastifyLike {
  readonly prefix: string;
  // Fastify's overloads are not ours to repeat.
  readonly route: (options: never) => unknown;
}

export type ViewerPlugin = (fastify: ViewerFastifyLike, options: unknown, done: (error?: Error) => void) => void;

/** The viewer says itself what it takes. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/**
 * The page on which people look at the log, and its data, below the prefix that it is registered with.
 *
 * @param audit what `createAudit()` gave
 * @throws AuditError `AUDIT_OPTIONS_INVALID` at once, without `authorize` or if an option is wrong
 * @example
 * ```ts
 * await app.register(auditViewer(audit, { authorize: ({ user }) => user && { tenants: [user.tenant], actor: { id: user.id } } }), { prefix: '/audit' });
 * ```
 */
export function auditViewer<R = unknown>(audit: Viewable, options: ViewerOptions<R>): ViewerPlugin {
  const handler = viewerHandler(() => audit[VIEWER], checkViewerOptions('auditViewer()', options));
  return (fastify, _options, done) => {
    const route = fastify.route.bind(fastify) as (options: RouteLike) => unknown; // the one of its overloads
    const depth = depthOf(fastify.prefix);
    const answer: RouteLike['handler'] = async (request, reply) => {
      const { method, headers, originalUrl } = request;
      // What hooks put on the reply is theirs; what is sent here no other hook changes.
      reply.hijack();
      await answerWith(
        handler,
        { method, headers, native: request, ...below(originalUrl, depth) },
        reply.raw as ResponseLike,
      ); // Node's own
    };
    const same = { method: METHODS, exposeHeadRoute: false, config: { audit: false }, handler: answer } as const;
    // A mount at the root has no path without a slash.
    for (const url of depth === 0 ? ['/', '/*'] : ['', '/*']) route({ ...same, url });
    done();
  };
}
