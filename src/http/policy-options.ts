import { AuditError } from '../event/errors.js';

/** Which requests leave an entry, beside those that `@Audited()` marks. */
export const REQUESTS = ['decorated', 'writes', 'all'] as const;
export type Requests = (typeof REQUESTS)[number];

export interface RequestPolicyOptions {
  /**
   * `decorated`: those that are marked. `writes`: those, and every request whose method can change something. `all`: every
   * request but `OPTIONS`. `@SkipAudit()` always wins. @defaultValue `'decorated'`
   */
  readonly requests?: Requests | undefined;
  /** The methods that `writes` or `all` stand for, if not the usual ones: `['POST', 'DELETE']`. */
  readonly methods?: readonly string[] | undefined;
  /**
   * What `writes` and `all` leave out, in place of the defaults. A text is a run of whole segments at the beginning:
   * `/docs` is `/docs` and `/docs/x`, not `/docsets`; a prefix like `/api/v1` before it does not matter, nor do capitals. A RegExp is
   * tried on the whole. Both are matched with the pattern of the route (`/residents/:id`), or with the path where no route matched.
   * @defaultValue health, metrics and documentation pages, and those for `GET` and `HEAD` alone: see DEFAULT_SKIP_PATHS
   */
  readonly skipPaths?: readonly (string | RegExp)[] | undefined;
  /** Whether an entry says where its error was thrown: at most 20 frames, without the message. @defaultValue false */
  readonly errorStacks?: boolean | undefined;
}

/** A request for one of these is a machine's, or reads about the application rather than in it. */
export const DEFAULT_SKIP_PATHS: readonly string[] = [
  '/health',
  '/healthz',
  '/livez',
  '/live',
  '/readyz',
  '/ready',
  '/ping',
  '/metrics',
  '/docs',
  '/docs-json',
  '/docs-yaml',
  '/api-docs',
  '/swagger',
  '/swagger-ui',
  '/openapi',
  '/openapi.json',
  '/favicon.ico',
  '/robots.txt',
];

/** Names of the options here, for the door of whoever takes them along with others. */
export const POLICY_OPTIONS: readonly (keyof RequestPolicyOptions)[] = [
  'requests',
  'methods',
  'skipPaths',
  'errorStacks',
];

export interface CheckedPolicy {
  readonly requests: Requests;
  readonly methods: ((method: string) => boolean) | undefined;
  readonly skipPaths: readonly (string | RegExp)[] | undefined;
  readonly errorStacks: boolean;
}

const METHOD = /^[A-Z][A-Z-]*$/;
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** @throws AuditError `AUDIT_OPTIONS_INVALID`, saying what to write instead */
export function checkPolicy(options: RequestPolicyOptions): CheckedPolicy {
  const { requests = 'decorated', methods, skipPaths, errorStacks = false } = options;
  if (typeof errorStacks !== 'boolean') throw invalid('errorStacks must be true or false');
  if (!REQUESTS.includes(requests)) throw invalid("requests must be 'decorated', 'writes' or 'all'");
  if (methods !== undefined) {
    if (!Array.isArray(methods) || !methods.every((method) => typeof method === 'string' && METHOD.test(method)))
      throw invalid("methods must be a list of names in capitals: methods: ['POST', 'DELETE']");
    if (requests === 'decorated')
      throw invalid("methods says which requests 'writes' or 'all' stand for: add requests: 'writes', or leave it out");
  }
  if (skipPaths !== undefined) {
    if (!Array.isArray(skipPaths) || !skipPaths.every((path) => isSkipPath(path)))
      throw invalid(
        "skipPaths must be a list of paths that begin with /, or RegExps: skipPaths: ['/health', /\\.png$/]",
      );
  }
  const named = methods && new Set(methods);
  return {
    requests,
    errorStacks,
    methods:
      requests === 'decorated'
        ? undefined
        : (method) => named?.has(method) ?? (requests === 'all' ? method !== 'OPTIONS' : !READS.has(method)),
    // A RegExp with g or y remembers where it was.
    skipPaths: skipPaths?.map((path) =>
      typeof path === 'string' ? path : new RegExp(path.source, path.flags.replaceAll(/[gy]/g, '')),
    ),
  };
}

function isSkipPath(path: unknown): boolean {
  return path instanceof RegExp || (typeof path === 'string' && /^\/[^?#]/.test(path));
}

function invalid(message: string): AuditError {
  return new AuditError('AUDIT_OPTIONS_INVALID', message);
}
