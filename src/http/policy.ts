import { defaultAction, unprefixed } from './default-action.js';
import { pathId } from './path-id.js';
import { errorFact } from '../event/error-fact.js';
import { checkPolicy, type CheckedPolicy, type RequestPolicyOptions } from './policy-options.js';
import type { AuditedMark, AuditedRoute, RequestRecord } from './request-record.js';
import type { ErrorFact } from '../event/types.js';
import type { AuditRequest } from './request.js';
import { isSkipped } from './skip-paths.js';

/** What a platform knows of the route that a request matched. */
export interface MatchedRoute {
  /** Whole, with what it is mounted under, as the platform writes it: `/api/residents/:id`. Never the path. */
  readonly pattern?: string | undefined;
  /** What `@Audited()` says of its handler. */
  readonly audited?: AuditedMark | undefined;
  /** `@SkipAudit()`. */
  readonly skipped?: boolean | undefined;
}

export interface RequestPolicy {
  /** Whether a request with this method can leave an entry although nobody marked its handler. */
  covers(method: string): boolean;
  /** What an entry says of an error: its stack only with `errorStacks`. */
  errorOf(error: unknown): ErrorFact;
  /**
   * The route whose entry a request leaves; none if it leaves none. Pure: it may be asked more than once.
   * @param matched absent when no route matched
   */
  routeFor(request: AuditRequest, record: RequestRecord, matched: MatchedRoute | undefined): AuditedRoute | undefined;
}

/**
 * Which requests leave an entry, and what it is called where nobody said.
 * @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead
 */
export function requestPolicy(options: RequestPolicyOptions = {}): RequestPolicy {
  const policy = checkPolicy(options);
  return {
    covers: (method) => policy.methods?.(method) === true,
    errorOf: (error) => errorFact(error, { stacks: policy.errorStacks }),
    routeFor(request, record, matched) {
      if (record.skipped === true || matched?.skipped === true) return undefined;
      const marked = record.route ?? matched?.audited;
      if (marked === undefined && record.fields) return undefined; // each field has its own
      // A middleware for everything, or the page that is served for whatever there is not: that is no route.
      const pattern = marked === undefined && isCatchAll(matched?.pattern) ? undefined : matched?.pattern;
      if (marked?.action !== undefined) return marked as AuditedRoute; // its action is there
      if (marked === undefined && !covers(policy, request, pattern)) return undefined;
      return { ...named(request.method, pattern, record.params ?? request.params), ...marked };
    },
  };
}

function isCatchAll(pattern: string | undefined): boolean {
  return pattern !== undefined && /^\/?(\{?\/?\*\w*\}?|\(\.\*\))$/.test(unprefixed(pattern));
}

function covers(policy: CheckedPolicy, request: AuditRequest, pattern: string | undefined): boolean {
  return policy.methods?.(request.method) === true && !isSkipped(policy.skipPaths, request, pattern);
}

function named(method: string, pattern: string | undefined, given: AuditRequest['params']): AuditedRoute {
  const { action, type, idParameter } = defaultAction(method, pattern, given);
  const derived = true;
  if (type === undefined) return { action, derived };
  // Without a parameter it is what the handler made that has the id.
  if (idParameter === undefined) return { action, derived, resource: type };
  return { action, derived, resource: ({ params }) => ({ type, id: pathId(params[idParameter]) }) };
}
