import { exchangeOf } from '../http/exchange.js';
import { below, depthOf } from '../viewer/below.js';
import { viewerHandler } from '../viewer/handler.js';
import { answerWith, type ResponseLike } from '../viewer/node-http.js';
import { checkViewerOptions, type ViewerOptions } from '../viewer/options.js';
import { VIEWER, type Viewable } from '../viewer/port.js';
import type { Middleware } from './audit-express.js';

/** What is read of Express's request. */
interface Asked {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly originalUrl: string;
  readonly baseUrl: string;
}

/**
 * The page on which people look at the log, and its data: put it behind what signs people in.
 *
 * @param audit what `createAudit()` gave
 * @throws AuditError `AUDIT_OPTIONS_INVALID` at once, without `authorize` or if an option is wrong
 * @example
 * ```ts
 * app.use('/audit', signedIn, auditViewer(audit, {
 *   authorize: ({ user }) => user?.isAuditor && { tenants: [user.tenantId], actor: { id: user.id } },
 * }));
 * ```
 */
export function auditViewer<R = unknown>(audit: Viewable, options: ViewerOptions<R>): Middleware {
  const handler = viewerHandler(() => audit[VIEWER], checkViewerOptions('auditViewer()', options));
  return (request, response, next) => {
    const { method, headers, originalUrl, baseUrl } = request as Asked; // Express's own
    const exchange = exchangeOf(response);
    // What is read leaves entries of its own.
    if (exchange) exchange.record.skipped = true;
    const asked = { method, headers, native: request, ...below(originalUrl, depthOf(baseUrl)) };
    answerWith(handler, asked, response as ResponseLike).catch(next); // Node's own response, below Express's
  };
}
