import { AuditError } from '../event/errors.js';
import type { ReaderScope } from '../query/scope.js';

/** Who may see what. `R` is the framework's own request. */
export interface ViewerOptions<R = unknown> {
  /**
   * What whoever sends this request may see; nothing, or `false`: he may not see the viewer at all. Asked for every request, for the page and its
   * files too. What it throws is answered with its `status` where that is 401 to 499, else with 500.
   */
  // oxlint-disable-next-line typescript/method-signature-style -- bivariant: an application writes its own type of request
  authorize(request: R): ReaderScope | null | undefined | false | Promise<ReaderScope | null | undefined | false>;
  /** Who may show the page in a frame, as CSP's `frame-ancestors` has it. @defaultValue `["'self'"]` */
  readonly frameAncestors?: readonly string[] | undefined;
}

export interface CheckedViewerOptions {
  readonly authorize: (request: unknown) => ReturnType<ViewerOptions['authorize']>;
  readonly frameAncestors: readonly string[];
}

const KNOWN = ['authorize', 'frameAncestors'];
/** One source of CSP: no space, comma or semicolon, which would begin another. */
const SOURCE = /^[^\s,;\p{Cc}\P{ASCII}]{1,300}$/u;

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead */
export function checkViewerOptions(what: string, options: unknown): CheckedViewerOptions {
  const wrong = (message: string): AuditError => new AuditError('AUDIT_OPTIONS_INVALID', `${what}: ${message}`);
  const given = (typeof options === 'object' && options !== null ? options : {}) as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined)
    throw wrong(`there is no option ${JSON.stringify(unknown.slice(0, 60))}; there are ${KNOWN.join(', ')}`);
  const { authorize, frameAncestors = ["'self'"] } = given;
  if (typeof authorize !== 'function')
    throw wrong(
      'authorize is missing, and nobody may see a log without it: authorize: (request) => request.user && { tenants: [request.user.tenantId], actor: { id: request.user.id } }',
    );
  if (
    !Array.isArray(frameAncestors) ||
    frameAncestors.length === 0 ||
    !frameAncestors.every((each) => typeof each === 'string' && SOURCE.test(each))
  )
    throw wrong(`frameAncestors must be a list of sources as CSP has them: ["'self'", 'https://intranet.example']`);
  return { authorize: authorize as CheckedViewerOptions['authorize'], frameAncestors: frameAncestors as string[] }; // checked above
}
